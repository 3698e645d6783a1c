"""Why not: the sentence that a refusal says, in terms of what the asker knows anyway."""

from uuid import UUID

from events import access, topics
from events.actor import Actor
from events.errors import EventHasChildren, Forbidden
from events.models import Event
from events.policies import Scope, Verb

KEY = "the key is for other verbs"
BLIND = "who operates on events is told of them, and the key is not for reading"
WORDS = {Verb.ENROLL: "pull jobs of", Verb.OPERATE: "operate on"}
"""How a verb is said where its name does not do."""


def of_new(actor: Actor, verb: Verb, *, topic: str, project: str | None = None) -> Forbidden:
    """Return the refusal of what the actor has named himself: an event to dispatch, jobs to pull."""
    return Forbidden(f"Not allowed to {WORDS.get(verb, verb)} {topic}: {_reason(actor, verb, topic, project)}")


def of_event(actor: Actor, verb: Verb, event: Event, *, doing: str = "") -> Forbidden:
    """Return the refusal of an event that there is; to who may not read it, it says nothing about it.

    ``doing``: what was wanted, if the verb does not say it.
    """
    said = f"Not allowed to {doing or WORDS.get(verb, verb)} this event"
    if not access.may_read(actor, topic=event.topic, project=event.project, user=event.user):
        return Forbidden(said)
    return Forbidden(f"{said}: {_reason(actor, verb, event.topic, event.project)}")


def of_all(actor: Actor, verb: Verb, *, doing: str = "") -> Forbidden:
    """Return the refusal of something that the actor may do to no event at all."""
    reason = f"it is not for the role {actor.role}"
    if not actor.scope.allows_verb(verb):
        reason = KEY
    elif verb == Verb.OPERATE and not actor.scope.allows_verb(Verb.READ):
        reason = BLIND
    return Forbidden(f"Not allowed to {doing or WORDS.get(verb, verb)} events: {reason}")


def of_hidden(actor: Actor) -> Forbidden:
    """Return the refusal of an event that the actor may not read: AYON's words, unless the key reads nothing."""
    if actor.scope.allows_verb(Verb.READ):
        return Forbidden("No access group assigned on this project")
    return of_all(actor, Verb.READ)


def _reason(actor: Actor, verb: Verb, topic: str, project: str | None) -> str:
    if not actor.scope.allows(verb, topic, project):
        return _limit(actor.scope, verb, topic, project)
    if not access.may_see_project(actor, project):
        return f"the project {project} is not granted"
    if topics.is_record(topic):
        return "nobody writes these records but the server"
    asked = (verb, Verb.DISPATCH) if verb == Verb.ENROLL else (verb,)  # who enrolls makes an event of the topic
    if any(access.ruling_for(actor, each, topic) is False for each in asked):
        return f"a topic policy refuses it on {topic}"
    return f"it is not for the role {actor.role}"


def _limit(scope: Scope, verb: Verb, topic: str, project: str | None) -> str:
    """Say which limit of the key it was."""
    if not scope.allows_verb(verb):
        return KEY
    if not scope.allows_topic(topic):
        return f"the key does not reach {topic}"
    return f"the key does not reach {f'the project {project}' if project else 'events without a project'}"


def refuse_children(event_id: UUID, by: Actor) -> None:
    """Raise EventHasChildren if others depend on the event, with the number of those that the actor may read."""
    children = Event.objects.children_of([event_id])
    if children.exists():
        raise EventHasChildren(children=children.readable_by(by).count())
