"""Where one gets back to from the pages of operations."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.admin.operating import OPERATE, confirmed, form_of, make_job, previewed
from tests.admin.viewing import LIST, browser, path_of
from tests.factories import make_event

VIEW = f"{LIST}?last=1h&status=failed"


@pytest.fixture
def client(people: dict[str, User]) -> Client:
    return browser(people["admin"])


def back_of(page: str) -> str:
    """Where the link above a page leads to."""
    (link,) = re.findall(r'<div class="breadcrumbs"><a href="(.*?)"', page)
    return str(link).replace("&amp;", "&")


@pytest.mark.parametrize(
    ("sent", "status"), [({"kind": "nonsense"}, 400), ({"kind": "restart", "scope": "matching"}, 200)]
)
def test_a_preview_and_a_refusal_lead_back_to_the_view_one_came_from(
    client: Client, sent: dict[str, str], status: int
) -> None:
    page = client.get(VIEW).text
    assert f'name="back" value="{VIEW.replace("&", "&amp;")}"' in page
    wanted = {**sent, "view": "last=1h&status=failed", "back": VIEW}
    assert back_of(previewed(client, wanted, status=status)) == VIEW


def test_the_result_leads_back_to_the_view_whose_period_moves_on(client: Client) -> None:
    make_job()
    run = confirmed(client, kind="restart", scope="matching", view="last=1h&status=failed", back=VIEW)
    assert back_of(client.get(run).text) == VIEW


def test_the_page_of_an_event_is_come_back_to_unless_it_is_gone(client: Client) -> None:
    job = make_job()
    page = f"{path_of(job)}?_changelist_filters=status%3Dfailed"
    assert f'name="back" value="{page}"' in client.get(page).text
    run = confirmed(client, kind="restart", ids=[job.id.hex], back=page)
    assert back_of(client.get(run).text) == page
    run = confirmed(client, kind="delete", ids=[job.id.hex], back=page)
    assert back_of(client.get(run).text) == f"{LIST}?status=failed"


@pytest.mark.parametrize("hostile", ["https://example.com/", "//example.com", "javascript:alert(1)", "/admin/logout/"])
def test_nothing_else_is_come_back_to(client: Client, hostile: str) -> None:
    make_job()
    page = previewed(client, {"kind": "restart", "scope": "matching", "view": "status=failed", "back": hostile})
    assert back_of(page) == f"{LIST}?status=failed"
    run = client.post(OPERATE, form_of(page))["Location"].partition("?")[0]
    assert back_of(client.get(run, {"back": hostile}).text) == f"{LIST}?status=failed"


def test_the_address_of_a_preview_leads_to_the_list(client: Client) -> None:
    answer = client.get(OPERATE)
    assert (answer.status_code, answer["Location"]) == (302, LIST)
    assert client.put(OPERATE).status_code == 405


def test_a_form_that_is_not_taken_leads_back_to_its_page(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    page = f"http://testserver{path_of(make_event())}?a=b"
    said = {
        referer: strict.post(OPERATE, {"kind": "delete"}, headers={"Accept": "text/html", "Referer": referer})
        for referer in (page, "https://example.com/", "")
    }
    assert {answer.status_code for answer in said.values()} == {403}
    assert f'href="{page.removeprefix("http://testserver")}">Back to the page' in said[page].text
    for referer in ("https://example.com/", ""):
        assert "Back to the page" not in said[referer].text
        assert "To the overview" in said[referer].text
