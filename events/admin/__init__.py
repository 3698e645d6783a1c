"""The event viewer."""
