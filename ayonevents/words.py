"""The words of EVENTS_SECRET_KEYS unless it has others: they make the name of a value a secret's."""

SECRET_WORDS = (
    *("token", "password", "passwd", "passphrase", "passwort", "pwd", "pw", "=pass"),
    *("secret", "credential", "cookie", "authorization", "auth", "bearer", "jwt"),
    *("api_key", "private_key", "access_key"),
)
