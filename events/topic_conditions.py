"""Patterns of topics as conditions of a query."""

from collections.abc import Collection, Iterable

from django.db.models import Q, Value
from django.db.models.functions import Concat
from django.db.models.lookups import Regex

from events import topics
from events.conditions import begins_with

ALL, NONE = Q(), Q(pk__in=())
"""The conditions that every event meets, and none."""


def topics_condition(patterns: Iterable[str], path: str = "topic") -> Q:
    """Return the condition that the topic at ``path`` matches one of the patterns."""
    exact = []
    condition = Q()
    for pattern in patterns:
        if not topics.is_wildcard(pattern):
            exact.append(pattern)
        elif pattern.strip("*") == "":
            return Q()
        else:
            condition |= _pattern_condition(pattern, path)
    return condition | Q(**{f"{path}__in": exact})


def opaque_topics_condition(patterns: Collection[str]) -> Q:
    """Return ``topics_condition`` in a form in which no index serves patterns; it serves topics as ever."""
    wild = [pattern for pattern in patterns if topics.is_wildcard(pattern)]
    condition = Q(topic__in=[pattern for pattern in patterns if not topics.is_wildcard(pattern)])
    if any(pattern.strip("*") == "" for pattern in wild):
        return Q()
    if wild:
        texts = "|".join(map(topics.regex, wild))
        condition |= Q(Regex(Concat("topic", Value("")), f"^({texts})$"))
    return condition


def _pattern_condition(pattern: str, path: str) -> Q:
    """Return the condition for one pattern with wildcards: a prefix if that is all, which an index can serve."""
    head, star, tail = pattern.partition("*")
    if star and not tail:
        return begins_with(path, head)
    return Q(**{f"{path}__regex": f"^{topics.regex(pattern)}$"})


def records() -> Q:
    """Return the condition that an event is one of the server's own records."""
    return topics_condition([f"{prefix}*" for prefix in topics.RECORD_PREFIXES])


def ruled(rulings: Iterable[tuple[str, bool]], by_role: Q) -> Q:
    """Return the condition that the rulings allow the topic, or the role does where they say nothing.

    They come in order: each counts for more than those before it.
    """
    condition = by_role
    for pattern, allows in rulings:
        here = topics_condition([pattern])
        if here == ALL:
            condition = ALL if allows else NONE
        elif allows:
            condition = ALL if condition == ALL else here | condition
        else:
            condition = ~here & condition
    return condition
