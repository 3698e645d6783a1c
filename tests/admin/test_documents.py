import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from events.admin.documents import MORE_TEXT, VALUES, WHOLE, version_of
from events.models import Event
from events.redaction import MASK, masked
from tests.admin.viewing import LIST, Parsed, browser, path_of, viewer
from tests.factories import make_event


@pytest.fixture
def client(people: dict[str, User]) -> Client:
    return browser(people["admin"])


def json_in(page: str, name: str) -> str:
    """What a document shows as JSON."""
    (html,) = re.findall(
        rf'<div class="json" data-scrolls tabindex="0" role="group" aria-label="{name}">(.*?)</div>\n', page, re.DOTALL
    )
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
    assert '<pre data-scrolls tabindex="0" dir="auto">Traceback:\n  line 1</pre>' in page
    assert re.findall(r'<section class="card passage" id="[^"]*" aria-label="(.*?)"', page) == [
        "payload.err.traceback",
        "payload.logs[1]",
        "payload.logs[2]",
    ]
    assert page.count("This is the beginning of a long text.") == 1


def test_a_long_text_is_not_repeated_in_the_json(client: Client) -> None:
    traceback = 'Traceback: "x"\n' + "  line\n" * 40
    event = make_event(payload={"short": "a\nb", "err": [traceback]})
    page = client.get(path_of(event)).text
    shown = json_in(page, "Payload")
    assert '"Traceback: \\"x\\" …" as text above' in shown
    assert '"a\\nb"' in shown
    assert page.count("  line\n") == 40
    (anchor,) = re.findall(r'<a class="json-above" href="#(.*?)"', page)
    assert f'id="{anchor}" aria-label="payload.err[0]"' in page
    place = anchor.removeprefix("text-payload-").partition("-")[0]  # PostgreSQL has an order of its own
    assert "as text above" in part(client, event, place).text


def test_characters_that_turn_the_text_about_are_written_as_escapes(client: Client) -> None:
    event = make_event(payload={"a": "x\u202ey\u200bz", "b": "x\u202ey\n."}, summary={"rtl": "שלום"})
    page = client.get(path_of(event)).text
    assert "x\\u202ey\\u200bz" in Parsed(page).text
    assert "\u202e" not in page
    assert '"rtl": "שלום"' in Parsed(page).text


def part(client: Client, event: Event, place: str, begin: int = 0) -> Any:
    """What is fetched when something is unfolded."""
    asked = {"version": version_of(masked(event.payload)), "at": place, "from": str(begin)}
    return client.get(f"{LIST}{event.id}/document/payload/part/", asked)


def test_of_a_big_payload_only_the_first_level_is_unfolded(client: Client) -> None:
    page = client.get(path_of(make_event(payload={"a": {"blob": "x" * 10_000}}))).text
    assert page.count('<details class="json-group" open>') == 1
    assert page.count('<details class="json-group">') == 1


def test_of_a_large_document_what_is_unfolded_is_fetched_level_by_level(client: Client) -> None:
    shots = [{"name": f"sh{number:03}", "frames": list(range(50))} for number in range(250)]
    event = make_event(payload={"first": 1, "shots": shots})
    page = client.get(path_of(event)).text
    assert 'data-count="250 items"' in page
    assert "sh000" not in page
    begin = part(client, event, "1").text
    assert begin.count('data-count="2 keys"') == 100
    assert "100 of 150 more" in begin
    assert part(client, event, "1", 200).text.count('data-count="2 keys"') == 50
    assert Parsed(part(client, event, "1-249").text).text.startswith('"name": "sh249","frames": [')
    assert part(client, event, "1-249-1").text.count("json-number") == 50


def test_a_long_text_is_fetched_piece_by_piece(client: Client) -> None:
    blob = "".join(f"<{number}>\n\u202e" for number in range(5_000)) + "theend"
    event = make_event(payload={"blob": blob, "text": "x" * WHOLE})
    assert "theend" not in client.get(path_of(event)).text
    shown = ""
    for begin in (0, *range(0, len(blob), MORE_TEXT)[1:]):
        piece = Parsed(part(client, event, "0", begin).text)
        assert piece.refused == []
        shown += piece.text.partition(" ")[0]
    assert json.loads(f'"{shown}') == blob


def test_a_megabyte_leaves_the_page_small(client: Client) -> None:
    event = make_event(payload={"blob": "<b>" * 350_000, "lines": "a\nb", "list": list(range(20_000))})
    answer = client.get(path_of(event))
    page = Parsed(answer.text)
    assert '"blob": "<b><b>' in page.text
    assert page.refused == []
    assert len(answer.content) < 60_000


def test_a_document_is_there_as_a_whole_and_its_secrets_stay_masked(client: Client) -> None:
    event = make_event(payload={"token": "hush", "big": 2**63, "text": "a\nb \u202e"}, summary={"a": ["b"]})
    answer = client.get(f"{LIST}{event.id}/document/payload/")
    assert answer["Content-Type"] == "application/json"
    assert answer.json() == {"token": MASK, "big": 2**63, "text": "a\nb \u202e"}
    event.refresh_from_db()
    place = list(event.payload).index("text")  # PostgreSQL has an order of its own
    assert client.get(f"{LIST}{event.id}/document/payload/?at={place}").json() == "a\nb \u202e"
    assert client.get(f"{LIST}{event.id}/document/summary/?at=0-0").json() == "b"


def test_what_has_changed_meanwhile_is_not_taken_for_what_it_was(client: Client) -> None:
    event = make_event(payload={"list": list(range(VALUES))})
    assert part(client, event, "0").status_code == 200
    Event.objects.filter(pk=event.pk).update(payload={"other": []})
    assert part(client, event, "0").status_code == 409


@pytest.mark.parametrize(
    ("place", "begin"), [("1", 0), ("x", 0), ("0-0", 0), ("0-0-0", 0), ("-1", 0), ("9" * 30, 0), ("0", -1)]
)
def test_a_place_that_there_is_not_is_missing(client: Client, place: str, begin: int) -> None:
    event = make_event(payload={"list": [1]})
    assert part(client, event, place, begin).status_code == 404


@pytest.mark.parametrize("path", ["hash/", "hash/part/?from=0", "payload/?at=7"])
def test_a_document_that_there_is_not_is_missing(client: Client, path: str) -> None:
    event = make_event(payload={"list": [1]})
    assert client.get(f"{LIST}{event.id}/document/{path}").status_code == 404


def test_nobody_reads_documents_of_events_that_are_not_open_to_him(people: dict[str, User]) -> None:
    event = make_event(payload={"a": 1}, project="nobodys")
    path = f"{LIST}{event.id}/document/payload/"
    artist = viewer(people["artist"])
    assert [artist.get(each).status_code for each in (path, f"{path}part/?from=0")] == [404, 404]
    unasked = browser(people["manager"])
    assert unasked.get(path).status_code in (302, 403)
