"""A studio's week for a server to show: the studio, its story, the services, and how they talk to the server."""
