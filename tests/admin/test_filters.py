import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from events import update_event
from tests.admin.viewing import LIST, browser, shown
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
        ("%00", ["100% (done)", "Äpfel und Birnen", "Transcode sh010"]),
    ],
)
def test_each_word_of_a_search_is_somewhere_in_upper_or_lower_case(
    client: Client, query: str, found: list[str]
) -> None:
    make_event("publish.process", description="Transcode sh010", user="jonas")
    make_event("entity.folder.created", description="Äpfel und Birnen", user="marta", project="alpha")
    make_event("entity.folder.created", description="100% (done)", user="marta")
    assert shown(client, f"q={query}") == found


def test_a_search_of_any_length_is_answered(client: Client) -> None:
    make_event(description="a" * 500)
    assert shown(client, f"q={'a' * 3000}") == ["a" * 500]
    assert shown(client, f"q={'%20a' * 1000}") == ["a" * 500]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("topic=entity.folder.created", ["folder"]),
        ("topic=entity.*", ["task", "folder"]),
        ("topic=log.*", ["log"]),
        ("topic=*.created", ["folder"]),
        ("topic=-%27;", []),
        ("topic=%00", []),
        ("project=alpha", ["task", "folder"]),
        ("project=al", []),
        ("user=%00", []),
        ("user=jonas", ["log"]),
        ("status=failed", ["task"]),
        ("status=failed,pending", ["task", "job"]),
        ("status=finished", ["log", "folder"]),
        ("status=no,such", ["log", "task", "job", "folder"]),
        ("logs=hidden", ["task", "job", "folder"]),
        ("relation=job", ["job"]),
        ("relation=source", ["folder"]),
        ("relation=childless", ["log", "task", "job"]),
        ("project=alpha&status=failed", ["task"]),
    ],
)
def test_filters_narrow_the_list(client: Client, query: str, found: list[str]) -> None:
    folder = make_event("entity.folder.created", description="folder", project="alpha")
    make_event("ftrack.sync", description="job", depends_on=folder.id, finished=False)
    task = make_event("entity.task.created_late", description="task", project="alpha")
    update_event(task.id, status="failed")
    make_event("log.info", description="log", user="jonas")
    assert shown(client, query) == found


@pytest.mark.parametrize(
    "query",
    [
        "payload__contains=x",
        "depends_on__payload__a=1",
        "o=-3.1",
        "all=1",
        "p=7",
        "e=1",
        "_facets=True",
        "before=x",
        "before=-1",
        "before=" + 30 * "9",
        "after=²",
        "utm_source=chat",
    ],
)
def test_what_an_address_has_besides_is_ignored(client: Client, query: str) -> None:
    make_event(description="one")
    make_event(description="two")
    assert shown(client, query) == ["two", "one"]


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
