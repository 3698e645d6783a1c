"""Summary and payload, ready to be read: JSON that folds, and the texts in it as texts."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

FOLDED = 4_000
"""Characters of JSON; of a longer document only the first level is unfolded."""
WHOLE = 250_000
"""Characters of a document that the page carries; of a longer one it has the beginning."""
VALUES = 5_000
"""Values that fold one by one; a document of more is shown as plain text."""
PASSAGES = 10
PASSAGE = 20_000
"""Characters of a passage."""

# They would turn the text around them about, or hide; JSON lets them be written as escapes.
INVISIBLE = re.compile("[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A summary or payload."""

    name: str
    keys: int
    html: SafeString
    """The JSON, each object and array of which can be folded; empty if there is too much of it."""
    text: str
    """The JSON with line breaks and indents, or the beginning of it, if it does not fold."""
    is_open: bool
    is_cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A text of several lines, such as a traceback: in JSON it is hard to read."""

    path: str
    text: str
    is_cut: bool


def document(name: str, content: dict[str, object]) -> Document:
    """Return what to show of a summary or payload."""
    written = json.dumps(content, indent=2, ensure_ascii=False)
    is_small = len(written) <= WHOLE and _count(content, VALUES) < VALUES
    html = "".join(_folding(content, "", "", is_open=len(written) <= FOLDED, level=0)) if is_small else ""
    return Document(
        name=name,
        keys=len(content),
        html=SafeString(html),
        text="" if is_small else _visible(written[:WHOLE]),
        is_open=len(written) <= FOLDED,
        is_cut=len(written) > WHOLE,
    )


def passages_of(name: str, content: object) -> list[Passage]:
    """Return the texts of several lines, wherever they are in the document."""
    found = []
    for path, value in _texts(content, name):
        if "\n" in value.strip():
            found.append(Passage(path=path, text=_visible(value[:PASSAGE]), is_cut=len(value) > PASSAGE))
        if len(found) == PASSAGES:
            break
    return found


def _texts(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _texts(each, f"{path}.{key}")
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _texts(each, f"{path}[{index}]")


def _count(value: object, most: int) -> int:
    """Return how many values there are, or ``most`` if there are more."""
    count = 1
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        count += _count(each, most - count)
        if count >= most:
            return most
    return count


def _folding(value: object, label: str, end: str, *, is_open: bool, level: int) -> Iterator[str]:
    """Yield the HTML of a value; its text is the JSON. ``label`` and ``end`` are what stands around it on its lines."""
    if not isinstance(value, dict | list) or not value:
        yield format_html('<div class="json-line">{}{}{}</div>', SafeString(label), _scalar(value), end)
        return
    begin, close = "{}" if isinstance(value, dict) else "[]"
    count = f"{len(value)} {'key' if begin == '{' else 'item'}{'s' * (len(value) != 1)}"
    yield f'<details class="json-group"{" open" if is_open or level == 0 else ""}><summary>{label}{begin}'
    yield f'<span class="json-count" data-count="{count}"></span></summary><div class="json-body">'
    items = list(value.items()) if isinstance(value, dict) else [(None, each) for each in value]
    for number, (key, each) in enumerate(items, 1):
        name = "" if key is None else f'<span class="json-key">{_quoted(key)}</span>: '
        yield from _folding(each, name, "," * (number < len(items)), is_open=is_open, level=level + 1)
    yield f'</div></details><div class="json-line">{close}{end}</div>'


def _scalar(value: object) -> SafeString:
    kind = "string" if isinstance(value, str) else "word" if value is None or isinstance(value, bool) else "number"
    return format_html('<span class="json-{}">{}</span>', kind, SafeString(_quoted(value)))


def _quoted(value: object) -> str:
    return escape(_visible(json.dumps(value, ensure_ascii=False)))


def _visible(text: str) -> str:
    return INVISIBLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
