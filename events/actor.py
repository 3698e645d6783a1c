"""Who asks: the one value that every access rule looks at."""

from dataclasses import dataclass, replace
from typing import Self

from events.policies import UNLIMITED, Policy, Scope, Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A user, a service or the server itself, with the rights it has at this moment."""

    name: str
    """The user name; it becomes the ``user`` of the events that the actor dispatches."""
    is_admin: bool = False
    is_service: bool = False
    is_guest: bool = False
    has_manager_role: bool = False
    has_operator_grant: bool = False
    """Somebody who was given the permission to operate, as far as he may see."""
    projects: frozenset[str] = frozenset()
    """The projects that a plain user was granted; managers see all of them."""
    sees_secrets: bool = False
    """Values that look like secrets are not masked for the actor; never with a key that is not for reading."""
    policies: tuple[Policy, ...] = ()
    """The rulings on topics that concern the actor, in order."""
    scope: Scope = UNLIMITED
    """What the key that the actor came with is limited to."""
    key: str = ""
    """Which API key that was, as rate limits tell keys apart; empty: none."""
    through: str = ""
    """The service that speaks for the actor; empty: the actor himself."""
    policies_of_service: tuple[Policy, ...] = ()
    """The rulings that concern that service; what they refuse, it does for nobody."""

    @property
    def role(self) -> str:
        """Name the role, which every actor has exactly one of."""
        if self.is_guest:
            return "guest"
        if self.is_service:
            return "service"
        if self.is_admin:
            return "admin"
        return "manager" if self.has_manager_role else "user"

    default_wait: float = 0.0
    """Seconds that its enroll requests wait for a job if they do not say; a service's key may have some."""

    @property
    def is_manager(self) -> bool:
        """Managers run the studio; services and admins may do what managers may."""
        return self.has_manager_role or self.is_admin or self.is_service

    @property
    def is_operator(self) -> bool:
        """Operators may delete events and query them freely."""
        return self.is_admin or self.is_service or (self.has_operator_grant and not self.is_guest)

    def with_service(self, service: Self) -> Self:
        """Return this actor as a service speaks for him: what limits the service and its key still holds."""
        return replace(
            self,
            key=service.key,
            sees_secrets=self.sees_secrets and service.scope.allows_verb(Verb.READ),
            scope=service.scope,
            through=service.name,
            policies_of_service=service.policies,
        )

    @property
    def is_authenticated(self) -> bool:
        """Django REST framework asks this of whoever is behind a request."""
        return True


SERVER = Actor(name="server", is_admin=True, is_service=True, sees_secrets=True)
"""Python code inside the server: trusted with everything."""
