"""Examples of filters, with the events that they find; ``GET /api/query`` shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SAMPLES: Mapping[str, Mapping[str, Any]] = {
    "approved": {
        "topic": "entity.folder.status_changed",
        "project": "alpha",
        "user": "tom",
        "payload": {"oldValue": "Pending review", "newValue": "Approved"},
    },
    "declined": {
        "topic": "entity.folder.status_changed",
        "project": "beta",
        "user": "ann",
        "payload": {"oldValue": "Pending review", "newValue": "Declined"},
    },
    "rendered": {
        "topic": "farm.render",
        "project": "alpha",
        "sender": "farm-01",
        "description": "Render sh010",
        "summary": {"shot": {"name": "sh010"}},
        "payload": {"frames": 240, "tags": ["hero", "fx"], "error": None},
    },
    "queued": {
        "topic": "farm.render",
        "project": "alpha",
        "sender": "farm-02",
        "description": "Render SH020",
        "summary": {"shot": {"name": "sh020"}},
        "payload": {"frames": 48, "tags": ["fx"]},
        "finished": False,
    },
    "noted": {"topic": "log.info", "sender": "backup", "description": "Nightly backup"},
}
"""Events that the examples are looked for in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A filter, and which of the samples it finds."""

    title: str
    filter: Mapping[str, Any]
    finds: tuple[str, ...]


def _one(key: str, operator: str | None = None, value: object = None) -> dict[str, Any]:
    """Return a filter of one condition."""
    condition = {"key": key, "operator": operator, "value": value}
    return {"conditions": [{name: given for name, given in condition.items() if given is not None}]}


EXAMPLES = (
    Example(
        title="Folders that were approved",
        filter={
            "conditions": [
                {"key": "topic", "value": "entity.folder.status_changed"},
                {"key": "payload/newValue", "value": "Approved"},
            ]
        },
        finds=("approved",),
    ),
    Example(
        title="Folders that were approved, and those of beta that Ann changed",
        filter={
            "operator": "or",
            "conditions": [
                {"key": "payload/newValue", "value": "Approved"},
                {"conditions": [{"key": "project", "value": "beta"}, {"key": "user", "value": "ann"}]},
            ],
        },
        finds=("approved", "declined"),
    ),
    Example(
        title="Changed to anything but Approved", filter=_one("payload/newValue", "ne", "Approved"), finds=("declined",)
    ),
    Example(title="Events of two projects", filter=_one("project", "in", ["beta", "gamma"]), finds=("declined",)),
    Example(title="Everything that is not done", filter=_one("status", "not_in", ["finished"]), finds=("queued",)),
    Example(title="Shots by name", filter=_one("summary.shot.name", "eq", "sh010"), finds=("rendered",)),
    Example(
        title="Descriptions with sh0 in them", filter=_one("description", "like", "%sh0%"), finds=("rendered", "queued")
    ),
    Example(title="More than 48 frames", filter=_one("payload/frames", "gt", 48), finds=("rendered",)),
    Example(title="48 frames or more", filter=_one("payload/frames", "gte", 48), finds=("rendered", "queued")),
    Example(title="Fewer than 240 frames", filter=_one("payload/frames", "lt", 240), finds=("queued",)),
    Example(title="Made in the last century", filter=_one("createdAt", "lte", "2000-12-31T23:59:59+00:00"), finds=()),
    Example(title="Of no project", filter=_one("project", "isnull"), finds=("noted",)),
    Example(title="With an error, even if it is null", filter=_one("payload/error", "notnull"), finds=("rendered",)),
    Example(title="Tagged hero", filter=_one("payload/tags", "includes", "hero"), finds=("rendered",)),
    Example(
        title="Tagged hero or fx",
        filter=_one("payload/tags", "includes-any", ["hero", "fx"]),
        finds=("rendered", "queued"),
    ),
    Example(
        title="Tagged hero and fx", filter=_one("payload/tags", "includes-all", ["hero", "fx"]), finds=("rendered",)
    ),
    Example(
        title="Not tagged hero, or not tagged at all",
        filter=_one("payload/tags", "excludes", "hero"),
        finds=("approved", "declined", "queued", "noted"),
    ),
    Example(
        title="Tagged neither hero nor fx",
        filter=_one("payload/tags", "excludes-any", ["hero", "fx"]),
        finds=("approved", "declined", "noted"),
    ),
    Example(
        title="Not tagged hero and fx both",
        filter=_one("payload/tags", "excludes-all", ["hero", "fx"]),
        finds=("approved", "declined", "queued", "noted"),
    ),
)
