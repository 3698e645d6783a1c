"""The audit trail: who changed keys, roles, grants and policies, and who operated on events.

Each record is an event under ``audit.``: who, from where, what, and the values before and after. It is stored with
the change or not at all, and no door changes or deletes it. Changes of people and rights are noticed where they
are saved, whichever door they come through, the command line included; only code that speaks for nobody (see
``events.origin``) leaves no record. No secret is in any of them: of a password it is only said that it changed.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias
from uuid import UUID

from django.contrib.auth.models import Group, User
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_init, post_save

from events import origin
from events.actor import Actor
from events.dispatch import NewEvent, dispatch
from events.models import ApiKey, ProjectGrant, TopicPolicy
from events.redaction import MASK
from events.topics import AUDIT_PREFIX

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


def record(action: str, description: str, *, by: Actor | str, **summary: object) -> UUID:
    """Store ``audit.<action>``; the address is that of the request, if there is one.

    Of an actor it also says with which key he came, and which service has spoken for him.
    """
    whole = {"from": origin.address(), **summary}
    if isinstance(by, Actor):
        whole |= {name: value for name, value in (("key", by.key), ("through", by.through)) if value}
        by = by.name
    return dispatch(NewEvent(topic=f"{AUDIT_PREFIX}{action}", user=by, description=description, summary=whole))


def watch() -> None:
    """Notice every change of people and rights from now on; called once, when Django is ready."""
    for model in WORDS:
        post_init.connect(_remember, sender=model, dispatch_uid="audit")
        post_save.connect(_saved, sender=model, dispatch_uid="audit")
        post_delete.connect(_deleted, sender=model, dispatch_uid="audit")
    for through in (User.groups.through, User.user_permissions.through, Group.permissions.through):
        m2m_changed.connect(_members_changed, sender=through, dispatch_uid="audit")


def _remember(instance: Model, **_: object) -> None:
    """Keep how it was when it was read, to tell what a change changed."""
    if origin.current() is not None:
        vars(instance)[BEFORE] = _facts(instance) if instance.pk else {}


def _saved(instance: Model, created: bool, **_: object) -> None:
    before, after = vars(instance).get(BEFORE, {}), _facts(instance)
    vars(instance)[BEFORE] = after
    changed = {name: value for name, value in after.items() if created or before.get(name) != value}
    if changed:
        old = None if created else {name: before.get(name) for name in changed}
        _tell(instance, "created" if created else "changed", before=old, after=changed)


def _deleted(instance: Model, **_: object) -> None:
    _tell(instance, "deleted", before=_facts(instance), after=None)


def _members_changed(instance: Model, action: str, model: type[Model], pk_set: set[int] | None, **_: object) -> None:
    """Record that somebody joined or left a group, or that permissions were given or taken."""
    done = {"post_add": "added", "post_remove": "removed", "pre_clear": "cleared"}.get(action)
    if done is None or origin.current() is None:
        return
    what = model._meta.verbose_name_plural
    names = sorted(map(str, model._default_manager.filter(pk__in=pk_set or ())))  # noqa: SLF001 - documented
    if names or done == "cleared":
        _tell(instance, "changed", before=None, after={str(what): {done: names}})


def _tell(instance: Model, done: str, *, before: Facts | None, after: Facts | None) -> None:
    behind = origin.current()
    if behind is None:
        return
    word = WORDS[type(instance)]
    record(
        f"{word}.{done}",
        f"{word.capitalize()} {instance} {done}",
        by=behind.who(),
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
