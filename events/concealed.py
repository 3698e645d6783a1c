"""Texts in which something is masked, told by a regular expression: who sees them so cannot find out by it what it is.

The databases cannot mask. So what somebody without the permission looks for in a text never matches one that may hold
a secret; the expression may take a harmless text for such a one, and never the other way round.
"""

from collections.abc import Callable
from functools import lru_cache

from django.db.models import Q

from events import conf
from events.patterns import in_either_case
from events.redaction import SHORT

_FORMS = (
    r"{bearer}\s",
    r"{apikey}\s",
    r"{basic}\s+[A-Za-z+/]*([0-9=]|[a-z+/][A-Z])",
    r"://[^\s/:@]*:[^\s/]+@",
    r"{cookie}:",
    r"{authorization}:",
    r"eyJ",
    r"{private}\s{key}",
)
_SIGN = r"""[^\s"'=:,]{0,128}\\*(["']\s*[:=,]|\s?[:=])"""
"""The rest of a name, and what gives it a value. In a URL any letter of the name may be written as a number."""


def plain(matches: Callable[[str], Q]) -> Q:
    """Return the condition that a text holds no secret; falsy if nothing is masked. ``matches`` asks the expression."""
    expression = pattern(conf.secret_keys())
    return ~matches(expression) if expression else Q()


@lru_cache(maxsize=8)
def pattern(words: tuple[str, ...]) -> str:
    """Return the expression for these words, which Python and PostgreSQL read alike; empty: nothing is masked."""
    if not words:
        return ""
    forms = [form.format_map({name: _spelled(name) for name in _NAMES}) for form in _FORMS]
    return "|".join([*forms, f"({'|'.join([*map(_name, words), '%[2-7][0-9a-fA-F]'])}){_SIGN}"])


_NAMES = ("bearer", "apikey", "basic", "cookie", "authorization", "private", "key")


def _name(word: str) -> str:
    if word.startswith("="):
        return f"(^|[^A-Za-z0-9]){_spelled(word[1:])}"
    return f"{_spelled(word)}[sS]?(?![a-z])" if len(word) <= SHORT else _spelled(word)


def _spelled(word: str) -> str:
    """Return an expression for a word in any case, with separators anywhere."""
    return "[-_]*".join(map(in_either_case, word))
