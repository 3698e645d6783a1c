"""The fields of an event as columns: only those that a query mentions are read, and payloads never."""

import json
from collections.abc import Callable, Collection, Mapping
from operator import itemgetter
from typing import Any, NamedTuple

from events.graphql.connection import Row, cursor_at
from events.graphql.execution import Read
from events.message import hex_or_none, timestamp
from events.redaction import masked


class Column(NamedTuple):
    """Where a field comes from, and how it is written; None: as it is."""

    name: str
    write: Callable[[Any], object] | None = None


def _masked_json(value: object) -> str:
    return json.dumps(masked(value))


COLUMNS: Mapping[str, Column] = {
    "id": Column("id", hex_or_none),
    "hash": Column("hash"),
    "topic": Column("topic"),
    "project": Column("project"),
    "user": Column("user"),
    "sender": Column("sender"),
    "senderType": Column("sender_type"),
    "dependsOn": Column("depends_on_id", hex_or_none),
    "status": Column("status"),
    "retries": Column("retries"),
    "description": Column("description", masked),
    "summary": Column("summary", _masked_json),
    "createdAt": Column("created_at", timestamp),
    "updatedAt": Column("updated_at", timestamp),
}


_CLEAR: Mapping[str, Callable[[Any], object] | None] = {"description": None, "summary": json.dumps}
"""How fields are written for who may see secrets."""


def columns_of(fields: Collection[str]) -> list[str]:
    """Return the names of the columns that the fields need."""
    return [column.name for field, column in COLUMNS.items() if field in fields]


def node_of(fields: Collection[str], *, clear: bool) -> dict[str, Read]:
    """Return how to read the fields from a row that has the key first, and then ``columns_of`` them.

    Values that look like secrets are masked, unless ``clear`` says that the reader may see them.
    """
    read: dict[str, Read] = {"data": _null, "payload": _null}
    present = [(field, column) for field, column in COLUMNS.items() if field in fields]
    for place, (field, column) in enumerate(present, start=1):
        read[field] = _reader(place, _CLEAR.get(field, column.write) if clear else column.write)
    return read


def cursor(row: Row) -> str:
    """Return the cursor of a row."""
    return cursor_at(row[0])


def _reader(place: int, write: Callable[[Any], object] | None) -> Read:
    if write is None:
        return itemgetter(place)
    return lambda row: write(row[place])


def _null(_row: Row) -> None:
    """Stand for what only REST gives."""
