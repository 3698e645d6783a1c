"""Masking: what looks like a secret is not shown to those who need not see it. What is stored stays as it is.

The name of a key counts first. It is a secret's by the words of ``EVENTS_SECRET_KEYS``, whatever its case and
separators: a long word may be anywhere in it, one of up to SHORT letters is a part of its own (``dbPwd`` and ``x-auth``
are secrets, ``author`` is none), and ``=word`` is the whole name (of ``pass``, as renderings have passes).

What is a secret by its form is masked in every text: credentials after ``Bearer`` and the like, passwords in URLs,
cookies of a header, JSON web tokens, private keys. In a line of the log, what follows a secret name is taken for its
value, too (``token=…``, ``"password": "…"``, ``X-Api-Key: …``).
"""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from events import conf

MASK = "••••••"
"""What stands in the place of a secret."""
SHORT = 4
"""Letters of a word that has to be a part of its own in a name."""


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
    """Return the text with its secrets masked, those after a name as well as those by their form."""
    shown: list[str] = []
    done = 0
    for found in _NAME.finditer(text):
        if found.start() >= done and (value := _secret_after(found, text)):
            shown += (text[done : found.end()], value["quote"] or "", MASK, value["end"] or "")
            done = value.end()
    return _without_forms("".join((*shown, text[done:])))


# --- by the name ----------------------------------------------------------------------------------------


def _masked(value: Any, words: tuple[str, ...]) -> Any:
    match value:
        case str():
            return _without_forms(value)
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
    parts = {part.lower() for part in _PARTS.findall(key)}
    plain = _SEPARATORS.sub("", key.lower())
    return any(
        word[1:] == plain if word.startswith("=") else word in parts if len(word) <= SHORT else word in plain
        for word in words
    )


_PARTS = re.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SEPARATORS = re.compile("[^a-z0-9]")

# --- in a text ------------------------------------------------------------------------------------------

_NAME = re.compile(
    r"""(?<![\w-])(?P<name>[\w-]{1,128}+)(?P<sign>["']\s*[:=,]|\s?[:=])\s*"""
    r"""(?:b(?=["'])|(?:Bearer|ApiKey|Basic)\s+)?""",
    re.IGNORECASE,
)
"""A name, and an equals sign or a colon; between them may be quotes, also those of bytes, or the comma of a pair."""
_VALUE = re.compile(
    r"""(?P<quote>["'])(?:(?!(?P=quote))[^\\]|\\.)*(?P<end>(?P=quote))?|(?P<plain>[^\s,;&"'(){}\[\]<>]+)"""
)
"""A value in quotes goes on to the next such quote or the end of the text, another one to the next separator."""
_COLON = re.compile(r"\s*:")


def _secret_after(found: re.Match[str], text: str) -> re.Match[str] | None:
    """Return the value after the name, if that is a secret's."""
    words = (*conf.secret_keys(), "sessionid")
    if found["sign"].strip() == ":":  # prose: "Render pass: 3 of 5"
        words = tuple(word for word in words if not word.startswith("="))
    value = _VALUE.match(text, found.end()) if _is_secret(found["name"], words) else None
    if value and found["sign"].endswith(",") and _COLON.match(text, value.end()):
        return None  # the next name, and not the other one of a pair
    return value


# --- by the form ----------------------------------------------------------------------------------------


def _without_forms(text: str) -> str:
    """Return the text without what is a secret by its form; the same object if there is none."""
    if len(text) < SHORTEST:
        return text
    lowered = text.lower()
    for hint, pattern, replacement in _FORMS:
        if hint in lowered:
            text = pattern.sub(replacement, text)
    return text


def _basic(found: re.Match[str]) -> str:
    """Mask what is a name and a password, and no other word after ``basic``."""
    try:
        is_pair = b":" in b64decode(found[2] + "=" * (-len(found[2]) % 4))
    except Error:
        is_pair = False
    return f"{found[1]}{MASK}" if is_pair else found[0]


SHORTEST = 8
"""Characters; a shorter text holds none of these."""
_FORMS: tuple[tuple[str, re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    ("bearer", re.compile(r"(\bBearer\s+)[\w.~+/-]{8,}=*", re.IGNORECASE), rf"\g<1>{MASK}"),
    ("apikey", re.compile(r"(\bApiKey\s+)[\w.~+/-]{8,}=*", re.IGNORECASE), rf"\g<1>{MASK}"),
    ("basic", re.compile(r"(\bBasic\s+)([A-Za-z0-9+/]{4,})={0,2}", re.IGNORECASE), _basic),
    ("://", re.compile(r"(://[^\s/:@]*:)[^\s/]+(?=@)"), rf"\g<1>{MASK}"),
    ("cookie:", re.compile(r"(\bcookie:\s*)[^\r\n\"']+", re.IGNORECASE), rf"\g<1>{MASK}"),
    ("eyj", re.compile(r"\beyJ[\w-]{6,}\.eyJ[\w-]+\.[\w-]*"), MASK),
    (
        "private key-----",
        re.compile(r"(-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----).*?(?=-----END|\Z)", re.DOTALL),
        rf"\g<1>{MASK}",
    ),
)
"""A word without which there is none, in lower case; the form; what stands in its place."""
