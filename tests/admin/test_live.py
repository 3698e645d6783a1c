import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client

from events import update_event
from events.admin import live
from events.models import Event
from tests.admin.viewing import LIST, Parsed, browser, path_of, viewer
from tests.conftest import POSTGRES
from tests.factories import make_event

LIVE = f"{LIST}live/"


@pytest.fixture
def client(people: dict[str, User]) -> Client:
    return browser(people["admin"])


def newest_position() -> int:
    """Return the end of the stream; where it is empty an event is made, as numbers may begin anywhere."""
    return (Event.objects.order_by("-position").first() or make_event("test.first")).position


def asked(client: Client, **parameters: object) -> Any:
    answer = client.get(f"{LIVE}?{urlencode(parameters)}")
    assert answer.status_code == 200
    return answer.json()


def test_what_is_new_or_has_changed_since_a_position_is_answered(client: Client) -> None:
    old, changed = make_event(), make_event(description="changed")
    since = newest_position()
    new = make_event(description="new")
    update_event(changed.id, status="failed")
    answer = asked(client, since=since)
    assert [(row["id"], row["order"], row["matches"]) for row in answer["rows"]] == [
        (new.id.hex, new.creation_order, True),
        (changed.id.hex, changed.creation_order, True),
    ]
    assert 'data-status="failed"' in answer["rows"][1]["html"]
    assert answer["isBehind"] is False
    assert answer["position"] <= newest_position()
    assert asked(client, since=Event.objects.latest("position").position)["rows"] == []
    assert old.id.hex not in str(answer)


def test_only_what_the_view_shows_is_answered(client: Client) -> None:
    since = newest_position()
    for topic in ("entity.folder.created", "log.info"):
        make_event(topic, project="alpha")
    (row,) = asked(client, since=since, topic="entity.*", project="alpha", before=1)["rows"]
    assert "entity.folder.created" in row["html"]
    assert "_changelist_filters=topic%3Dentity.%252A%26project%3Dalpha%26before%3D1" in row["html"]


def test_rows_that_stand_in_the_list_are_answered_also_when_they_no_longer_match(client: Client) -> None:
    event = make_event(description="before", finished=False)
    update_event(event.id, status="finished", description="after")
    (row,) = asked(client, status="pending", ids=f"{event.id.hex},nonsense,{'0' * 32}")["rows"]
    assert (row["id"], row["matches"]) == (event.id.hex, False)
    assert ">after</bdi></td>" in row["html"]


def test_rows_that_stand_in_the_list_are_told_apart_by_whether_they_still_match(client: Client) -> None:
    kept, left = make_event(finished=False), make_event(finished=False)
    since = newest_position()
    update_event(left.id, status="finished")
    answer = asked(client, status="pending", since=since, ids=f"{kept.id.hex},{left.id.hex}")
    assert {row["id"]: row["matches"] for row in answer["rows"]} == {kept.id.hex: True, left.id.hex: False}


@pytest.mark.parametrize("limit", ["MOST", "MOST_BEHIND"])
def test_who_is_far_behind_is_told_so(client: Client, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(live, limit, 2)
    since = newest_position()
    for _ in range(3):
        make_event()
    answer = asked(client, since=since)
    assert answer["isBehind"] is True
    assert len(answer["rows"]) == (2 if limit == "MOST" else 0)


@pytest.mark.parametrize("since", ["", "x", "-1", "9" * 30])
def test_without_a_position_nothing_is_new(client: Client, since: str) -> None:
    make_event()
    assert asked(client, since=since)["rows"] == []


def test_the_access_rules_hold(people: dict[str, User]) -> None:
    since = newest_position()
    own, foreign = make_event(project="alpha"), make_event(project="beta", description="secret")
    answer = asked(viewer(people["artist"]), since=since, ids=foreign.id.hex)
    assert [row["id"] for row in answer["rows"]] == [own.id.hex]
    assert "secret" not in str(answer)


def test_staff_without_the_permission_to_view_is_refused(people: dict[str, User]) -> None:
    people["artist"].is_staff = True
    people["artist"].save()
    assert browser(people["artist"]).get(LIVE).status_code == 403
    assert Client().get(LIVE).status_code == 302


def test_the_page_says_where_to_go_on(client: Client) -> None:
    event = make_event()
    said = re.search(rf'data-position="(\d+)" data-live-url="{LIVE}" data-newest', client.get(LIST).text)
    assert said
    assert int(said[1]) <= event.position
    assert "data-newest" not in client.get(f"{LIST}?before=999999").text


def test_hostile_rows_are_text(client: Client) -> None:
    hostile = "<script>alert(1)</script>\"'"
    event = make_event(description=hostile, user=hostile)
    (row,) = asked(client, ids=event.id.hex, q=hostile)["rows"]
    page = Parsed(row["html"])
    assert page.refused == []
    assert page.text.count(hostile) == 2


def test_an_answer_takes_the_same_queries_whatever_has_changed(client: Client, django_assert_num_queries: Any) -> None:
    events = [make_event() for _ in range(20)]
    with django_assert_num_queries(
        10 + POSTGRES
    ):  # session, user, groups, grants, policies, position, newest, the changed, the rows, which of them match
        asked(client, since=events[9].position, ids=",".join(event.id.hex for event in events))


def test_a_row_leads_to_its_event(client: Client) -> None:
    event = make_event()
    (row,) = asked(client, ids=event.id.hex)["rows"]
    assert f'href="{path_of(event)}"' in row["html"]
