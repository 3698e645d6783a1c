"""The fields of a user as GraphQL has them; ``events.graphql.types.UserNode`` explains them."""

import json
from collections.abc import Mapping
from operator import attrgetter

from graphene.utils.str_converters import to_camel_case

from events.graphql.execution import Read
from events.message import timestamp
from events.people import Person


def _told(read: Read) -> Read:
    """Return how a field is read that not everybody may know."""
    return lambda person: read(person) if person.is_whole else None


FIELDS: Mapping[str, Read] = {
    "name": attrgetter("name"),
    **{name: _told(attrgetter(name)) for name in ("active", "created_at", "updated_at", "has_password")},
    **{name: _told(attrgetter(f"actor.{name}")) for name in ("is_admin", "is_manager", "is_service", "is_guest")},
    "access_groups": _told(lambda person: json.dumps(person.access_groups)),
    "default_access_groups": lambda _: (),
    "api_key_preview": _told(attrgetter("api_key_preview")),
    "all_attrib": lambda person: json.dumps(person.attrib),
}
"""How each field of the type is read from a person."""

NODE: Mapping[str, Read] = {
    **{to_camel_case(name): read for name, read in FIELDS.items()},
    "createdAt": _told(lambda person: timestamp(person.created_at)),
    "updatedAt": _told(lambda person: timestamp(person.updated_at)),
}
"""The same for edges, which are written as the wire has them."""


def node_for(person: Person) -> dict[str, object]:
    """Return a user as the type wants it."""
    return {name: read(person) for name, read in FIELDS.items()}
