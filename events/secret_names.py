"""Which names say that what they name is a secret: those with a word of ``EVENTS_SECRET_KEYS``.

Case and separators do not matter: a long word may be anywhere in a name, one of up to SHORT letters is a part of its
own (``dbPwd`` and ``x-auth`` are secrets, ``author`` is none), and ``=word`` is the whole name (of ``pass``, as
renderings have passes). Letters that Unicode calls forms of others, as full-width ones, are read as those.
"""

import re
from functools import lru_cache
from typing import Any
from unicodedata import normalize
from urllib.parse import unquote

from events import conf

SHORT = 4
"""Letters of a word that has to be a part of its own in a name."""
LONGEST = 128
"""Characters of a text that is nothing but a name."""
NAMES = frozenset({"name", "key", "header", "field"})
"""Keys of what names the value in the same object, in lower case."""
VALUES = frozenset({"value", "Value", "VALUE"})
"""Keys of such a value."""


def is_secret(name: str) -> bool:
    """Tell whether a name says that its value is a secret."""
    return is_secret_by(name, conf.secret_keys())


@lru_cache(maxsize=4096)
def is_secret_by(name: str, words: tuple[str, ...]) -> bool:
    """Tell whether a name is a secret's by these words."""
    return _has_word(name, words) or (not name.isascii() and _has_word(normalize("NFKC", name), words))


def is_alone(text: Any, words: tuple[str, ...]) -> bool:
    """Tell whether a text is nothing but the name of a secret, be it one of bytes, of an option or of a header."""
    return isinstance(text, str) and len(text) <= LONGEST and _is_alone(text, words)


def spelled_out(name: str) -> str:
    """Return a name in whose place there are escapes of URLs or of JSON."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), unquote(name))


@lru_cache(maxsize=4096)
def _is_alone(text: str, words: tuple[str, ...]) -> bool:
    found = _ALONE.fullmatch(normalize("NFKC", text))
    return found is not None and is_secret_by(found[1], words)


def _has_word(name: str, words: tuple[str, ...]) -> bool:
    parts = {part.lower() for part in _PARTS.findall(name)}
    plain = _SEPARATORS.sub("", name.lower())
    return any(
        word[1:] == plain
        if word.startswith("=")
        else not parts.isdisjoint((word, f"{word}s"))
        if len(word) <= SHORT
        else word in plain
        for word in words
    )


_PARTS = re.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SEPARATORS = re.compile("[^a-z0-9]")
_ESCAPED = re.compile(r"\\+u([0-9a-fA-F]{4})")
_ALONE = re.compile(r"""(?:b?["'])?([\w.-]+)["']?[:=]?""")
