"""What is masked, told by regular expressions: who sees it so cannot find out by a filter or a search what it is.

The databases cannot mask. So what somebody without the permission looks for never matches, nor fails to match, a text
that may hold a secret, or a value beside which a text names it one; the expressions may take something harmless for
such a one, and never the other way round.
"""

import json
from functools import lru_cache
from typing import Any

from django.db.models import Q

from events import conf
from events.conditions import Place, known, text_matches
from events.patterns import in_either_case
from events.secret_names import NAMES, SHORT, VALUES

_SPACE = "[^\x01-\x08\x0e-\x1b!-\x7f]"
"""What Python takes for white space, which is more than what PostgreSQL does, and all beyond ASCII.

Told by what it is not: Python takes long to compile large ranges.
"""
_SEPARATOR = "[^\x01-,/-^`-\x7f]"
"""A dash, a dot, an underscore, and all beyond ASCII."""
_FORMS = (
    rf"{{bearer}}{_SPACE}",
    rf"{{apikey}}{_SPACE}",
    rf"{{basic}}{_SPACE}+[A-Za-z+/]*([0-9=]|[a-z+/][A-Z])",
    r"://[^\s/:@]*:[^\s/]+@",
    r"{cookie}:",
    r"{authorization}:",
    r"eyJ",
    r"{private}\s{key}",
    rf"""-(u|-user)({_SPACE}|["'=,\\])+[^\s:]{{{{0,130}}}}:""",
)
_SIGN = rf"""[^\s"'=:,]{{0,128}}\\*(["']{_SPACE}*[:=,]|{_SPACE}?[:=])"""
"""The rest of a name, and what gives it a value."""
_ESCAPES = ("%[2-9a-fA-F][0-9a-fA-F]", r"\\u[0-9a-fA-F]{4}")
"""A letter of a name as a URL and as JSON may have it."""
COMPATIBLE = (
    "[\xaa\xb2\xb3\xb9\xba\xbc-\xbe\u0130\u0132\u0133\u013f\u0140\u0149\u017f\u01c4-\u01cc\u01f1-\u01f3\u02b0-\u02b8"
    "\u02e1-\u02e3\u1d2c-\u1d65\u1d9c-\u1dbb\u1e9a\u2070-\u209c\u20a8\u2100-\u2189\u2460-\u24ea\u2c7c\u2c7d\u3250-\u33ff"
    "\ua7f2-\ua7f4\ufb00-\ufb06\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\U000107a5\U0001d400-\U0001d7ff"
    "\U0001f100-\U0001f190\U0001fbf0-\U0001fbf9]"
)
"""Characters that Unicode reads as letters or digits of ASCII, and some between them."""

_IN_TEXTS = known(
    "jsonb_typeof({column} #> {keys}::text[]) = 'string' AND ({column} #>> {keys}::text[]) COLLATE \"C\" ~ {texts}"
    " OR EXISTS (SELECT 1 FROM jsonb_array_elements(CASE jsonb_typeof({column} #> {keys}::text[])"
    " WHEN 'array' THEN {column} #> {keys}::text[] ELSE '[]' END) AS item"
    " WHERE jsonb_typeof(item) = 'string' AND (item #>> '{{}}') COLLATE \"C\" ~ {items})",
    "JSON_TYPE({column}, {path}) = 'text' AND JSON_EXTRACT({column}, {path}) REGEXP {texts}"
    " OR JSON_TYPE({column}, {path}) = 'array' AND EXISTS (SELECT 1 FROM JSON_EACH({column}, {path}) AS item"
    " WHERE item.type = 'text' AND item.value REGEXP {items})",
)
_BESIDE_NAMES = known(
    "EXISTS (SELECT 1 FROM jsonb_array_elements({objects}::jsonb) AS object, LATERAL jsonb_each("
    "CASE jsonb_typeof({column} #> ARRAY(SELECT jsonb_array_elements_text(object))) WHEN 'object'"
    " THEN {column} #> ARRAY(SELECT jsonb_array_elements_text(object)) ELSE '{{}}' END) AS member"
    " WHERE lower(member.key COLLATE \"C\") = ANY({namers}::text[]) AND jsonb_typeof(member.value) = 'string'"
    " AND (member.value #>> '{{}}') COLLATE \"C\" ~ {names})",
    "EXISTS (SELECT 1 FROM JSON_EACH({paths}) AS object, JSON_EACH({column}, object.value) AS member"
    " WHERE LOWER(member.key) IN (SELECT value FROM JSON_EACH({all_namers}))"
    " AND member.type = 'text' AND member.value REGEXP {names})",
)


def plain(column: str) -> Q:
    """Return the condition that the text of a column holds no secret; falsy if nothing is masked."""
    expression = pattern(conf.secret_keys())
    return ~text_matches(column, expression) if expression else Q()


def plain_at(place: Place) -> Q:
    """Return the condition that nothing is masked of a text, or of the items of a list; falsy as for ``plain``."""
    words = conf.secret_keys()
    if not words:
        return Q()
    texts, names = pattern(words), name_pattern(words)
    masked = place.holds(_IN_TEXTS, texts=texts, items=f"{texts}|{names}")
    objects = [place.keys[:depth] for depth, key in enumerate(place.keys) if key in VALUES]
    if objects:
        paths = [Place(place.column, keys).path for keys in objects]
        namers: dict[str, Any] = {"namers": [*NAMES], "all_namers": json.dumps([*NAMES])}
        masked |= place.holds(
            _BESIDE_NAMES, objects=json.dumps(objects), paths=json.dumps(paths), names=names, **namers
        )
    return ~masked


@lru_cache(maxsize=8)
def pattern(words: tuple[str, ...]) -> str:
    """Return the expression for texts, which Python and PostgreSQL read alike; empty: nothing is masked."""
    if not words:
        return ""
    forms = [form.format_map({name: _spelled(name) for name in _WORDS}) for form in _FORMS]
    return "|".join([*forms, f"({'|'.join([*map(_name, words), *_ESCAPES, COMPATIBLE])}){_SIGN}"])


@lru_cache(maxsize=8)
def name_pattern(words: tuple[str, ...]) -> str:
    """Return the expression for texts that are nothing but a name of what is beside them."""
    return rf"\A(\S*({'|'.join([*map(_name, words), COMPATIBLE])})\S*|-u|--user)\Z"


_WORDS = ("bearer", "apikey", "basic", "cookie", "authorization", "private", "key")


def _name(word: str) -> str:
    if word.startswith("="):
        return f"(^|[^A-Za-z0-9]){_spelled(word[1:])}"
    return f"{_spelled(word)}[sS]?(?![a-z])" if len(word) <= SHORT else _spelled(word)


def _spelled(word: str) -> str:
    """Return an expression for a word in any case, with separators anywhere."""
    return f"{_SEPARATOR}*".join(map(_letter, word))


def _letter(letter: str) -> str:
    """Return an expression for a letter and for what Python takes for it in another case."""
    return {"i": "[Ii\u0130\u0131]", "k": "[Kk\u212a]", "s": "[Ss\u017f]"}.get(letter) or in_either_case(letter)
