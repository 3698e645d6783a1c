"""Summary and payload, ready to be read: JSON that folds, and the texts in it as texts.

Of a large document the page has the first level only. What is unfolded is fetched then, a hundred values or some
thousand characters at a time, by its *place*: the numbers of the items that lead to it, such as ``3-0-17``.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from events.admin.texts import visible

FOLDED = 4_000
"""Characters of JSON; of a longer document only the first level is unfolded."""
WHOLE = 50_000
"""Characters of a document that the page carries whole, if it has no more values than VALUES."""
VALUES = 1_000
STEP = 100
"""Values of a level that are shown at a time."""
TEXT = 2_000
"""Characters of a text in a large document that are shown at first."""
MORE_TEXT = 20_000
"""Characters of it that are shown with each click."""
SHORT = 120
"""Characters of a text that stands in the document though it stands above it, too."""
PASSAGES = 10
PASSAGE = 20_000
"""Characters of a passage."""
NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A summary or payload."""

    name: str
    keys: int
    url: str
    """Where all of it is, as JSON."""
    version: str
    """As ``version_of`` tells it."""
    html: SafeString
    """The JSON, each object and array of which can be folded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A text of several lines, such as a traceback: in JSON it is hard to read."""

    path: str
    place: str
    anchor: str
    """What the text is called in its page."""
    url: str
    """Where all of it is, as JSON."""
    text: str
    is_cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """How a document is shown."""

    url: str
    version: str
    above: Mapping[str, str]
    """The places of the texts that stand above as such, and what these are called in the page."""
    is_whole: bool = False
    """All of it is there at once."""
    is_open: bool = False

    def load(self, place: str, begin: int) -> str:
        return f"{self.url}part/?version={self.version}&at={place}&from={begin}"


def document(name: str, content: dict[str, object], url: str, passages: list[Passage]) -> Document:
    """Return what to show of a summary or payload, all of which is at the address, below its texts."""
    size = len(json.dumps(content, indent=2, ensure_ascii=False))
    is_whole = size <= WHOLE and _count(content, VALUES) < VALUES
    above = _anchors(passages)
    view = _View(url=url, version=version_of(content), above=above, is_whole=is_whole, is_open=size <= FOLDED)
    html = "".join(_group(content, "", "", "", view, is_first=True)) if content else ""
    return Document(name=name, keys=len(content), url=url, version=view.version, html=SafeString(html))


def part(content: object, place: str, begin: int, url: str, passages: list[Passage]) -> SafeString:
    """Return the next values of an object or array, or the next characters of a text; LookupError if there are none."""
    value = value_at(content, place)
    view = _View(url=url, version=version_of(content), above=_anchors(passages))
    if isinstance(value, str):
        return SafeString("".join(_text(value, place, begin, MORE_TEXT, view)))
    return SafeString("".join(_items(value, place, begin, view)))


def value_at(content: object, place: str) -> object:
    """Return the value at a place of the document, which is itself at the empty one; LookupError if there is none."""
    value = content
    for number in place.split("-") if place else ():
        value = [each for _, each in _pairs(value)][number_in(number)]
    return value


def number_in(text: str) -> int:
    """Return a number from an address; LookupError if it is none."""
    if not NUMBER.fullmatch(text):
        raise LookupError(text)
    return int(text)


def version_of(content: object) -> str:
    """Return a mark that differs between a document and what it was before a change."""
    return blake2b(json.dumps(content).encode(), digest_size=8).hexdigest()


def passages_of(name: str, content: object, url: str) -> list[Passage]:
    """Return the texts of several lines, wherever they are in the document."""
    found = []
    for path, place, value in _texts(content, name, ""):
        if "\n" in value.strip():
            text, is_cut = visible(value[:PASSAGE]), len(value) > PASSAGE
            where = {
                "path": visible(path),
                "place": place,
                "anchor": f"text-{name}-{place}",
                "url": f"{url}?at={place}",
            }
            found.append(Passage(**where, text=text, is_cut=is_cut))
        if len(found) == PASSAGES:
            break
    return found


def _anchors(passages: list[Passage]) -> dict[str, str]:
    return {passage.place: passage.anchor for passage in passages if len(passage.text) > SHORT}


def _texts(value: object, path: str, place: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(value, str):
        yield path, place, value
    elif isinstance(value, dict):
        for number, (key, each) in enumerate(value.items()):
            yield from _texts(each, f"{path}.{key}", _below(place, number))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _texts(each, f"{path}[{number}]", _below(place, number))


def _below(place: str, number: int) -> str:
    return f"{place}-{number}" if place else str(number)


def _count(value: object, most: int) -> int:
    """Return how many values there are, or ``most`` if there are more."""
    count = 1
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        count += _count(each, most - count)
        if count >= most:
            return most
    return count


def _items(value: object, place: str, begin: int, view: _View) -> Iterator[str]:
    """Yield the HTML of the items from a number on."""
    pairs = _pairs(value)
    end = len(pairs) if view.is_whole else begin + STEP
    for number, (key, each) in enumerate(pairs[begin:end], begin):
        label = "" if key is None else f'<span class="json-key">{_quoted(key)}</span>: '
        comma = "," * (number + 1 < len(pairs))
        if isinstance(each, dict | list) and each:
            yield from _group(each, _below(place, number), label, comma, view)
        else:
            yield f'<div class="json-line">{label}{_scalar(each, _below(place, number), view)}{comma}</div>'
    if end < len(pairs):
        left = len(pairs) - end
        yield f'<div class="json-line">{_more(view, place, end, f"{min(STEP, left)} of {left:,} more")}</div>'


def _pairs(value: object) -> list[tuple[str | None, object]]:
    """Return the keys and values of an object, the items of an array; LookupError for anything else."""
    match value:
        case dict():
            return list(value.items())
        case list():
            return [(None, each) for each in value]
    raise LookupError(value)


def _group(value: object, place: str, label: str, comma: str, view: _View, *, is_first: bool = False) -> Iterator[str]:
    """Yield the HTML of an object or array. ``label`` and ``comma`` are what stands around it on its lines."""
    begin, close = "{}" if isinstance(value, dict) else "[]"
    size = len(value) if isinstance(value, dict | list) else 0
    count = f"{size:,} {'key' if begin == '{' else 'item'}{'s' * (size != 1)}"
    is_here = view.is_whole or is_first
    load = "" if is_here else format_html(' data-load="{}"', view.load(place, 0))
    yield f'<details class="json-group"{load}{" open" if is_first or view.is_open else ""}><summary>{label}{begin}'
    yield f'<span class="json-count" data-count="{count}" data-close="{close}{comma}"></span></summary>'
    yield '<div class="json-body">'
    if is_here:
        yield from _items(value, place, 0, view)
    else:
        yield format_html('<a href="{}?at={}">as JSON</a>', view.url, place)
    yield f'</div></details><div class="json-line">{close}{comma}</div>'


def _scalar(value: object, place: str, view: _View) -> SafeString:
    if isinstance(value, str) and place in view.above:
        link = '<span class="json-string">{}</span> <a class="json-above" href="#{}">as text above</a>'
        return format_html(link, SafeString(_quoted(f"{value.strip().splitlines()[0][:SHORT]} …")), view.above[place])
    if isinstance(value, str) and len(value) > TEXT and not view.is_whole:
        return format_html(
            '<span class="json-string">"{}</span>', SafeString("".join(_text(value, place, 0, TEXT, view)))
        )
    kind = "string" if isinstance(value, str) else "word" if value is None or isinstance(value, bool) else "number"
    return format_html('<span class="json-{}">{}</span>', kind, SafeString(_quoted(value)))


def _text(value: str, place: str, begin: int, length: int, view: _View) -> Iterator[str]:
    """Yield some characters of a text, and how to get at the next ones, or the quotation mark at its end."""
    end = begin + length
    yield _quoted(value[begin:end]).removeprefix("&quot;").removesuffix("&quot;")
    yield _more(view, place, end, f"{len(value) - end:,} more characters") if end < len(value) else '"'


def _more(view: _View, place: str, begin: int, words: str) -> SafeString:
    link = ' <a class="json-more" href="{}?at={}" data-load="{}">{}</a>'
    return format_html(link, view.url, place, view.load(place, begin), words)


def _quoted(value: object) -> str:
    return escape(visible(json.dumps(value, ensure_ascii=False)))
