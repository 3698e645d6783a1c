"""Masking: what looks like a secret is not shown to those who need not see it. What is stored stays as it is.

The name of a key counts first, which ``events.secret_names`` judges. A name may also stand beside its value: as the
first of a pair (``["Cookie", "…"]``), as an option of a command (``["--password", "…"]``), or in an object
(``{"name": "password", "value": "…"}``). Such a text is nothing but a name.

What is a secret by its form is masked in every text: credentials after ``Bearer`` and the like, passwords in URLs,
cookies of a header, JSON web tokens, private keys, passwords after ``-u name:``. So is what is given a secret name in
it (``token=…``, ``"password": "…"``, ``X-Api-Key: …``).
"""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Callable
from typing import Any

from events import conf
from events.secret_names import NAMES, VALUES, is_alone, is_secret_by, spelled_out

MASK = "••••••"
"""What stands in the place of a secret."""


def masked(value: Any) -> Any:
    """Return the JSON value with its secrets masked; the same object if it holds none.

    Whatever stands under a secret key is masked as a whole; true, false and null give nothing away and stay.
    """
    words = conf.secret_keys()
    return _masked(value, words) if words else value


def masked_text(text: str) -> str:
    """Return a line of the log with its secrets masked, those after a name as well as those by their form."""
    return _without_forms(_without_named(text, (*conf.secret_keys(), "sessionid")))


# --- by the name ----------------------------------------------------------------------------------------


def _masked(value: Any, words: tuple[str, ...]) -> Any:
    match value:
        case str():
            # Most keys and many values are letters and digits only, which are no secret by themselves.
            return value if value.isalnum() else _without_forms(_without_named(value, words))
        case dict():
            beside = VALUES if not VALUES.isdisjoint(value) and _names_its_value(value, words) else ()
            shown = {
                key if key.isalnum() else _without_forms(key): _hidden(each)
                if key in beside or is_secret_by(key, words)
                else _masked(each, words)
                for key, each in value.items()
            }
            return value if all(key in shown and shown[key] is value[key] for key in value) else shown
        case list() | tuple():
            items = [_masked(each, words) for each in value]
            is_pair = len(value) == 2  # noqa: PLR2004 - that is a pair
            for place, name in enumerate(value[:-1], 1):
                if isinstance(name, str) and (is_pair or name[:1] == "-"):
                    items[place] = _masked_after(name, value[place], items[place], words)
            return value if all(new is old for new, old in zip(items, value, strict=True)) else items
    return value


def _hidden(value: Any) -> Any:
    return value if value is None or isinstance(value, bool) else MASK


def _names_its_value(value: dict[str, Any], words: tuple[str, ...]) -> bool:
    return any(is_alone(each, words) for key, each in value.items() if key.lower() in NAMES)


def _masked_after(name: str, value: Any, shown: Any, words: tuple[str, ...]) -> Any:
    """Return how an item of a list is shown after one that may be its name."""
    if is_alone(name, words):
        return _hidden(value)
    if name in ("-u", "--user") and isinstance(value, str):
        return _LOGIN_ALONE.sub(rf"\g<1>{MASK}", value)
    return shown


# --- in a text ------------------------------------------------------------------------------------------

_NAME = re.compile(
    r"""(?<![\w\uff3f\uff0d-])(?P<name>(?:[\w\uff3f\uff0d-]|%[0-9a-f]{2}|\\{1,31}+u[0-9a-f]{4}){1,128}+)"""
    r"""(?P<sign>\\*["']\s*[:=,]|\s?[:=])\s*(?:b(?=["'])|(?:Bearer|ApiKey|Basic|Token|Negotiate)\s+)?""",
    re.IGNORECASE,
)
"""A name, which may be written as in a URL or in JSON, and an equals sign or a colon; between them may be quotes, also
those of bytes or of JSON in JSON, or the comma of a pair."""
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
_COLON = re.compile(r"\s*:\s*")


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
    words = tuple(word for word in words if word[:1] != "=") if found["sign"].strip() == ":" else words
    return is_secret_by(spelled_out(found["name"]), words)


def _value_after(found: re.Match[str], text: str) -> tuple[int, int] | None:
    """Return where the value after the name begins and ends, if there is one and it gives anything away."""
    begin = found.end()
    value = _VALUE.match(text, begin)
    if value and found["sign"].endswith(",") and (colon := _COLON.match(text, value.end())):
        if text[value.end("quote") : value.start("end")] not in VALUES:
            return None  # the next name, and not the other one of a pair
        begin = colon.end()
        value = _VALUE.match(text, begin)
    if text[begin : begin + 1] in ("{", "["):
        return begin, _end_of_brackets(text, begin)
    if value is None or value["plain"] in _TELLING_NOTHING:
        return None
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


SHORTEST = 6
"""Characters; a shorter text holds none of these."""
_LOGIN = r"""(?!\d{1,20}:\d|[A-Za-z]:[\\/])[^\s:"'-][^\s:"']{0,128}:(?!//)"""
"""A name and a colon, with a password to come: no numbers of a user and a group, drive of Windows, or URL."""
_LOGIN_ALONE = re.compile(rf"\A({_LOGIN}).+", re.DOTALL)
_LOGIN_AFTER = re.compile(rf"""((?<![\w-])(?:-u|--user)(?:\s+|=|\\*["'],\s*)(\\*["'])?{_LOGIN})(?(2)[^"']+|[^\s"']+)""")
_FORMS: tuple[tuple[str, re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    ("bearer", re.compile(r"(\bBearer\s+)[\w.~+/-]{8,}=*", re.IGNORECASE), rf"\g<1>{MASK}"),
    ("apikey", re.compile(r"(\bApiKey\s+)[\w.~+/-]{8,}=*", re.IGNORECASE), rf"\g<1>{MASK}"),
    ("basic", re.compile(r"(\bBasic\s+)([A-Za-z0-9+/]{4,})={0,2}", re.IGNORECASE), _basic),
    ("://", re.compile(r"(://[^\s/:@]*:)[^\s/]+(?=@)"), rf"\g<1>{MASK}"),
    ("authorization:", re.compile(r"(\bauthorization:\s*\S+\s+)[^\s\"',]{8,}", re.IGNORECASE), rf"\g<1>{MASK}"),
    ("cookie:", re.compile(r"(\bcookie:\s*)[^\r\n\"']+", re.IGNORECASE), rf"\g<1>{MASK}"),
    ("-u", _LOGIN_AFTER, rf"\g<1>{MASK}"),
    ("eyj", re.compile(r"\beyJ[\w-]{6,}\.eyJ[\w-]+\.[\w-]*"), MASK),
    (
        "private key",
        re.compile(r"(-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----).*?(?=-----END|\Z)", re.DOTALL),
        rf"\g<1>{MASK}",
    ),
)
"""A word without which there is none, in lower case; the form; what stands in its place."""
