"""The answers where no door has one."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.admin.viewing import LIST, Parsed, browser, viewer

HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize("path", ["/nonesuch", "/adminx/", "/static/nonesuch.js", "/<script>alert(1)</script>"])
def test_a_browser_gets_a_page_that_leads_on(path: str) -> None:
    answer = Client(headers=HTML).get(path)
    page = Parsed(answer.text)
    assert (answer.status_code, page.refused) == (404, [])
    assert "There is nothing here" in page.text
    assert 'href="/admin/"' in answer.text
    assert path in page.text


def test_a_program_gets_json() -> None:
    answer = Client().get("/nonesuch", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()) == (404, {"code": 404, "detail": "There is nothing at /nonesuch"})


def test_a_path_of_the_viewer_that_there_is_not_is_told_in_its_look(people: dict[str, User]) -> None:
    answer = browser(people["admin"]).get("/admin/nonesuch/", headers=HTML)
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


def test_who_may_not_is_told_so(people: dict[str, User]) -> None:
    answer = viewer(people["artist"]).post(f"{LIST}operate/", {"kind": "restart"}, headers=HTML)
    assert answer.status_code == 403
    assert "Your account has no permission for this page." in answer.text


def test_a_form_without_its_token_is_not_taken(people: dict[str, User]) -> None:
    browser = Client(enforce_csrf_checks=True, headers=HTML)
    browser.force_login(people["admin"])
    answer = browser.post(f"{LIST}operate/", {"kind": "restart"})
    assert answer.status_code == 403
    assert "The form was not taken" in answer.text
    assert Parsed(answer.text).refused == []
    program = browser.post(f"{LIST}operate/", headers={"accept": "application/json"})
    assert (program.status_code, program.json()["code"]) == (403, 403)


def test_a_name_that_the_server_does_not_have_is_told_of() -> None:
    answer = Client(headers=HTML).get("/admin/", headers={"host": "elsewhere.example"})
    assert answer.status_code == 400
    assert "That was not understood" in answer.text
    assert "ALLOWED_HOSTS" in answer.text


def test_the_viewer_is_found_without_its_last_slash(db: Any) -> None:
    answer = Client().get("/admin?window=1h")
    assert (answer.status_code, answer["Location"]) == (302, "/admin/?window=1h")
