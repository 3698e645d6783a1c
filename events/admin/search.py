"""The search box of the event list."""

import re

from django.db.models import Q

SEARCHED = ("topic", "description", "user", "project")
LONGEST = 200
"""Characters of a search that count."""


def containing(text: str) -> Q:
    """Return the condition that each word of the text is in one of the searched fields, in upper or lower case."""
    condition = Q()
    for word in text[:LONGEST].split():
        lookup, value = _lookup(word)
        condition &= Q(*((f"{field}__{lookup}", value) for field in SEARCHED), _connector=Q.OR)
    return condition


def _lookup(word: str) -> tuple[str, str]:
    """Return how to find a word: SQLite's LIKE knows the cases of ASCII letters only, its regular expressions all."""
    return ("icontains", word) if word.isascii() else ("iregex", re.escape(word))
