"""What can go wrong, as facts: the docstring is the message (many are AYON's words), ``code`` the stable name.

The doors translate: ``events.api.errors`` knows which HTTP status a fact has, nobody else does.
"""


class EventError(Exception):
    """The request could not be carried out."""

    code = "event_error"

    def __init__(self, message: str = "", **details: object) -> None:
        """Take the docstring as the message unless a better one is given."""
        super().__init__(message or (type(self).__doc__ or "").rstrip("."))
        self.details = details


class InvalidField(EventError):
    """A value is not what its field takes."""

    code = "invalid_field"

    def __init__(self, field: str, expected: str) -> None:
        """Name the field as the wire spells it, and what was expected of it."""
        super().__init__(expected, field=field)
        self.field = field


class HashConflict(EventError):
    """Event with the same hash already exists."""

    code = "hash_conflict"


class DependencyMissing(EventError):
    """Event depends on non-existing event."""

    code = "dependency_missing"


class EventMissing(EventError):
    """Event not found."""

    code = "event_missing"


class EventHasChildren(EventError):
    """Other events depend on this event."""

    code = "event_has_children"


class UserMissing(EventError):
    """User not found."""

    code = "user_missing"


class ProjectMissing(EventError):
    """Project not found."""

    code = "project_missing"


class Forbidden(EventError):
    """Not allowed."""

    code = "forbidden"


class CredentialInvalid(EventError):
    """Invalid session."""

    code = "credential_invalid"


class LoginFailed(EventError):
    """Invalid login/password combination."""

    code = "login_failed"


class DatabaseAway(EventError):
    """The database is away or busy."""

    code = "unavailable"


class TooManyRequests(EventError):
    """Too many requests."""

    code = "too_many_requests"

    def __init__(self, *, wait: int) -> None:
        """Say after how many seconds it may be tried again."""
        super().__init__(wait=wait)
        self.wait = wait
