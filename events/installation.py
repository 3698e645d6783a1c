"""May this actor know of people, and have the server itself do something? The other half of ``events.access``.

| | admin | manager | service | user | guest |
|---|---|---|---|---|---|
| see a user | all | all | all | himself, the names of others | as a user |
| see a project | all | all | all | those granted | those granted |
| restart the server, read the OpenAPI document | yes | yes | yes | no | no |
"""

from django.db.models import Q

from events.access import RESTART_TOPIC, open_projects
from events.actor import Actor
from events.policies import Verb


def sees_everybody(actor: Actor) -> bool:
    """Tell whether the actor may see all of every user; a key has to be one for reading."""
    return actor.is_manager and actor.scope.allows_verb(Verb.READ)


def may_see_user(actor: Actor, name: str) -> bool:
    """Tell whether the actor may see all of a user; of the others he may know the names."""
    return actor.name == name or sees_everybody(actor)


def visible_users(actor: Actor) -> Q:
    """Return ``may_see_user`` as a condition on users."""
    return Q() if sees_everybody(actor) else Q(username=actor.name)


def visible_projects(actor: Actor) -> frozenset[str] | None:
    """Return the projects that the actor is told of; None: all there are. A key that reads nothing knows its own."""
    return open_projects(actor) if actor.scope.allows_verb(Verb.READ) else actor.scope.projects


def may_read_manual(actor: Actor) -> bool:
    """Tell whether the actor may read the description of the whole API."""
    return actor.is_manager


def may_restart(actor: Actor) -> bool:
    """Tell whether the actor may have the server processes start anew."""
    return actor.is_manager and actor.scope.allows(Verb.OPERATE, RESTART_TOPIC, None)
