"""Ids, and the hash that makes two jobs for one source impossible."""

import hashlib
import json
import os
import time
from uuid import UUID


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
    text = json.dumps([target_topic, source_id.hex], separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
