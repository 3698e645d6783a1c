"""Masking: values that look like secrets by their name are not shown to those who need not see them.

The name of a key counts, not its value: a key is secret if one of the words of ``EVENTS_SECRET_KEYS`` is in it,
whatever its case, dashes and underscores. What is stored stays as it is.

In a text, such as a line of the log, what follows such a name is taken for its value (``token=…``, ``"password": "…"``,
``X-Api-Key: …``), and so is what follows the name of a scheme (``Bearer …``) and the password in a URL.
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


def masked_text(text: str) -> str:
    """Return the text with its secrets masked."""
    shown = _after_a_name(conf.secret_keys()).sub(_without_value, text)
    for pattern in _ANYWHERE:
        shown = pattern.sub(rf"\g<1>{MASK}", shown)
    return shown


def _without_value(found: re.Match[str]) -> str:
    return f"{found['name']}{found['quote'] or ''}{MASK}{found['end'] or ''}"


@lru_cache(maxsize=8)
def _after_a_name(words: tuple[str, ...]) -> re.Pattern[str]:
    """Return what a name, an equals sign or a colon, and a value look like.

    Between them there may be quotes, also those of bytes, or the comma of a pair. A value in quotes goes on to the
    next such quote or the end of the text, another one to the next separator.
    """
    alternatives = "|".join("[-_]?".join(map(re.escape, word)) for word in (*words, "sessionid"))
    return re.compile(
        rf"""(?P<name>(?<![\w-])[\w-]{{0,64}}?(?:{alternatives})[\w-]{{0,64}}(?:["']\s*[:=,]|\s?[:=])\s*"""
        r"""(?:b(?=["'])|(?:Bearer|ApiKey|Basic)\s+)?)"""
        r"""(?:(?P<quote>["'])(?:(?!(?P=quote))[^\\]|\\.)*(?P<end>(?P=quote))?|[^\s,;&"'(){}\[\]<>]+)""",
        re.IGNORECASE,
    )


_ANYWHERE = (
    re.compile(r"(\b(?:Bearer|ApiKey|Basic)\s+)[^\s,;\"']+", re.IGNORECASE),
    re.compile(r"(://[^\s/:@]*:)[^\s/@]+(?=@)"),
    re.compile(r"(\bcookie:\s*)[^\r\n\"']+", re.IGNORECASE),
)
"""A credential after its scheme, the password of a URL, all cookies of a header."""


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
