"""A secret under a name that says so is nowhere in what is shown, however deep it is, however often it was packed."""

import json
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from events import conf
from events.concealed import pattern
from events.redaction import masked, masked_text

SECRET = "hush-9f2c-hush"
WORDS = ("token", "password", "secret", "api_key", "authorization", "cookie", "credential", "private-key", "pwd")
ANY = "'\"\\ab ={}[],:\n"
PLAIN = "ab =,:;"


def secrets(around: str) -> st.SearchStrategy[str]:
    """The secret with some of these letters around it."""
    return st.builds("{}{}{}".format, st.text(around, max_size=4), st.just(SECRET), st.text(around, max_size=4))


@st.composite
def names(draw: st.DrawFn) -> str:
    """A word in one of the ways in which names are written."""
    parts = [draw(st.sampled_from(["", "x", "db", "my"])), *draw(st.sampled_from(WORDS)).replace("-", "_").split("_")]
    written = draw(st.sampled_from(["-".join, "_".join, _in_camel_case]))
    name = written([part for part in parts if part]) + draw(st.sampled_from(["", "s"]))
    return draw(st.sampled_from([name, name.upper(), name.capitalize()])) if written is not _in_camel_case else name


def _in_camel_case(parts: list[str]) -> str:
    return parts[0] + "".join(part.capitalize() for part in parts[1:])


@st.composite
def documents(draw: st.DrawFn, around: str) -> Any:
    """A secret within lists, objects, and texts that hold JSON."""
    secret = secrets(around)
    content: Any = draw(secret | st.lists(secret, min_size=1, max_size=3) | st.fixed_dictionaries({"a": secret}))
    content = {draw(names()): content, "shot": "sh010"}
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
