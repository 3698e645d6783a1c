"""A secret under a name that says so is nowhere in what is shown, however deep it is, however often it was packed."""

import json
import re
from itertools import chain
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from events import conf
from events.concealed import name_pattern, pattern
from events.redaction import MASK, masked, masked_text
from events.secret_names import is_secret

SECRET = "hush-9f2c-hush"
WORDS = ("token", "password", "secret", "api_key", "authorization", "cookie", "credential", "private-key", "pwd")
ANY = "'\"\\ab ={}[],:\n"
PLAIN = "ab =,:;"
FULL_WIDTH = {letter: letter + 0xFEE0 for letter in range(0x41, 0x7B)}


def secrets(around: str) -> st.SearchStrategy[str]:
    """The secret with some of these letters around it."""
    return st.builds("{}{}{}".format, st.text(around, max_size=4), st.just(SECRET), st.text(around, max_size=4))


@st.composite
def names(draw: st.DrawFn) -> str:
    """A word in one of the ways in which names are written."""
    parts = [draw(st.sampled_from(["", "x", "db", "my"])), *draw(st.sampled_from(WORDS)).replace("-", "_").split("_")]
    written = draw(st.sampled_from(["-".join, "_".join, _in_camel_case]))
    name = written([part for part in parts if part]) + draw(st.sampled_from(["", "s"]))
    if written is not _in_camel_case:
        name = draw(st.sampled_from([name, name.upper(), name.capitalize()]))
    return name.translate(draw(st.sampled_from([{}, {}, FULL_WIDTH])))


def _in_camel_case(parts: list[str]) -> str:
    return parts[0] + "".join(part.capitalize() for part in parts[1:])


@st.composite
def documents(draw: st.DrawFn, around: str) -> Any:
    """A secret within lists, objects, and texts that hold JSON."""
    secret = secrets(around)
    content: Any = draw(secret | st.lists(secret, min_size=1, max_size=3) | st.fixed_dictionaries({"a": secret}))
    name = draw(names())
    shapes: list[Any] = [
        {name: content, "shot": "sh010"},
        [name, content],
        ["run", f"--{name}", content, "-x"],
        {draw(st.sampled_from(["name", "Key", "header"])): name, draw(st.sampled_from(["value", "Value"])): content},
    ]
    content = draw(st.sampled_from(shapes))
    for _ in range(draw(st.integers(0, 6))):
        wrap = draw(st.sampled_from(["list", "object", "text"]))
        content = [1, content] if wrap == "list" else {"data": content} if wrap == "object" else json.dumps(content)
    return content


@given(documents(ANY))
def test_what_is_shown_has_no_secret(document: Any) -> None:
    assert SECRET not in json.dumps(masked(document))


@given(documents(PLAIN))
def test_no_line_of_the_log_has_a_secret(document: Any) -> None:
    for text in (f"told {document}", f"told {json.dumps(document)}"):
        assert SECRET not in masked_text(text)


@given(documents(PLAIN))
def test_a_text_in_which_something_is_masked_is_known_as_such(document: Any) -> None:
    for text in (f"told {document}", json.dumps(document), str(document)[::-1]):
        if masked(text) != text:
            assert re.search(pattern(conf.secret_keys()), text)


@given(documents(ANY))
def test_what_is_masked_beside_a_name_is_known_by_the_texts_there(document: Any) -> None:
    told = f"{pattern(conf.secret_keys())}|{name_pattern(conf.secret_keys())}"
    for content in parts(document):
        shown = masked(content)
        keys = content if isinstance(content, dict) else range(len(content))
        hidden = [key for key in keys if shown[key] == MASK or (shown[key] != content[key] and is_text(content[key]))]
        if any(isinstance(key, int) or not is_secret(key) for key in hidden):
            assert any(re.search(told, content[key]) for key in keys if is_text(content[key]))


def is_text(value: Any) -> bool:
    return isinstance(value, str)


def parts(value: Any) -> list[Any]:
    """The lists and objects in a document."""
    if not isinstance(value, dict | list):
        return []
    return [value, *chain.from_iterable(map(parts, value.values() if isinstance(value, dict) else value))]
