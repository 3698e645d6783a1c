"""What one query may ask for, checked before anything is executed.

The limits are far above what any known client asks for: the frontend's page is 2 questions for 24,000 values,
the introspection query of the usual tools has 19 levels and 80 fields.
"""

from collections.abc import Sequence
from typing import NamedTuple

from graphql import (
    ASTValidationRule,
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValidationContext,
)

from events.graphql.connection import DEFAULT_SIZE, MAX_SIZE

MAX_LENGTH = 100_000
"""Characters of a query. Most are ids: Python clients write them out instead of using variables."""
MAX_TOKENS = 10_000
"""Tokens of a query."""
MAX_FIELDS = 500
"""Fields and fragments that a query mentions; checking that they can be merged takes time by their square."""
MAX_DEPTH = 24
"""Selections inside of one another, those of fragments included."""
MAX_QUESTIONS = 20
"""Fields of ``Query`` that one operation has, by whatever names: each asks the database."""
MAX_VALUES = 250_000
"""Values of the largest answer that the query can have: the fields of an edge times the size of the page."""


class Size(NamedTuple):
    """How large a selection is."""

    depth: int
    fields: int
    """Fields of the selection itself, and not of what is inside of them."""
    values: int


NOTHING = Size(0, 0, 0)


class SizeLimit(ASTValidationRule):
    """Refuses operations that are too deep, ask too often, or whose answer could be too large."""

    def __init__(self, context: ValidationContext) -> None:
        """Begin with a document."""
        super().__init__(context)
        self._context = context
        self._fragments: dict[tuple[str, int], Size] = {}

    def enter_operation_definition(self, node: OperationDefinitionNode, *_args: object) -> None:
        """Measure an operation; graphql-core calls it."""
        size = self._measure(node.selection_set, rows=1)
        if size.depth > MAX_DEPTH:
            self._refuse(f"The query has {size.depth} levels; at most {MAX_DEPTH} are allowed")
        if size.fields > MAX_QUESTIONS:
            self._refuse(f"The query asks {size.fields} questions; at most {MAX_QUESTIONS} are allowed")
        if size.values > MAX_VALUES:
            self._refuse(
                f"The answer could have {size.values} values; at most {MAX_VALUES} are allowed: "
                "ask for fewer fields or smaller pages"
            )

    def _refuse(self, message: str) -> None:
        self.report_error(refusal(message))

    def _measure(self, selection_set: SelectionSetNode | None, rows: int) -> Size:
        """Return the size of a selection; ``rows`` is how many edges its parent can have."""
        if selection_set is None:
            return NOTHING
        depths, fields, values = zip(*(self._selection(each, rows) for each in selection_set.selections), strict=True)
        return Size(1 + max(depths), sum(fields), sum(values))

    def _selection(self, node: SelectionNode, rows: int) -> Size:
        match node:
            case FieldNode():
                inside = self._measure(node.selection_set, _page_size(node))
                return Size(inside.depth, 1, (1 + inside.values) * (rows if node.name.value == "edges" else 1))
            case FragmentSpreadNode():
                return self._fragment(node.name.value, rows)
            case InlineFragmentNode():
                return self._measure(node.selection_set, rows)
        raise TypeError(f"{node.kind} is no selection")

    def _fragment(self, name: str, rows: int) -> Size:
        """Return the size of a fragment, measured once; one that contains itself is for other rules to refuse."""
        if (name, rows) not in self._fragments:
            fragment = self._context.get_fragment(name)
            self._fragments[name, rows] = NOTHING
            self._fragments[name, rows] = self._measure(fragment.selection_set if fragment else None, rows)
        return self._fragments[name, rows]


def _page_size(field: FieldNode) -> int:
    """Return how many edges a field can have; a size that is a variable may be any."""
    given = {argument.name.value: argument.value for argument in field.arguments}
    size = given.get("first", given.get("last"))
    if size is None:
        return DEFAULT_SIZE
    return min(int(size.value), MAX_SIZE) if isinstance(size, IntValueNode) else MAX_SIZE


class FieldLimit(ASTValidationRule):
    """Refuses queries that mention too many fields and fragments."""

    def __init__(self, context: ValidationContext) -> None:
        """Begin with a document."""
        super().__init__(context)
        self._count = 0

    def enter_selection_set(self, node: SelectionSetNode, *_args: object) -> None:
        """Count the members of a selection; graphql-core calls it."""
        before, self._count = self._count, self._count + len(node.selections)
        if before <= MAX_FIELDS < self._count:
            self.report_error(refusal(f"The query has more than {MAX_FIELDS} fields and fragments"))


def refusal(message: str) -> GraphQLError:
    """Return the error for a query that asks for too much."""
    return GraphQLError(message, extensions={"code": "too_complex"})


LIMITS: Sequence[type[ASTValidationRule]] = (FieldLimit, SizeLimit)
