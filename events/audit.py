"""The audit trail: who changed keys, roles, grants and policies, and who operated on events.

Each record is an event under ``audit.``: who, from where, what, and the values before and after. It is stored with
the change or not at all, and no door changes or deletes it. Changes of people and rights are noticed where they
are saved, whichever door they come through, the command line included (``events.origin`` knows which it was); only
what goes past the models does not: ``QuerySet.update``, SQL, fixtures of ``loaddata``. No secret is in any of
them: of a password it is only said that it changed.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from django.contrib.auth.models import Group, User
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_init, post_save, pre_delete

from events import origin, trail
from events.actor import Actor
from events.dispatch import NewEvent, dispatch
from events.models import ApiKey, Event, ProjectGrant, TopicPolicy
from events.redaction import MASK

Facts: TypeAlias = dict[str, Any]

WORDS: Mapping[type[Model], str] = {
    User: "user",
    Group: "group",
    ApiKey: "key",
    ProjectGrant: "grant",
    TopicPolicy: "policy",
}
"""What the topic calls the thing that changed: ``audit.key.created``."""
SECRET = frozenset({"password", "digest"})
QUIET = frozenset({"last_login", "last_used_at"})
"""They change by themselves as people come and go."""
BEFORE = "_audit_before"
"""The attribute of an instance that keeps how it was."""


class Relation(NamedTuple):
    """What somebody has several of."""

    owner: type[Model]
    name: str


RELATIONS: Mapping[type[Model], Relation] = {
    User.groups.through: Relation(User, "groups"),
    User.user_permissions.through: Relation(User, "user_permissions"),
    Group.permissions.through: Relation(Group, "permissions"),
}


def record(action: str, description: str, *, by: Actor | str, **facts: Any) -> UUID:
    """Store ``audit.<action>``, with what ``trail.entry`` takes, and return its id."""
    return dispatch(NewEvent(**trail.entry(action, description, by=by, **facts)))


def states_of(event_ids: Collection[UUID]) -> dict[str, str]:
    """Return the id and the state of each event as it is before something is done to all of them."""
    found = Event.objects.filter(pk__in=event_ids).order_by("creation_order").values_list("pk", "status")
    return {pk.hex: status for pk, status in found}


def watch() -> None:
    """Notice every change of people and rights from now on; called once, when Django is ready."""
    for model in WORDS:
        post_init.connect(_remember, sender=model, dispatch_uid="audit")
        post_save.connect(_saved, sender=model, dispatch_uid="audit")
        pre_delete.connect(_deleted, sender=model, dispatch_uid="audit")
    for through in RELATIONS:
        m2m_changed.connect(_related_changed, sender=through, dispatch_uid="audit")


def _remember(instance: Model, **_: object) -> None:
    """Keep how it was when it was read, to tell what a change changed."""
    vars(instance)[BEFORE] = _facts(instance) if instance.pk else {}


def _saved(instance: Model, created: bool, raw: bool, **_: object) -> None:
    before, after = vars(instance).get(BEFORE, {}), _facts(instance)
    vars(instance)[BEFORE] = after
    changed = {name: value for name, value in after.items() if created or before.get(name) != value}
    if changed and not raw:
        old = None if created else {name: before.get(name) for name in changed}
        _tell(instance, "created" if created else "changed", before=old, after=changed)


def _deleted(instance: Model, **_: object) -> None:
    related = {relation.name: _names(relation, instance) for relation in _relations_of(instance)}
    if isinstance(instance, Group):
        related["members"] = sorted(instance.user_set.values_list("username", flat=True))
    _tell(instance, "deleted", before=_facts(instance) | related, after=None)


def _related_changed(
    sender: type[Model], instance: Model, action: str, reverse: bool, pk_set: set[int] | None, **_: object
) -> None:
    """Record that somebody joined or left groups, or that permissions were given or taken: all there were and are.

    Django tells before and after; from the other side (``group.user_set``) it may concern many at once.
    """
    relation = RELATIONS[sender]
    kept = f"{BEFORE}_{relation.name}"
    if action.startswith("pre_"):
        owners = _owners(relation, instance, pk_set) if reverse else [instance]
        vars(instance)[kept] = [(owner, _names(relation, owner)) for owner in owners]
        return
    for owner, before in vars(instance).pop(kept, ()):
        after = _names(relation, owner)
        if before != after:
            _tell(owner, "changed", before={relation.name: before}, after={relation.name: after})


def _relations_of(instance: Model) -> Iterable[Relation]:
    return (relation for relation in RELATIONS.values() if isinstance(instance, relation.owner))


def _owners(relation: Relation, other: Model, pk_set: set[int] | None) -> list[Model]:
    """Return those whose relation to the other side changes; None: all that have one."""
    owners = relation.owner._default_manager.order_by("pk")  # noqa: SLF001 - documented
    return list(owners.filter(**{relation.name: other}) if pk_set is None else owners.filter(pk__in=pk_set))


def _names(relation: Relation, owner: Model) -> list[str]:
    return sorted(map(str, getattr(owner, relation.name).all()))


def _tell(instance: Model, done: str, *, before: Facts | None, after: Facts | None) -> None:
    word = WORDS[type(instance)]
    record(
        f"{word}.{done}",
        f"{word.capitalize()} {instance} {done}",
        by=origin.current().who(),
        id=instance.pk,
        name=str(instance),
        before=_shown(before),
        after=_shown(after),
    )


def _facts(instance: Model) -> Facts:
    """Return the values of the columns that were read."""
    unread = instance.get_deferred_fields()
    columns = (each for each in instance._meta.concrete_fields if each.attname not in unread)
    return {each.name: each.value_from_object(instance) for each in columns if each.name not in QUIET}


def _shown(facts: Facts | None) -> Facts | None:
    """Return the values as JSON has them, without the secrets."""
    if facts is None:
        return None
    plain = {name: MASK if name in SECRET else value for name, value in facts.items()}
    return {name: value if _is_json(value) else str(value) for name, value in plain.items()}


def _is_json(value: object) -> bool:
    return value is None or isinstance(value, (bool, int, str, list, dict))
