"""May this actor do this to events? The only place that answers, for every door: as a yes or no, or as a ``Q``.

``events.installation`` answers for users and the server itself.

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
"""

from collections.abc import Collection, Iterable

from django.db.models import Q

from events import topics
from events.actor import SERVER, Actor
from events.conditions import begins_with
from events.policies import UNLIMITED, Limits, Policy, Verb, covers, ruling
from events.topic_conditions import ALL, NONE, records, ruled, topics_condition

RESTART_TOPIC = "server.restart_requested"
EVERYBODYS_TOPICS = ("server.started", RESTART_TOPIC)
"""Notices about the server itself, which every open socket gets."""
GUEST_TOPICS = ("activity.created", "activity.updated", "entity.version.updated")
"""What a guest may receive, in the projects that the guest was granted."""
PRIVATE_TOPICS = ("auth.", "audit.", "log.", "operation.", "settings.")
"""Project-less events under these prefixes tell about people and the installation: managers only."""


def ruling_for(actor: Actor, verb: Verb, topic: str) -> bool | None:
    """Return what the policies say of the topic; None: nothing, the role decides.

    What they refuse to a service, they refuse to whomever it speaks for.
    """
    if ruling(actor.policies_of_service, verb, topic) is False:
        return False
    return ruling(actor.policies, verb, topic)


def may_see_project(actor: Actor, project: str | None) -> bool:
    """Tell whether the project is open to the actor; what has no project is open to everybody."""
    return actor.is_manager or project is None or project in actor.projects


def open_projects(actor: Actor) -> frozenset[str] | None:
    """Return the projects that the actor reaches with the key that he came with; None: all there are."""
    limits = actor.scope.projects
    if actor.is_manager:
        return limits or None
    return actor.projects & limits if limits else actor.projects


def knows_project(actor: Actor, project: str | None) -> bool:
    """Tell whether the actor may know of events of the project, whatever else he may do with them."""
    projects = open_projects(actor)
    return projects is None or project in projects or (project is None and not actor.scope.projects)


def may_dispatch(actor: Actor, *, topic: str, project: str | None, store: bool = True) -> bool:
    """Tell whether the actor may make an event like this; without ``store`` it is told and not kept."""
    verb = Verb.DISPATCH if store else Verb.PUBLISH
    if not actor.scope.allows(verb, topic, project) or not may_see_project(actor, project):
        return False
    if _is_kept_from(actor, verb, topic):
        return False
    return actor.is_manager or bool(ruling_for(actor, verb, topic))


def _is_kept_from(actor: Actor, verb: Verb, topic: str) -> bool:
    """Tell whether the actor must not make an event of the topic, or one that looks like it, as ``Server.started``."""
    is_record = actor is not SERVER and topics.is_record(f"{topic.lower()}.")
    return is_record or any(ruling_for(actor, verb, name) is False for name in (topic, topic.lower()))


def may_read(actor: Actor, *, topic: str, project: str | None, user: str | None) -> bool:
    """Tell whether the actor may read an event that has these properties."""
    if not actor.scope.allows(Verb.READ, topic, project) or not may_see_project(actor, project):
        return False
    ruled = ruling_for(actor, Verb.READ, topic)
    return _reads_by_role(actor, topic=topic, project=project, user=user) if ruled is None else ruled


def _reads_by_role(actor: Actor, *, topic: str, project: str | None, user: str | None) -> bool:
    if actor.is_manager or actor.is_guest:
        return actor.is_manager
    return project is not None or user == actor.name or not topic.startswith(PRIVATE_TOPICS)


def reads_everything(actor: Actor) -> bool:
    """Tell whether no event is hidden from the actor, so that what he does not find is not there."""
    scope = actor.scope
    refused = any(
        covers(policy.verb, Verb.READ) and not policy.allows for policy in (*actor.policies, *actor.policies_of_service)
    )
    return actor.is_manager and scope.allows_verb(Verb.READ) and not (scope.topics or scope.projects or refused)


def readable(actor: Actor) -> Q:
    """Return ``may_read`` as a condition."""
    by_role = ALL if actor.is_manager else NONE if actor.is_guest else _not_private(actor)
    return _reach(actor, Verb.READ) & _ruled_for(actor, Verb.READ, by_role)


def _not_private(actor: Actor) -> Q:
    private = Q(*(begins_with("topic", prefix) for prefix in PRIVATE_TOPICS), _connector=Q.OR)
    return Q(project__isnull=False) | Q(user=actor.name) | ~private


def _reach(actor: Actor, verb: Verb) -> Q:
    """Return the condition that an event is in the actor's projects and in the limits of its key."""
    scope = actor.scope
    if not scope.allows_verb(verb):
        return NONE
    condition = ALL if actor.is_manager else Q(project=None) | Q(project__in=sorted(actor.projects))
    if scope.projects:
        condition &= Q(project__in=sorted(scope.projects))
    return condition & topics_condition(scope.topics) if scope.topics else condition


def _ruled_for(actor: Actor, verb: Verb, by_role: Q) -> Q:
    """Return ``ruling_for`` as a condition, with what the role says where that is None."""
    own = ruled(_rulings(actor.policies, verb), by_role)
    return own & ruled(_rulings(actor.policies_of_service, verb), ALL)


def _rulings(policies: Iterable[Policy], verb: Verb) -> tuple[tuple[str, bool], ...]:
    return tuple((policy.topic, policy.allows) for policy in policies if covers(policy.verb, verb))


def listed(actor: Actor) -> Q:
    """Return the condition for lists: a plain user's lists hold the user's own events, as in AYON."""
    return readable(actor) if actor.is_manager else readable(actor) & Q(user=actor.name)


def may_update(actor: Actor, *, topic: str, project: str | None, user: str | None) -> bool:
    """Tell whether the actor may change an event that has these properties; records are the server's, if anybody's."""
    if topics.is_record(topic) and (actor is not SERVER or topic.startswith(topics.AUDIT_PREFIX)):
        return False
    if not actor.scope.allows(Verb.UPDATE, topic, project):
        return False
    if actor.is_guest or not may_see_project(actor, project):
        return False
    ruled = ruling_for(actor, Verb.UPDATE, topic)
    return actor.is_manager or user == actor.name if ruled is None else ruled


def may_update_anything(actor: Actor) -> bool:
    """Tell whether the actor may change any event but records, so that there is no need to look at it first."""
    ruled = any(covers(policy.verb, Verb.UPDATE) for policy in (*actor.policies, *actor.policies_of_service))
    return actor.is_service and not ruled and actor.scope == UNLIMITED


def may_change_status(actor: Actor, *, topic: str, is_job: bool, user: str | None) -> bool:
    """Tell whether the actor may move an event to another state; it may already update the event."""
    if topic == "action.launcher":
        return actor.is_operator or user == actor.name
    return actor.is_service or is_job or topic in INSTALL_TOPICS


INSTALL_TOPICS = frozenset(f"{what}.install_from_url" for what in ("installer", "dependency_package", "addon"))
"""Jobs of AYON's own that depend on no event."""


def may_intervene(actor: Actor, *, topic: str, project: str | None, user: str | None) -> bool:
    """Tell whether the actor may update one event in the way of operators: restart, abort, replace or take it over.

    His own he may: a worker aborts its own job. For others it takes nothing more than for an update, but what a key
    is not for, and what a policy keeps from operating, an update does not do either.
    """
    allowed = actor.scope.allows(Verb.OPERATE, topic, project) and ruling_for(actor, Verb.OPERATE, topic) is not False
    return allowed or user == actor.name


def may_operate(actor: Actor, *, topic: str, project: str | None, user: str | None) -> bool:
    """Tell whether the actor may restart, abort and delete an event like this; nobody deletes records.

    It takes that he may read it: a preview, and the number that a filter finds, tell what there is.
    """
    if topics.is_record(topic) or not actor.scope.allows(Verb.OPERATE, topic, project):
        return False
    if not may_read(actor, topic=topic, project=project, user=user):
        return False
    ruled = ruling_for(actor, Verb.OPERATE, topic)
    return actor.is_operator if ruled is None else ruled


def operates(actor: Actor) -> bool:
    """Tell whether there is anything that the actor may restart, abort or delete."""
    allowed = any(policy.allows and covers(policy.verb, Verb.OPERATE) for policy in actor.policies)
    is_for_it = actor.scope.allows_verb(Verb.OPERATE) and actor.scope.allows_verb(Verb.READ)
    return is_for_it and (actor.is_operator or allowed)


def operable(actor: Actor) -> Q:
    """Return ``may_operate`` as a condition."""
    by_role = ALL if actor.is_operator else NONE
    return ~records() & readable(actor) & _reach(actor, Verb.OPERATE) & _ruled_for(actor, Verb.OPERATE, by_role)


def may_query(actor: Actor) -> bool:
    """Tell whether the actor may ask for events, payloads included, with a filter."""
    return actor.is_operator and actor.scope.allows_verb(Verb.READ)


def may_enroll(actor: Actor, *, target_topic: str) -> bool:
    """Tell whether the actor may pull jobs of the topic, which is to make events of it: policies on that count too."""
    if not actor.is_service or _is_kept_from(actor, Verb.DISPATCH, target_topic):
        return False
    if not actor.scope.allows_verb(Verb.ENROLL) or not actor.scope.allows_topic(target_topic):
        return False
    return ruling_for(actor, Verb.ENROLL, target_topic) is not False


def enroll_limits(actor: Actor) -> Limits | None:
    """Return what the sources of the actor's jobs are limited to; None: all sources will do.

    What a policy keeps him from reading is no source for him either: a filter would tell what it is about.
    """
    both = (actor.policies, actor.policies_of_service)
    rulings = [_rulings(policies, verb) for policies in both for verb in (Verb.ENROLL, Verb.READ)]
    limits = Limits(
        topics=actor.scope.topics,
        projects=tuple(sorted(actor.scope.projects)),
        rulings=tuple(each for each in rulings if not all(allows for _, allows in each)),
    )
    return None if limits == Limits() else limits


def enrollable(limits: Limits) -> Q:
    """Return the limits as a condition on sources."""
    condition = topics_condition(limits.topics) if limits.topics else ALL
    if limits.projects:
        condition &= Q(project__in=limits.projects)
    return Q(condition, *(ruled(rulings, ALL) for rulings in limits.rulings))


def may_name_user(actor: Actor) -> bool:
    """Tell whether the actor may dispatch in somebody else's name."""
    return actor.is_manager


def may_receive(
    actor: Actor, *, topic: str, project: str | None, user: str | None, recipients: Collection[str] | None
) -> bool:
    """Tell whether a message may be delivered to a socket of the actor."""
    if recipients is not None and actor.name not in recipients:
        return False
    if topic in EVERYBODYS_TOPICS:
        return True
    if not actor.scope.allows(Verb.RECEIVE, topic, project) or not may_see_project(actor, project):
        return False
    ruled = ruling_for(actor, Verb.RECEIVE, topic)
    if ruled is not None:
        return ruled
    if actor.is_guest:
        return topic in GUEST_TOPICS and project is not None
    return _reads_by_role(actor, topic=topic, project=project, user=user)
