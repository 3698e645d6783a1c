"""The form of a record of the audit trail, and which changes of single events leave one.

Operating on events is on record, whoever does it and through whichever door: restarting, aborting and deleting them,
letting a new event take an old one's place, taking an event over from its user. So is every change that a person
makes to somebody else's event. What services do to events beside that is their daily work: it begins, finishes and
fails jobs, and the events themselves tell of it.
"""

from collections.abc import Mapping
from typing import Any

from events import origin, topics
from events.actor import SERVER, Actor
from events.redaction import masked
from events.status import Status

OPERATED = {Status.RESTARTED.value: "restarted", Status.ABORTED.value: "aborted"}
"""The states that operators bring events into, with the last word of the record's topic."""
TOLD = ("status", "user", "project", "description", "retries")
"""Columns whose values a record has; of others it only says that they were replaced."""


def entry(
    action: str, description: str, *, by: Actor | str, details: Mapping[str, object] | None = None, **summary: object
) -> dict[str, Any]:
    """Return the fields of the event ``audit.<action>``.

    Of an actor it also says with which key he came, and which service has spoken for him. ``details`` are for the
    payload: what is too long for a list of events. What looks like a secret is masked.
    """
    whole = {**origin.current().place, **summary}
    if isinstance(by, Actor):
        whole |= {name: value for name, value in (("key", by.key), ("through", by.through)) if value}
        by = by.name
    return {
        "topic": f"{topics.AUDIT_PREFIX}{action}",
        "user": by,
        "description": masked(description),
        "summary": masked(whole),
        "payload": dict(details or {}),
    }


def intervenes(before: Mapping[str, object], columns: Mapping[str, object]) -> bool:
    """Tell whether a change is one that operators make: a restart, an abortion, another user."""
    changed = changes_in(before, columns)
    return "user" in changed or changed.get("status") in OPERATED


def could_intervene(columns: Mapping[str, object]) -> bool:
    """Tell whether these values may be such a change, so that it takes a look at the event as it is."""
    return "user" in columns or columns.get("status") in OPERATED


def is_operating(before: Mapping[str, object], columns: Mapping[str, object], by: Actor) -> bool:
    """Tell whether a change of an event from what it was ``before`` leaves a record."""
    changed = changes_in(before, columns)
    if by is SERVER or not changed:
        return False
    is_foreign = before["user"] != by.name
    return changed.get("status") in OPERATED or (is_foreign and (not by.is_service or "user" in changed))


def changes_in(before: Mapping[str, object], columns: Mapping[str, object]) -> dict[str, object]:
    """Return the columns that get another value than they had; who sends is no change of the event."""
    told = {name: columns[name] for name in TOLD if name in columns and columns[name] != before[name]}
    return told | {name: "replaced" for name in ("summary", "payload") if name in columns}


def change(event_id: str, before: Mapping[str, object], columns: Mapping[str, object], by: Actor) -> dict[str, Any]:
    """Return the fields of the record of such a change."""
    after = changes_in(before, columns)
    done = OPERATED.get(str(after.get("status")), "changed")
    return entry(
        f"event.{done}",
        f"{before['topic']} {done}",
        by=by,
        id=event_id,
        topic=before["topic"],
        project=before["project"],
        before={name: before.get(name) for name in after if name in TOLD},
        after=after,
    )
