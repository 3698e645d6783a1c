"""The search for words in the texts of an event, the same for every door."""

import re
from typing import Any, TypeAlias

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Case, ExpressionWrapper, F, Func, Q, Value, When
from django.db.models.lookups import IContains, IRegex
from django.db.models.sql.compiler import SQLCompiler

from events import concealed

Sql: TypeAlias = tuple[str, Any]

NAMES = ("topic", "project", "user")
SEARCHED = (*NAMES, "description")
"""The columns that are searched, in the order in which the index has them."""


class SearchedText(Func):
    """The searched columns as one text, with a space between them: no word can be in two of them at once.

    On PostgreSQL its upper case is what the index ``event_text`` has, word for word.
    """

    output_field = models.TextField()

    def __init__(self) -> None:
        """Take the columns."""
        super().__init__(*map(F, SEARCHED))

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_context: Any) -> Sql:  # noqa: ARG002 - the signature is Django's
        """Put the columns together; the collation of topics knows the two cases of ASCII letters only."""
        return self._joined(compiler, ' COLLATE "default"'), ()

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_context: Any) -> Sql:  # noqa: ARG002 - the signature is Django's
        """Put the columns together."""
        return self._joined(compiler, ""), ()

    def _joined(self, compiler: SQLCompiler, collation: str) -> str:
        topic, project, user, description = (compiler.compile(each)[0] for each in self.get_source_expressions())
        texts = (f"{topic}{collation}", f"COALESCE({project}, '')", f"COALESCE({user}, '')", description)
        joined = " || ' ' || ".join(texts)
        return f"({joined})"


class ContainsWord(IContains):
    """Tells whether the text contains the word, in upper or lower case.

    SQLite's LIKE knows the two cases of ASCII letters only; its regular expressions, which are Python's, know all.
    """

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:
        """Ask SQLite."""
        if self.rhs.isascii():
            return super().as_sql(compiler, connection)
        return IRegex(self.lhs, re.escape(self.rhs)).as_sql(compiler, connection)


def mentions(text: str, *, hides_secrets: bool = False) -> Q:
    """Return the condition that the event mentions each word of the text somewhere; words are parted by white space.

    ``hides_secrets``: a description that may hold a secret is not searched.
    """
    condition = Q()
    elsewhere = Q()
    for word in sorted(set(text.split())):
        condition &= Q(ContainsWord(SearchedText(), word))
        elsewhere &= Q(*(ContainsWord(F(name), word) for name in NAMES), _connector=Q.OR)
    plain = concealed.plain("description") if hides_secrets and condition else None
    return condition & _once(condition, plain | elsewhere) if plain else condition


def _once(found: Q, costly: Q) -> Q:
    """Return a condition that is only asked of what another one has found: PostgreSQL would take it for a cheap one."""
    asked = ExpressionWrapper(costly, models.BooleanField())
    return Q(Case(When(found, then=asked), default=Value(value=False), output_field=models.BooleanField()))
