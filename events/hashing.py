"""Ids, and the hash that makes two jobs for one source impossible."""

import hashlib
import json
import os
import time
from typing import Any, TypeAlias
from uuid import UUID

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler

Sql: TypeAlias = tuple[str, tuple[Any, ...]]


def new_id() -> UUID:
    """Return a UUID version 7: random, and later ones sort after earlier ones, which keeps the index compact."""
    milliseconds = time.time_ns() // 1_000_000
    number = (milliseconds << 80) | int.from_bytes(os.urandom(10))
    number = number & ~(0xF << 76) | (7 << 76)
    return UUID(int=number & ~(0b11 << 62) | (0b10 << 62))


def job_hash(target_topic: str, source_id: UUID) -> str:
    """Return the hash of the one job that a target topic can have for a source.

    The formula is AYON's (SHA-256 of the compact JSON of ``[target topic, source id]``), so that jobs
    imported from an AYON server count as done here.
    """
    return hashlib.sha256(f"{job_hash_beginning(target_topic)}{source_id.hex}{_END}".encode()).hexdigest()


def job_hash_beginning(target_topic: str) -> str:
    """Return what comes before the source's id in the text whose digest is the hash."""
    return json.dumps([target_topic])[:-1] + ',"'


_END = '"]'


class JobHash(models.Func):
    """The same, computed by the database: of the beginning of the text and the source's id."""

    output_field = models.TextField()
    arity = 2

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: Any) -> Sql:
        """Write an id without dashes."""
        (beginning, first), (source, second) = map(compiler.compile, self.get_source_expressions())
        text = f"CAST({beginning} AS text) || REPLACE(CAST({source} AS text), '-', '') || '{_END}'"
        return f"ENCODE(SHA256(CONVERT_TO({text}, 'UTF8')), 'hex')", (*first, *second)

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: Any) -> Sql:
        """Take the id as it is, with the function that Django gives to its connections."""
        (beginning, first), (source, second) = map(compiler.compile, self.get_source_expressions())
        return f"SHA256({beginning} || {source} || '{_END}')", (*first, *second)
