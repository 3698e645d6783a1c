import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from events import update_event
from events.audit import record
from events.models import Event
from tests.admin.viewing import LIST, browser, descriptions, shown
from tests.factories import make_event


@pytest.fixture
def client(people: dict[str, User]) -> Client:
    return browser(people["admin"])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("transcode", ["Transcode sh010"]),
        ("SH010+transcode", ["Transcode sh010"]),
        ("jonas", ["Transcode sh010"]),
        ("ALPHA", ["Äpfel und Birnen"]),
        ("publish+jonas", ["Transcode sh010"]),
        ("publish+alpha", []),
        ("ÄPFEL+BIRNEN", ["Äpfel und Birnen"]),
        ("äpfel", ["Äpfel und Birnen"]),
        ("100%25", ["100% (done)"]),
        ("0_0", []),
        ("é.*", []),
    ],
)
def test_each_word_of_a_search_is_somewhere_in_upper_or_lower_case(
    client: Client, query: str, found: list[str]
) -> None:
    make_event("publish.process", description="Transcode sh010", user="jonas")
    make_event("entity.folder.created", description="Äpfel und Birnen", user="marta", project="alpha")
    make_event("entity.folder.created", description="100% (done)", user="marta")
    assert shown(client, f"q={query}") == found


def test_a_search_that_is_too_long_is_refused_and_not_cut(client: Client) -> None:
    make_event(description="a" * 500)
    assert shown(client, f"q={'a' * 200}") == ["a" * 500]
    for search in ("a" * 3000, "a%20" * 1000 + "a"):
        answer = client.get(f"{LIST}?q={search}")
        assert "q: expected at most 200 characters" in answer.text
        assert descriptions(answer, status=400) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("topic=entity.folder.created", ["folder"]),
        ("topic=entity.*", ["task", "folder"]),
        ("topic=log.*", ["log"]),
        ("topic=*.created", ["folder"]),
        ("topic=ent*ity.*.created", ["folder"]),
        ("project=alpha", ["task", "folder"]),
        ("project=al", []),
        ("user=jonas", ["log"]),
        ("status=failed", ["task"]),
        ("status=failed,pending", ["task", "job"]),
        ("status=finished", ["log", "folder"]),
        ("logs=hidden", ["task", "job", "folder"]),
        ("relation=job", ["job"]),
        ("relation=source", ["folder"]),
        ("relation=childless", ["log", "task", "job"]),
        ("sender=rn-01", ["job"]),
        ("project=alpha&status=failed", ["task"]),
    ],
)
def test_filters_narrow_the_list(client: Client, query: str, found: list[str]) -> None:
    folder = make_event("entity.folder.created", description="folder", project="alpha")
    make_event("ftrack.sync", description="job", depends_on=folder.id, finished=False, sender="rn-01")
    task = make_event("entity.task.created_late", description="task", project="alpha")
    update_event(task.id, status="failed")
    make_event("log.info", description="log", user="jonas")
    assert shown(client, query) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [("", ["batch", "log", "event"]), ("audit=hidden", ["log", "event"]), ("audit=hidden&logs=hidden", ["event"])],
)
def test_the_audit_trail_is_hidden_only_if_that_is_asked_for(client: Client, query: str, found: list[str]) -> None:
    make_event("test.event", description="event")
    make_event("log.info", description="log")
    record("operation.abort", "batch", by="admin")
    assert [each for each in shown(client, query) if each in ("batch", "log", "event")] == found
    chips = [(chip.name, chip.value) for chip in client.get(f"{LIST}?{query}").context["cl"].chips()]
    assert (("Audit trail", "Hide audit trail") in chips) == ("audit" in query)


def test_the_suggestions_are_what_is_on_the_page(client: Client) -> None:
    make_event("entity.folder.created", project="alpha")
    make_event("entity.task.created", project="beta")
    options = re.findall(r'<option value="(.*?)">', client.get(f"{LIST}?user=server").text)
    assert options == ["entity.*", "entity.folder.created", "entity.task.created", "alpha", "beta", "server"]


def test_a_status_is_turned_on_and_off_and_the_rest_of_the_view_kept(client: Client) -> None:
    page = client.get(f"{LIST}?project=alpha&status=failed&before=9").text
    assert 'href="?project=alpha&amp;status=failed%2Caborted"' in page
    assert re.search(r'href="\?project=alpha" aria-current="true">\s*<span class="status status-failed">', page)
    assert '<input type="hidden" name="status" value="failed">' in page


def test_what_a_form_leaves_empty_is_taken_out_of_the_address(client: Client) -> None:
    answer = client.get(f"{LIST}?q=&topic=&project=alpha&user=")
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}?project=alpha")


def test_events_with_failed_jobs_are_found(client: Client) -> None:
    fine, failing = make_event(description="fine"), make_event(description="failing")
    make_event("test.job", depends_on=fine.id)
    for _ in range(2):
        update_event(make_event("test.job", depends_on=failing.id).id, status="failed")
    update_event(make_event(description="no job").id, status="failed")
    assert shown(client, "relation=failing") == ["failing"]


@pytest.fixture
def old_and_new(db: None) -> None:
    """Events of two days and of two hours ago, and of now; each minute of the first day has one."""
    now = timezone.now()
    for description, age in (("days", timedelta(days=2)), ("hours", timedelta(hours=2)), ("now", timedelta())):
        event = make_event(description=description)
        Event.objects.filter(pk=event.pk).update(created_at=now - age)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("last=15m", ["now"]),
        ("last=24h", ["now", "hours"]),
        ("last=7d", ["now", "hours", "days"]),
        ("from=%Y-%m-%dT%H:%M:00Z", ["now", "hours"]),
        ("from=%Y-%m-%dT%H:%M", ["now", "hours"]),
        ("to=%Y-%m-%dT%H:%M:00Z", ["days"]),
        ("to=1999-01-01T00:00", []),
        ("from=2999-01-01T00:00", []),
    ],
)
def test_a_period_is_bounded_by_the_last_hours_or_by_moments(
    client: Client, old_and_new: None, query: str, found: list[str]
) -> None:
    a_day_ago = timezone.now() - timedelta(days=1)
    assert shown(client, a_day_ago.strftime(query.replace("%2B", "%%2B"))) == found


def test_a_moment_before_all_moments_is_refused(client: Client, old_and_new: None) -> None:
    assert shown(client, "from=0001-01-01T00:00%2B23:00", status=400) == []


def test_what_is_no_moment_is_told_at_its_field(client: Client, old_and_new: None) -> None:
    page = client.get(f"{LIST}?from=yesterday").text
    assert shown(client, "from=yesterday", status=400) == []
    assert (
        '<p class="field-error" id="error-from">from: expected a date and a time, such as 2026-01-31T14:00</p>' in page
    )
    assert 'value="yesterday"' in page


def test_the_filter_language_narrows_the_list(client: Client) -> None:
    make_event(description="approved", payload={"newValue": "Approved"})
    make_event(description="open", payload={"newValue": "Open"})
    tree = '{"conditions": [{"key": "payload/newValue", "value": "Approved"}]}'
    assert shown(client, f"filter={quote(tree)}") == ["approved"]
    assert shown(client, f"filter={quote(tree)}&q=open") == []
    assert shown(client, "filter={}") == ["open", "approved"]


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ('{"conditions": [{"key": "nonesuch"}]}', "filter.conditions[0].key: expected"),
        ('{"operator": "xor", "conditions": []}', "filter.operator: expected and, or"),
        ('{"conditions": [', "filter: expected JSON; line 1, column 17"),
        ("[]", "filter: expected an object with conditions"),
        ('{"conditions": [{"key": "topic", "value": "\\u0000"}]}', "filter.conditions[0].value: expected"),
        ("[" * 100_000, "filter: expected JSON"),
        ("9" * 5_000, "filter: expected JSON"),
    ],
)
def test_what_is_wrong_with_a_filter_is_told_at_its_box(client: Client, written: str, problem: str) -> None:
    make_event(description="one")
    answer = client.get(LIST, {"filter": written})
    assert answer.context["cl"].result_list == []
    assert f'<p class="field-error" id="error-filter">{problem}' in answer.text


def test_a_filter_and_a_period_are_kept_in_links_and_in_the_form(client: Client) -> None:
    page = client.get(LIST, {"filter": "{}", "last": "24h", "to": "2999-01-01T00:00"}).text
    assert 'href="?filter=%7B%7D&amp;last=24h&amp;status=failed&amp;to=2999-01-01T00%3A00"' in page
    assert '<input type="hidden" name="last" value="24h">' in page
