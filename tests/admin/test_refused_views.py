"""An address that is not understood shows no events, says why, and is not operated on."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from events.actor import Actor
from events.admin import runs
from events.admin.counting import Expected
from events.admin.plans import plan_from
from events.models import Event
from tests.admin.operating import OPERATE, make_job, states
from tests.admin.viewing import LIST, Parsed, browser, shown

STATES = "pending, in_progress, finished, failed, aborted, restarted"

REFUSED = [
    (f"q={'x' * 201}", "q: expected at most 200 characters, got 201"),
    ("status=fail", f"status: expected states separated by commas ({STATES}), got fail"),
    ("status=failed,done", "got done"),
    ("status=failed,", "got nothing"),
    ("status=Failed", "got Failed"),
    ("last=99y", "last: expected 15m or 1h or 24h or 7d, got 99y"),
    ("relation=zz", "relation: expected job or failing or source or childless, got zz"),
    ("logs=shown", "logs: expected hidden, got shown"),
    ("audit=shown", "audit: expected hidden, got shown"),
    ("topic=-%27;", "topic: expected a topic, or a pattern with at most 3 *, such as entity.*"),
    ("from=yesterday", "from: expected a date and a time, such as 2026-01-31T14:00"),
    ("to=tomorrow", "to: expected a date and a time, such as 2026-01-31T14:00"),
    ("filter=%5B", "filter: expected JSON; line 1, column 2"),
    *((f"{name}=%00", f"{name}: expected a text without NUL") for name in ("q", "topic", "project", "user", "sender")),
    *(
        (f"{name}=a&{name}=b", f"{name}: expected one value, got 2")
        for name in (
            "q",
            "topic",
            "project",
            "user",
            "sender",
            "status",
            "last",
            "relation",
            "logs",
            "audit",
            "from",
            "to",
        )
    ),
    ("filter={}&filter={}", "filter: expected one value, got 2"),
    ("status=failed&status=finished", "status: expected one value, got 2"),
    ("state=failed", "state: expected a filter of the list (q, topic, project, user, sender, status,"),
    *(
        (f"{name}={value}", f"{name}: expected a filter of the list")
        for name, value in (("p", "2"), ("all", ""), ("all", "1"), ("o", "-3.1"), ("e", "1"), ("_facets", "True"))
    ),
    *((f"before={value}", "before: expected a number of at most 18 digits") for value in ("x", "-1", "9" * 30)),
    ("after=%C2%B2", "after: expected a number of at most 18 digits"),
    ("before=9&before=8", "before, after: expected one value of one of them, got 2"),
    ("before=9&after=zzz", "before, after: expected one value of one of them, got 2"),
    ("topic=a*b*c*d*", "topic: expected a topic, or a pattern with at most 3 *, such as entity.*"),
    ("payload__contains=x", "payload__contains: expected a filter of the list"),
    ("depends_on__payload__a=1", "depends_on__payload__a: expected a filter of the list"),
]


@pytest.fixture
def client(people: dict[str, User]) -> Client:
    return browser(people["admin"])


@pytest.mark.parametrize(("query", "problem"), REFUSED)
@pytest.mark.parametrize("rest", ["", "&project=alpha"])
def test_the_list_shows_no_events_and_says_why(client: Client, query: str, problem: str, rest: str) -> None:
    if rest and "project" in query:
        rest = "&user=server"
    make_job(project="alpha")
    assert shown(client, query + rest, status=400) == []
    answer = client.get(f"{LIST}?{query}{rest}")
    page = Parsed(answer.text).text
    assert "This address is not understood" in page
    assert problem in page
    assert "all that match the filters" not in page
    assert client.get(f"{LIST}live/?since=0&{query}{rest}").json()["rows"] == []


@pytest.mark.parametrize(("query", "problem"), REFUSED)
@pytest.mark.parametrize("confirmed", ["", "yes"])
def test_neither_preview_nor_confirmation_operates(client: Client, query: str, problem: str, confirmed: str) -> None:
    make_job(project="alpha")
    rest = "user=server" if "project" in query else "project=alpha"
    for view in (query, f"{query}&{rest}"):
        wanted = {"kind": "delete", "scope": "matching", "view": view, "confirmed": confirmed}
        answer = client.post(OPERATE, wanted, follow=True)
        assert answer.status_code == 400
        assert problem in Parsed(answer.text).text
    assert Event.objects.count() == 2
    assert states() == {"failed": 1}


@pytest.mark.parametrize(("query", "problem"), REFUSED)
def test_a_run_that_was_begun_with_it_is_not_carried_on(client: Client, query: str, problem: str) -> None:
    make_job()
    plan = plan_from("delete", [], query, "", cascade=False)
    expected = Expected(affected=1, before={"failed": 1})
    run = runs.begin(plan, Event.objects.all(), expected, Actor(name="admin", is_admin=True))
    answer = client.post(f"{LIST}operation/{run}/", headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert problem in Parsed(answer.text).text
    assert states() == {"failed": 1}


@pytest.mark.parametrize("query", ["status=%20", "q=%20", "topic=%20&last=", "before=9", "audit=hidden"])
def test_blank_values_narrow_nothing_down(client: Client, query: str) -> None:
    make_job()
    answer = client.post(OPERATE, {"kind": "delete", "scope": "matching", "view": query, "confirmed": "yes"})
    assert answer.status_code == 400
    assert "expected a view that is narrowed down" in Parsed(answer.text).text
    assert Event.objects.count() == 2


def test_what_is_refused_can_be_taken_away_alone(client: Client) -> None:
    chips = client.get(f"{LIST}?topic=test.*&to=tomorrow&state=failed").context["cl"].chips()
    assert [(chip.name, chip.value, chip.is_refused, chip.url) for chip in chips] == [
        ("Topic", "test.*", False, "?state=failed&to=tomorrow"),
        ("To", "tomorrow", True, "?state=failed&topic=test.%2A"),
        ("state", "failed", True, "?to=tomorrow&topic=test.%2A"),
    ]
    assert client.get(f"{LIST}?topic=test.*&state=failed").context["cl"].all_url() == "?"
