"""May this actor do this? The only place that answers, for every door: as a yes or no, or as a ``Q``.

| | admin | manager | service | user | guest |
|---|---|---|---|---|---|
| dispatch | yes | yes | yes | no | no |
| read one event | yes | yes | yes | project access | no |
| list events | all | all | all | own, with project access | none |
| update | yes | yes | yes | own, with project access | no |
| change a status | jobs | jobs | yes | own jobs | no |
| delete, query, operate on many | yes | no | yes | no | no |
| enroll | no | no | yes | no | no |
| receive | all | all | all | project access | public topics |
| see a user | all | all | all | himself, the names of others | as a user |
| see a project | all | all | all | those granted | those granted |
| restart the server, read the OpenAPI document | yes | yes | yes | no | no |
"""

from collections.abc import Collection

from django.db.models import Q

from events.actor import Actor
from events.conditions import begins_with

EVERYBODYS_TOPICS = ("server.started", "server.restart_requested")
"""Notices about the server itself, which every open socket gets."""
GUEST_TOPICS = ("activity.created", "activity.updated", "entity.version.updated")
"""What a guest may receive, in the projects that the guest was granted."""
PRIVATE_TOPICS = ("auth.", "audit.", "log.", "settings.")
"""Project-less events under these prefixes tell about people and the installation: managers only."""


def may_see_project(actor: Actor, project: str | None) -> bool:
    """Tell whether the project is open to the actor; what has no project is open to everybody."""
    return actor.is_manager or project is None or project in actor.projects


def may_dispatch(actor: Actor) -> bool:
    """Tell whether the actor may make events, stored or not."""
    return actor.is_manager and not actor.is_guest


def may_read(actor: Actor, *, topic: str, project: str | None, user: str | None) -> bool:
    """Tell whether the actor may read an event that has these properties."""
    if actor.is_manager:
        return True
    if actor.is_guest or not may_see_project(actor, project):
        return False
    return project is not None or user == actor.name or not topic.startswith(PRIVATE_TOPICS)


def readable(actor: Actor) -> Q:
    """Return ``may_read`` as a condition."""
    if actor.is_manager:
        return Q()
    if actor.is_guest:
        return Q(pk__in=())
    private = Q(*(begins_with("topic", prefix) for prefix in PRIVATE_TOPICS), _connector=Q.OR)
    return Q(project__in=sorted(actor.projects)) | Q(project=None) & (Q(user=actor.name) | ~private)


def listed(actor: Actor) -> Q:
    """Return the condition for lists: a plain user's lists hold the user's own events, as in AYON."""
    return readable(actor) if actor.is_manager else readable(actor) & Q(user=actor.name)


def may_update(actor: Actor, *, project: str | None, user: str | None) -> bool:
    """Tell whether the actor may change an event of this project and user."""
    if actor.is_guest:
        return False
    return actor.is_manager or (user == actor.name and may_see_project(actor, project))


def may_update_anything(actor: Actor) -> bool:
    """Tell whether the actor may change any event in any way, so that there is no need to look at it first."""
    return actor.is_service and not actor.is_guest


def may_change_status(actor: Actor, *, topic: str, is_job: bool, user: str | None) -> bool:
    """Tell whether the actor may move an event to another state; it may already update the event."""
    if topic == "action.launcher":
        return actor.is_operator or user == actor.name
    return actor.is_service or is_job or topic in INSTALL_TOPICS


INSTALL_TOPICS = frozenset(f"{what}.install_from_url" for what in ("installer", "dependency_package", "addon"))
"""Jobs of AYON's own that depend on no event."""


def may_delete(actor: Actor) -> bool:
    """Tell whether the actor may delete events."""
    return actor.is_operator


def may_operate(actor: Actor) -> bool:
    """Tell whether the actor may delete, restart or abort everything that a filter finds."""
    return actor.is_operator


def may_query(actor: Actor) -> bool:
    """Tell whether the actor may ask for events, payloads included, with a filter."""
    return actor.is_operator


def may_enroll(actor: Actor) -> bool:
    """Tell whether the actor may pull jobs."""
    return actor.is_service


def may_name_user(actor: Actor) -> bool:
    """Tell whether the actor may dispatch in somebody else's name."""
    return actor.is_manager


def may_see_user(actor: Actor, name: str) -> bool:
    """Tell whether the actor may see all of a user; of the others he may know the names."""
    return actor.is_manager or actor.name == name


def visible_users(actor: Actor) -> Q:
    """Return ``may_see_user`` as a condition on users."""
    return Q() if actor.is_manager else Q(username=actor.name)


def may_read_manual(actor: Actor) -> bool:
    """Tell whether the actor may read the description of the whole API."""
    return actor.is_manager


def may_restart(actor: Actor) -> bool:
    """Tell whether the actor may have the server processes start anew."""
    return actor.is_manager


def may_receive(
    actor: Actor, *, topic: str, project: str | None, user: str | None, recipients: Collection[str] | None
) -> bool:
    """Tell whether a message may be delivered to a socket of the actor."""
    if recipients is not None and actor.name not in recipients:
        return False
    if topic in EVERYBODYS_TOPICS:
        return True
    if actor.is_guest:
        return topic in GUEST_TOPICS and project is not None and project in actor.projects
    return may_read(actor, topic=topic, project=project, user=user)
