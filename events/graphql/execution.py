"""The execution of a query, with a shortcut for edges.

graphql-core looks at every field of every object anew: argument values, resolver, path, whether the value can
be awaited, its type. A page of the frontend has 2,400 fields, and that costs ten times as much as its two
queries. The fields of an edge need none of it: each is a value of the row. So edges are written by functions
that are put together once for each page, of what was asked for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from graphql import (
    ExecutionContext,
    FieldNode,
    FragmentSpreadNode,
    GraphQLList,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    SelectionNode,
    get_named_type,
)
from graphql.pyutils import Path

Read: TypeAlias = Callable[[Any], object]
"""Takes a row and returns one of its values, as the wire has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edges:
    """The rows of a page, and how the fields of a node are read from one of them."""

    rows: Sequence[Any]
    node: Mapping[str, Read]
    """By the name of the field, for all fields that the query mentions."""
    cursor: Read


class EventExecution(ExecutionContext):
    """Executes as graphql-core does, but writes edges on its own."""

    def complete_list_value(
        self,
        return_type: GraphQLList[GraphQLOutputType],
        field_nodes: list[FieldNode],
        info: GraphQLResolveInfo,
        path: Path,
        result: Any,
    ) -> Any:
        """Return the list as it goes into the answer."""
        if not isinstance(result, Edges):
            return super().complete_list_value(return_type, field_nodes, info, path, result)
        write = self._edge_writer(_object_type(return_type), field_nodes, result)
        return [write(row) for row in result.rows]

    def _edge_writer(self, edge_type: GraphQLObjectType, field_nodes: list[FieldNode], edges: Edges) -> Read:
        """Return the function that writes an edge."""
        reads: dict[str, Read] = {}
        for name, nodes in self.collect_subfields(edge_type, field_nodes).items():
            match nodes[0].name.value:
                case "node":
                    reads[name] = self._node_writer(_object_type(edge_type.fields["node"].type), nodes, edges.node)
                case "cursor":
                    reads[name] = edges.cursor
                case _:
                    reads[name] = _constant(edge_type.name)  # nothing else is valid but __typename
        return _writer(reads)

    def _node_writer(
        self, node_type: GraphQLObjectType, field_nodes: list[FieldNode], node: Mapping[str, Read]
    ) -> Read:
        """Return the function that writes a node."""
        reads: dict[str, Read] = {}
        for name, nodes in self.collect_subfields(node_type, field_nodes).items():
            field = nodes[0].name.value
            reads[name] = _constant(node_type.name) if field == "__typename" else node[field]
        return _writer(reads)


def _object_type(of: GraphQLOutputType) -> GraphQLObjectType:
    """Return the type of objects that a list, or what must not be null, is made of."""
    return cast("GraphQLObjectType", get_named_type(of))  # edges and nodes are objects by the schema


def _writer(reads: Mapping[str, Read]) -> Read:
    fields = tuple(reads.items())
    return lambda row: {name: read(row) for name, read in fields}


def _constant(value: object) -> Read:
    return lambda _row: value


def mentioned(info: GraphQLResolveInfo, *path: str) -> set[str]:
    """Return the names of the fields that the query has below the field that is being resolved, at the path.

    Of a field that ``@skip`` or ``@include`` leave out, the name is returned all the same.
    """
    selections = [selection for node in info.field_nodes for selection in _selections(node)]
    for step in path:
        named = [node for node in _fields(selections, info) if node.name.value == step]
        selections = [selection for node in named for selection in _selections(node)]
    return {node.name.value for node in _fields(selections, info)}


def _fields(selections: Sequence[SelectionNode], info: GraphQLResolveInfo) -> list[FieldNode]:
    """Return the fields of a selection, with those of its fragments, each of which is looked at once."""
    fields: list[FieldNode] = []
    waiting = list(selections)
    seen: set[str] = set()
    while waiting:
        selection = waiting.pop()
        if isinstance(selection, FieldNode):
            fields.append(selection)
        elif not isinstance(selection, FragmentSpreadNode):
            waiting += _selections(selection)
        elif selection.name.value not in seen:
            seen.add(selection.name.value)
            waiting += info.fragments[selection.name.value].selection_set.selections
    return fields


def _selections(node: Any) -> Sequence[SelectionNode]:
    return node.selection_set.selections if node.selection_set else ()
