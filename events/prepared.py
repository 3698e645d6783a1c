"""Statements that are run all the time: compiled once by the ORM, planned once by PostgreSQL.

Django compiles a query each time it is asked, and PostgreSQL plans it each time; both takes longer than to
answer it. A statement made here is compiled at its first use in a process, and ``Slot`` marks what differs from
one run to the next. Everything else is part of the text, where the planner sees it: only so it knows that a
partial index will do. Each connection prepares the statement after a few runs, as ``prepare_threshold`` in
the OPTIONS of the database says; without that it is planned anew each time.

    @cache
    def _by_name() -> Statement:
        return select(Thing.objects.filter(name=Slot("name", Thing._meta.get_field("name"))))

    _by_name().rows(name="a")
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction  # noqa: TID251 - it takes the compiled SQL
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.constants import OnConflict
from django.db.models.expressions import Combinable
from django.db.models.sql import InsertQuery, UpdateQuery
from django.db.models.sql.compiler import SQLCompiler
from psycopg.sql import Literal

Row: TypeAlias = tuple[Any, ...]


class Slot(Expression):
    """The place of a value that is given by name each time the statement is run, and adapted as the field does."""

    def __init__(self, name: str, output_field: "Field[Any, Any]") -> None:
        """Take the name."""
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: object) -> Any:  # noqa: ARG002 - Django's signature
        """Stand for the value."""
        return "%s", (self,)


@dataclass(frozen=True, slots=True)
class Statement:
    """Compiled SQL, what goes into it, and how what comes out is read."""

    sql: str
    parameters: Sequence[Any]
    """In their order; a ``Slot`` for what is given later."""
    converters: Mapping[int, Any]
    """Django's functions that read a column, by its place in the row."""

    def rows(self, **values: object) -> list[Row]:
        """Run it with the values of the slots."""
        database: Any = connections[DEFAULT_DB_ALIAS]  # looked up once; ``connection`` does it for each attribute
        given = [
            each.output_field.get_db_prep_save(values[each.name], database) if isinstance(each, Slot) else each
            for each in self.parameters
        ]
        with _cursor(database) as cursor:
            cursor.execute(self.sql, given)
            found: list[Row] = cursor.fetchall()
        return [self._converted(row) for row in found] if self.converters else found

    def row(self, **values: object) -> Row | None:
        """Return the first row."""
        found = self.rows(**values)
        return found[0] if found else None

    def _converted(self, row: Row) -> Row:
        changed = list(row)
        for index, (converters, expression) in self.converters.items():
            for convert in converters:
                changed[index] = convert(changed[index], expression, connection)
        return tuple(changed)


def select(queryset: QuerySet[Any, Any]) -> Statement:
    """Prepare a query."""
    compiler = queryset.query.get_compiler(connection.alias)
    sql, parameters = _compiled(compiler)
    return _statement(compiler, sql, parameters, [expression for expression, _, _ in compiler.select])


def insert_if_new(model: type[Model], names: Iterable[str], returning: Iterable[str]) -> Statement:
    """Prepare the insertion of a row; it returns none if that would break a unique index."""
    fields = _fields(model, names)
    query = InsertQuery(model, on_conflict=OnConflict.IGNORE)
    query.insert_values(fields, [model(**{each.attname: Slot(each.attname, each) for each in fields})])
    compiler = query.get_compiler(connection.alias)
    compiler.returning_fields = _fields(model, returning)
    [(sql, parameters)] = compiler.as_sql()
    return _statement(compiler, sql, parameters, _columns(compiler.returning_fields))


def insert_found(found: QuerySet[Any, Any], values: Mapping[str, Combinable], returning: Iterable[str]) -> Statement:
    """Prepare the insertion of a row for each that the query finds, with values that are computed from that.

    A row that would break a unique index is left out. The query may lock what it finds: run outside of a
    transaction, the statement is one.
    """
    compiler = found.values_list(*values.values()).query.get_compiler(connection.alias)
    sql, parameters = _compiled(compiler)
    quoted = connection.ops.quote_name
    into = ", ".join(quoted(each.column) for each in _fields(found.model, values))
    text = f"INSERT INTO {quoted(found.model._meta.db_table)} ({into}) {sql} ON CONFLICT DO NOTHING"
    return _returning(compiler, text, parameters, _fields(found.model, returning))


def change(
    queryset: QuerySet[Any, Any], names: Iterable[str], computed: Mapping[str, Expression], returning: Iterable[str]
) -> Statement:
    """Prepare a change of the rows that the query finds; it returns columns of them as they are then."""
    query: Any = queryset.query.chain(UpdateQuery)
    slots = {each.attname: Slot(each.attname, each) for each in _fields(queryset.model, names)}
    query.add_update_values({**slots, **computed})
    compiler = query.get_compiler(connection.alias)
    sql, parameters = compiler.as_sql()
    return _returning(compiler, sql, parameters, _fields(queryset.model, returning))


def _fields(model: type[Model], names: Iterable[str]) -> list[Any]:
    return [model._meta.get_field(name) for name in names]


def _columns(fields: Iterable[Any]) -> list[Any]:
    return [each.get_col(each.model._meta.db_table) for each in fields]


def _compiled(compiler: SQLCompiler) -> Any:
    """Return the SQL of a query and its parameters."""
    locks = compiler.query.select_for_update
    with transaction.atomic() if locks else nullcontext():  # Django compiles no lock outside of a transaction
        return compiler.as_sql()


def _returning(compiler: SQLCompiler, sql: str, parameters: Sequence[Any], fields: list[Any]) -> Statement:
    columns = ", ".join(connection.ops.quote_name(each.column) for each in fields)
    return _statement(compiler, f"{sql} RETURNING {columns}", parameters, _columns(fields))


def _statement(compiler: SQLCompiler, sql: str, parameters: Sequence[Any], returned: list[Any]) -> Statement:
    converters = compiler.get_converters(returned)
    if connection.vendor != "postgresql":
        return Statement(sql, tuple(parameters), converters)
    given = iter(parameters)
    slots = []

    def written(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return match[0]
        value = next(given)
        if isinstance(value, Slot):
            slots.append(value)
            return match[0]
        return Literal(value).as_string(connection.connection).replace("%", "%%")

    return Statement(re.sub("%[%s]", written, sql), tuple(slots), converters)


def _cursor(database: Any) -> Any:
    """Return a cursor; on PostgreSQL one that sends text and values apart, and can prepare the text."""
    if database.vendor != "postgresql":
        return database.cursor()
    database.close_if_health_check_failed()
    database.ensure_connection()
    cursor: Any = ServerBindingCursor
    return database._prepare_cursor(cursor(database.connection))  # noqa: SLF001 - as Django's own cursor() does
