"""The fields of a project as GraphQL has them; ``events.graphql.types.ProjectNode`` explains them."""

import json
from collections.abc import Mapping
from operator import attrgetter

from graphene.utils.str_converters import to_camel_case

from events.graphql.execution import Read
from events.projects import Project, full

EMPTY = json.dumps({})

FIELDS: Mapping[str, Read] = {
    **{name: attrgetter(name) for name in ("name", "created_at", "updated_at")},
    "code": attrgetter("name"),
    "label": lambda _: None,
    "active": lambda _: True,
    **{name: lambda _: False for name in ("library", "skeleton")},
    **{name: lambda _: EMPTY for name in ("config", "data", "all_attrib")},
    "own_attrib": lambda _: (),
}
"""How each field of the type is read from a project."""

NODE: Mapping[str, Read] = {
    **{to_camel_case(name): read for name, read in FIELDS.items()},
    "createdAt": lambda project: full(project)["createdAt"],
    "updatedAt": lambda project: full(project)["updatedAt"],
}
"""The same for edges, which are written as the wire has them."""


def node_for(project: Project) -> dict[str, object]:
    """Return a project as the type wants it."""
    return {name: read(project) for name, read in FIELDS.items()}
