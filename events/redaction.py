"""Masking: values that look like secrets by their name are not shown to those who need not see them.

The name of a key counts, not its value: a key is secret if one of the words of ``EVENTS_SECRET_KEYS`` is in it,
whatever its case, dashes and underscores. What is stored stays as it is.
"""

import re
from functools import lru_cache
from typing import Any

from events import conf

MASK = "••••••"
"""What stands in the place of a secret."""


def masked(value: Any) -> Any:
    """Return the JSON value with its secrets masked; the same object if it holds none.

    Whatever stands under a secret key is masked as a whole; true, false and null give nothing away and stay.
    """
    words = conf.secret_keys()
    return _masked(value, words) if words else value


def is_secret(key: str) -> bool:
    """Tell whether the name of a key says that its value is a secret."""
    return _is_secret(key, conf.secret_keys())


def _masked(value: Any, words: tuple[str, ...]) -> Any:
    match value:
        case dict():
            shown = {
                key: _hidden(each) if _is_secret(key, words) else _masked(each, words) for key, each in value.items()
            }
            return value if all(shown[key] is value[key] for key in value) else shown
        case list():
            items = [_masked(each, words) for each in value]
            return value if all(new is old for new, old in zip(items, value, strict=True)) else items
    return value


def _hidden(value: Any) -> Any:
    return value if value is None or isinstance(value, bool) else MASK


@lru_cache(maxsize=4096)
def _is_secret(key: str, words: tuple[str, ...]) -> bool:
    plain = _SEPARATORS.sub("", key.lower())
    return any(word in plain for word in words)


_SEPARATORS = re.compile(r"[^a-z0-9]")
