"""Masking: what looks like a secret is not shown to those who need not see it. What is stored stays as it is.

The name of a key counts first. It is a secret's by the words of ``EVENTS_SECRET_KEYS``, whatever its case and
separators: a long word may be anywhere in it, one of up to SHORT letters is a part of its own (``dbPwd`` and ``x-auth``
are secrets, ``author`` is none), and ``=word`` is the whole name (of ``pass``, as renderings have passes).

What is a secret by its form is masked in every text: credentials after ``Bearer`` and the like, passwords in URLs,
cookies of a header, JSON web tokens, private keys. So is what is given a secret name in it (``token=…``,
``"password": "…"``, ``X-Api-Key: …``).
"""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

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
    """Return a line of the log with its secrets masked, those after a name as well as those by their form."""
    return _without_forms(_without_named(text, (*conf.secret_keys(), "sessionid")))


# --- by the name ----------------------------------------------------------------------------------------


def _masked(value: Any, words: tuple[str, ...]) -> Any:
    match value:
        case str():
            return _without_forms(_without_named(value, words))
        case dict():
            shown = {
                _without_forms(key): _hidden(each) if _is_secret(key, words) else _masked(each, words)
                for key, each in value.items()
            }
            return value if all(key in shown and shown[key] is value[key] for key in value) else shown
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
        word[1:] == plain
        if word.startswith("=")
        else not parts.isdisjoint((word, f"{word}s"))
        if len(word) <= SHORT
        else word in plain
        for word in words
    )


_PARTS = re.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SEPARATORS = re.compile("[^a-z0-9]")

# --- in a text ------------------------------------------------------------------------------------------

_NAME = re.compile(
    r"""(?<![\w-])(?P<name>(?:[\w-]|%[0-9a-f]{2}){1,128}+)(?P<sign>\\*["']\s*[:=,]|\s?[:=])\s*"""
    r"""(?:b(?=["'])|(?:Bearer|ApiKey|Basic|Token|Negotiate)\s+)?""",
    re.IGNORECASE,
)
"""A name, which may be written as in a URL, and an equals sign or a colon; between them may be quotes, also those of
bytes or of JSON in JSON, or the comma of a pair."""
_END = r"(?:(?P=depth){2}\\\\)*+(?P=depth)(?P=quote)"
_QUOTED = (
    r"""(?P<depth>\\*)(?P<quote>["'])"""
    rf"""(?:[^\\"']|\\++(?!["'])|(?!{_END})\\*+["'])*+"""
    rf"""(?P<end>{_END})?"""
)
"""A text that goes on to the next such quote, or the end of everything.

In JSON in JSON each quote has backslashes: with ``n`` of them at the outer ones, what is within has ``2n + 1`` more.
"""
_VALUE = re.compile(rf"""{_QUOTED}|(?P<plain>[^\s,;&"'(){{}}\[\]<>]+)""")
_INSIDE = re.compile(rf"{_QUOTED}|[\[{{(]|[\]}})]")
"""What counts between brackets."""
_COLON = re.compile(r"\s*:")


def _without_named(text: str, words: tuple[str, ...]) -> str:
    """Return the text without the values of secret names; the same object if there is none."""
    if not ("=" in text or ":" in text or ("," in text and ('"' in text or "'" in text))):
        return text  # most texts of most events, which are all looked at
    shown: list[str] = []
    done = 0
    for found in _NAME.finditer(text):
        if found.start() < done or not _names_secret(found, words):
            continue
        if value := _value_after(found, text):
            shown += (text[done : value[0]], MASK)
            done = value[1]
    return "".join((*shown, text[done:])) if shown else text


def _names_secret(found: re.Match[str], words: tuple[str, ...]) -> bool:
    """Tell whether what follows the name is a secret, and no prose: "Render pass: 3 of 5"."""
    if found["sign"].strip() == ":":
        words = tuple(word for word in words if not word.startswith("="))
    return _is_secret(unquote(found["name"]), words)


def _value_after(found: re.Match[str], text: str) -> tuple[int, int] | None:
    """Return where the value after the name begins and ends, if there is one and it gives anything away."""
    if text[found.end() : found.end() + 1] in ("{", "["):
        return found.end(), _end_of_brackets(text, found.end())
    value = _VALUE.match(text, found.end())
    if value is None or value["plain"] in _TELLING_NOTHING:
        return None
    if found["sign"].endswith(",") and _COLON.match(text, value.end()):
        return None  # the next name, and not the other one of a pair
    if value["plain"]:
        return value.span()
    return value.end("quote"), value.start("end") if value["end"] else value.end()


_TELLING_NOTHING = frozenset({"true", "false", "null", "True", "False", "None"})


def _end_of_brackets(text: str, begin: int) -> int:
    """Return where what begins with a bracket ends, if need be at the end of the text."""
    depth = 0
    for found in _INSIDE.finditer(text, begin):
        depth += (found[0] in "[{(") - (found[0] in "]})")
        if depth == 0:
            return found.end()
    return len(text)


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
    ("authorization:", re.compile(r"(\bauthorization:\s*\S+\s+)[^\s\"',]{8,}", re.IGNORECASE), rf"\g<1>{MASK}"),
    ("cookie:", re.compile(r"(\bcookie:\s*)[^\r\n\"']+", re.IGNORECASE), rf"\g<1>{MASK}"),
    ("eyj", re.compile(r"\beyJ[\w-]{6,}\.eyJ[\w-]+\.[\w-]*"), MASK),
    (
        "private key",
        re.compile(r"(-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----).*?(?=-----END|\Z)", re.DOTALL),
        rf"\g<1>{MASK}",
    ),
)
"""A word without which there is none, in lower case; the form; what stands in its place."""
