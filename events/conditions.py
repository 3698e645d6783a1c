"""The tests that filters are made of where Django has none that mean the same on both databases.

A test is one boolean expression per database. Its text is fixed here; what a client sent gets into the
statement as a bound parameter and in no other way.
"""

import json
from collections.abc import Sequence
from string import Formatter
from typing import Any, NamedTuple, TypeAlias

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Q
from django.db.models.lookups import In
from django.db.models.sql.compiler import SQLCompiler

from events.patterns import Pattern

Sql: TypeAlias = tuple[str, tuple[Any, ...]]
Scalar: TypeAlias = str | float | bool
"""A value that a filter compares with; float stands for int too."""


class Predicate(NamedTuple):
    """A test as SQL, with ``{column}``, ``{operator}`` and the names of its parameters in braces."""

    postgresql: str
    sqlite: str


class OneOf(In):
    """``IN`` with its values in the text: only so SQLite sees that a partial index with the same condition will do.

    For names that are written in the code, and nothing else.
    """

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:
        """Write the values down."""
        if not all(str(each).isidentifier() for each in self.rhs):
            raise ValueError(f"{self.rhs} are not only names")
        left, parameters = self.process_lhs(compiler, connection)
        names = ", ".join(f"'{each}'" for each in self.rhs)
        return f"{left} IN ({names})", tuple(parameters)


class Holds(models.Func):
    """The condition that a test is true of a column. It is never NULL, so that it can be negated."""

    output_field = models.BooleanField()

    def __init__(self, test: Predicate, column: str, operator: str = "", **parameters: object) -> None:
        """Take the column's own name and an operator of this module; what comes from outside is a parameter."""
        super().__init__(F(column))
        self._test = test
        self._operator = operator
        self._parameters = parameters

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_context: Any) -> Sql:  # noqa: ARG002 - the signature is Django's
        """Return the test for PostgreSQL."""
        return self._rendered(self._test.postgresql, compiler)

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_context: Any) -> Sql:  # noqa: ARG002 - the signature is Django's
        """Return the test for SQLite."""
        return self._rendered(self._test.sqlite, compiler)

    def _rendered(self, template: str, compiler: SQLCompiler) -> Sql:
        column, _ = compiler.compile(self.get_source_expressions()[0])
        texts = {"column": column, "operator": self._operator}
        sql, parameters = "", []
        for text, name, _, _ in Formatter().parse(template):
            sql += text
            if name in texts:
                sql += texts[name]
            elif name is not None:
                sql += "%s"
                parameters.append(self._parameters[name])
        return f"({sql})", tuple(parameters)


def known(postgresql: str, sqlite: str) -> Predicate:
    """Return a test that is false, and not NULL, where what it asks about is absent."""
    return Predicate(f"({postgresql}) IS TRUE", f"({sqlite}) IS TRUE")


ORDERS = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
"""The operators that compare by order."""

# --- tests of a text column: by code point, whatever the collation of the database is ------------------

_TEXT_ORDER = known('{column} COLLATE "C" {operator} {text}', "{column} {operator} {text}")
_TEXT_LIKE = known('{column} COLLATE "C" ~ {regex}', "{column} REGEXP {atomic}")


def text_order(column: str, order: str, text: str) -> Q:
    """Return the condition that the column comes before or after the text."""
    return Q(Holds(_TEXT_ORDER, column, ORDERS[order], text=text))


def begins_with(column: str, text: str) -> Q:
    """Return the condition that the column begins with the text, in the same case; not for an empty text.

    A range and no ``startswith``, which takes upper and lower case for the same on SQLite and finds no index. The
    column is one that is compared by code point (``models.event.TopicField``).
    """
    return Q(**{f"{column}__gte": text, f"{column}__lt": text[:-1] + chr(ord(text[-1]) + 1)})


def text_like(column: str, pattern: str) -> Q:
    """Return the condition that the column reads like the pattern; ValueError as for ``Pattern``."""
    return Q(Holds(_TEXT_LIKE, column, **Pattern(pattern).parameters()))


def text_matches(column: str, regex: str) -> Q:
    """Return the condition that the regular expression, which is one of ours, is found in the column."""
    return Q(Holds(_TEXT_LIKE, column, regex=regex, atomic=regex))


# --- tests of a place in a JSON column ------------------------------------------------------------------

_ABSENT = Predicate("{column} #> {keys}::text[] IS NULL", "JSON_TYPE({column}, {path}) IS NULL")

# SQLite has two types of number, which are one in JSON; true and false are types whose values are 1 and 0.
_AMONG = known(
    "{column} #> {keys}::text[] = ANY({each}::jsonb[])",
    "(REPLACE(JSON_TYPE({column}, {path}), 'integer', 'real'), JSON_EXTRACT({column}, {path}))"
    " IN (SELECT REPLACE(type, 'integer', 'real'), value FROM JSON_EACH({all}))",
)
# Containment, because a GIN index on the column serves it. Of scalars it means equality.
_EQUAL = Predicate("{column} @> {document}::jsonb", _AMONG.sqlite)
_INCLUDES_ALL = Predicate(
    "{column} @> {document}::jsonb",
    "JSON_TYPE({column}, {path}) IS 'array' AND NOT EXISTS"
    " (SELECT REPLACE(type, 'integer', 'real'), value FROM JSON_EACH({all})"
    " EXCEPT SELECT REPLACE(type, 'integer', 'real'), value FROM JSON_EACH({column}, {path}))",
)
_INCLUDES_ANY = Predicate(
    # A search of the elements in a hash of the values; @> ANY would compare each with each.
    "EXISTS (SELECT 1 FROM jsonb_array_elements(CASE jsonb_typeof({column} #> {keys}::text[])"
    " WHEN 'array' THEN {column} #> {keys}::text[] ELSE '[]' END) AS item WHERE item = ANY({each}::jsonb[]))",
    "JSON_TYPE({column}, {path}) IS 'array' AND EXISTS"
    " (SELECT 1 FROM JSON_EACH({column}, {path}) AS item WHERE (REPLACE(item.type, 'integer', 'real'), item.value)"
    " IN (SELECT REPLACE(type, 'integer', 'real'), value FROM JSON_EACH({all})))",
)

# jsonb's own order is not used between types, where an empty array comes first, nor of texts, which it
# compares by the collation of the database.
_SQLITE_ORDER = (
    "JSON_TYPE({column}, {path}) IN (SELECT value FROM JSON_EACH({sqlite_beyond}))"
    " OR JSON_TYPE({column}, {path}) IN (SELECT value FROM JSON_EACH({sqlite_alike}))"
    " AND JSON_EXTRACT({column}, {path}) {operator} JSON_EXTRACT({value}, '$')"
)
_BEYOND = "jsonb_typeof({column} #> {keys}::text[]) = ANY({beyond}::text[])"
_ORDER = known(
    _BEYOND + " OR jsonb_typeof({column} #> {keys}::text[]) = {alike}"
    " AND {column} #> {keys}::text[] {operator} {value}::jsonb",
    _SQLITE_ORDER,
)
_ORDER_OF_TEXT = known(
    _BEYOND + " OR jsonb_typeof({column} #> {keys}::text[]) = {alike}"
    ' AND ({column} #>> {keys}::text[]) COLLATE "C" {operator} {text}',
    _SQLITE_ORDER,
)
_LIKE = known(
    "jsonb_typeof({column} #> {keys}::text[]) = 'string' AND ({column} #>> {keys}::text[]) COLLATE \"C\" ~ {regex}",
    "JSON_TYPE({column}, {path}) = 'text' AND JSON_EXTRACT({column}, {path}) REGEXP {atomic}",
)

_TYPES = {
    "null": ("null",),
    "string": ("text",),
    "number": ("integer", "real"),
    "boolean": ("false", "true"),
    "array": ("array",),
    "object": ("object",),
}
"""The types in their order, as jsonb and as SQLite call them."""


class Place(NamedTuple):
    """A place in the JSON of a column, and what can be asked about it. The column itself is never NULL."""

    column: str
    keys: tuple[str, ...]
    """From the outermost to the innermost; none is the index of an array."""

    def is_absent(self) -> Q:
        """Ask whether nothing is there; a null is something."""
        return self.holds(_ABSENT)

    def equals(self, value: Scalar) -> Q:
        """Ask for the same value of the same type."""
        return self.holds(_EQUAL, all=json.dumps([value]), document=self._document(value))

    def is_among(self, values: Sequence[Scalar]) -> Q:
        """Ask for one of the values."""
        return self.holds(_AMONG, all=json.dumps(values), each=[json.dumps(each) for each in values])

    def includes_all(self, values: Sequence[Scalar]) -> Q:
        """Ask for an array with each of the values as an element."""
        return self.holds(_INCLUDES_ALL, all=json.dumps(values), document=self._document(values))

    def includes_any(self, values: Sequence[Scalar]) -> Q:
        """Ask for an array with one of the values as an element."""
        return self.holds(_INCLUDES_ANY, all=json.dumps(values), each=[json.dumps(each) for each in values])

    def compares(self, order: str, value: Scalar) -> Q:
        """Ask for what comes before or after the value: by its type if that is another one, else by value."""
        alike = "string" if isinstance(value, str) else "boolean" if isinstance(value, bool) else "number"
        types = list(_TYPES)
        rank = types.index(alike)
        beyond = types[:rank] if order.startswith("lt") else types[rank + 1 :]
        return self.holds(
            _ORDER_OF_TEXT if alike == "string" else _ORDER,
            ORDERS[order],
            alike=alike,
            beyond=beyond,
            sqlite_alike=json.dumps(_TYPES[alike]),
            sqlite_beyond=json.dumps([name for each in beyond for name in _TYPES[each]]),
            text=value,
            value=json.dumps(value),
        )

    def reads_like(self, pattern: str) -> Q:
        """Ask for a text that the pattern matches; ValueError as for ``Pattern``."""
        return self.holds(_LIKE, **Pattern(pattern).parameters())

    @property
    def path(self) -> str:
        """As SQLite writes it."""
        return "$" + "".join(f".{json.dumps(key)}" for key in self.keys)

    def holds(self, test: Predicate, operator: str = "", **parameters: object) -> Q:
        """Ask whether a test is true of the place, which it calls ``keys`` and ``path``."""
        return Q(Holds(test, self.column, operator, keys=list(self.keys), path=self.path, **parameters))

    def _document(self, value: Scalar | Sequence[Scalar]) -> str:
        """Return the JSON of a column that has nothing but this value at the place."""
        document: object = value
        for key in reversed(self.keys):
            document = {key: document}
        return json.dumps(document)
