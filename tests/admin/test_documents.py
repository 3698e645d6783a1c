import json
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from events.admin.documents import VALUES
from tests.admin.viewing import Parsed, browser, path_of
from tests.factories import make_event


@pytest.fixture
def client(people: dict[str, User]) -> Client:
    return browser(people["admin"])


def json_in(page: str, name: str) -> str:
    """What a document shows as JSON."""
    (html,) = re.findall(rf'<div class="json" tabindex="0" aria-label="{name}">(.*?)</div>\n', page, re.DOTALL)
    return Parsed(html).text


def test_summary_and_payload_are_json_that_folds(client: Client) -> None:
    event = make_event(
        summary={"id": "ä🎬"}, payload={"list": [1, {"a": None}, [], True, 2.5], "b": {}, "<i>": '</div>"&'}
    )
    page = client.get(path_of(event)).text
    assert json.loads(json_in(page, "Summary")) == event.summary
    assert json.loads(json_in(page, "Payload")) == event.payload
    assert page.count('<details class="json-group" open>') == 4
    assert 'data-count="5 items"' in page


def test_a_text_of_several_lines_can_also_be_read_as_such(client: Client) -> None:
    event = make_event(
        payload={"err": {"traceback": "Traceback:\n  line 1"}, "logs": ["one\n", "two\nthree", "x\n" * 30_000]}
    )
    page = client.get(path_of(event)).text
    assert '<pre tabindex="0" dir="auto">Traceback:\n  line 1</pre>' in page
    assert re.findall(r'<section class="card passage" aria-label="(.*?)"', page) == [
        "payload.err.traceback",
        "payload.logs[1]",
        "payload.logs[2]",
    ]
    assert page.count("This is the beginning of a long text.") == 1


def test_characters_that_turn_the_text_about_are_written_as_escapes(client: Client) -> None:
    event = make_event(payload={"a": "x\u202ey\u200bz", "b": "x\u202ey\n."}, summary={"rtl": "שלום"})
    page = client.get(path_of(event)).text
    assert "x\\u202ey\\u200bz" in Parsed(page).text
    assert "\u202e" not in page
    assert '"rtl": "שלום"' in Parsed(page).text


def test_of_a_big_payload_only_the_first_level_is_unfolded(client: Client) -> None:
    page = client.get(path_of(make_event(payload={"a": {"blob": "x" * 10_000}}))).text
    assert page.count('<details class="json-group" open>') == 1
    assert page.count('<details class="json-group">') == 1


def test_a_document_of_too_many_values_is_plain_text(client: Client) -> None:
    page = Parsed(client.get(path_of(make_event(payload={"list": list(range(VALUES))}))).text)
    assert "    4998,\n    4999\n" in page.text
    assert "beginning of a large document" not in page.text


def test_of_a_megabyte_the_page_carries_the_beginning(client: Client) -> None:
    event = make_event(payload={"blob": "<b>" * 350_000, "lines": "a\nb"})
    answer = client.get(path_of(event))
    page = Parsed(answer.text)
    assert '"blob": "<b><b>' in page.text
    assert f'href="/api/events/{event.id.hex}"' in answer.text
    assert page.refused == []
    assert len(page.text) < 270_000
