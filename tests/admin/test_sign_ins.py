"""Tokens and sessions of a user: who sees them, who ends them, and that an end is one."""

import re

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client

from events import accounts, sign_ins
from events.errors import CredentialInvalid
from events.models import AccessToken, Event
from tests.admin.viewing import Parsed, browser, viewer
from tests.api.calls import post
from tests.conftest import Roles

pytestmark = pytest.mark.django_db


def page_of(user: User) -> str:
    return f"/admin/auth/user/{user.pk}/sign-ins/"


def ids_on(page: str) -> list[str]:
    return re.findall(r'name="id" value="(.*?)"', page)


def test_an_admin_sees_and_ends_those_of_anybody(people: Roles) -> None:
    admin = browser(people["admin"])
    token, _ = accounts.log_in("artist", "artist")
    tab = viewer(people["artist"])
    page = admin.get(page_of(people["artist"])).text
    assert [each.partition("-")[0] for each in ids_on(page)] == ["token", "session"]
    assert token not in page
    assert not any(key in page for key in Session.objects.values_list("pk", flat=True))
    assert admin.post(page_of(people["artist"]), {"id": ids_on(page)[0]}).status_code == 302
    with pytest.raises(CredentialInvalid):
        accounts.actor_for_token(token)
    assert tab.get("/admin/").status_code == 200
    admin.post(page_of(people["artist"]))
    assert tab.get("/admin/").status_code == 302
    assert "There are none" in admin.get(page_of(people["artist"])).text


def test_those_of_another_lead_back_to_him(people: Roles) -> None:
    admin = browser(people["admin"])
    his = admin.get(page_of(people["artist"])).text
    assert f'<a href="/admin/auth/user/{people["artist"].pk}/change/"' in his.partition("breadcrumbs")[2]
    assert "breadcrumbs" not in admin.get(page_of(people["admin"])).text


def test_an_end_is_on_record(people: Roles) -> None:
    accounts.log_in("artist", "artist")
    admin = browser(people["admin"])
    for _ in range(2):  # there is nothing to end the second time
        admin.post(page_of(people["artist"]))
    record = Event.objects.get(topic="audit.user.signed_out")
    assert (record.user, record.summary["name"]) == ("admin", "artist")
    assert record.summary["ended"] == ["token"]


def test_one_ends_his_own_and_nobody_elses(people: Roles) -> None:
    accounts.log_in("artist", "artist")
    accounts.log_in("manager", "manager")
    own = viewer(people["artist"])
    for answer in (own.get(page_of(people["manager"])), own.post(page_of(people["manager"]))):
        assert answer.status_code == 403
    (foreign,) = ids_on(browser(people["admin"]).get(page_of(people["manager"])).text)
    own.post(page_of(people["artist"]), {"id": foreign})
    assert AccessToken.objects.count() == 2
    assert "Your sign-ins" in own.get(page_of(people["artist"])).text
    own.post(page_of(people["artist"]))
    assert [each.user.username for each in AccessToken.objects.all()] == ["manager"]
    assert own.get("/admin/").status_code == 302


def test_what_does_not_let_in_is_not_listed(people: Roles) -> None:
    viewer(people["artist"])
    people["artist"].set_password("new")
    people["artist"].save()
    assert ids_on(browser(people["admin"]).get(page_of(people["artist"])).text) == []


def test_who_is_not_logged_in_sees_none(people: Roles) -> None:
    assert Client().get(page_of(people["artist"])).status_code == 302
    assert browser(people["admin"]).get("/admin/auth/user/0/sign-ins/").status_code == 404


BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"


def facts_on(page: str) -> list[list[str]]:
    """Return the cells of each row but the last, as text."""
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)[1:]
    return [
        [Parsed(cell).text.strip() for cell in re.findall(r"<td.*?>(.*?)</td>", row, re.DOTALL)[:-1]] for row in rows
    ]


def test_it_is_seen_where_each_came_from(people: Roles) -> None:
    body = {"name": "artist", "password": "artist"}
    post(Client(REMOTE_ADDR="10.0.0.7", HTTP_USER_AGENT="python-requests/2.32"), "/api/auth/login", body)
    people["artist"].is_staff = True
    people["artist"].save()
    form = {"username": "artist", "password": "artist"}
    Client(REMOTE_ADDR="2001:db8::1", HTTP_USER_AGENT=BROWSER).post("/admin/login/", form)
    token, session = facts_on(browser(people["admin"]).get(page_of(people["artist"])).text)
    assert token[:3] == ["token", "10.0.0.7", "python-requests/2.32"]
    assert session[:3] == ["session", "2001:db8::1", BROWSER]
    assert "unknown" not in (*token, *session)


@pytest.mark.parametrize("door", ["REST", "viewer"])
def test_what_a_program_says_of_itself_is_text_and_short(people: Roles, door: str) -> None:
    said = "<script>alert(1)</script>\x00\u202e" + "x" * 5_000
    client = Client(HTTP_USER_AGENT=said)
    if door == "REST":
        post(client, "/api/auth/login", {"name": "admin", "password": "admin"})
    else:
        client.post("/admin/login/", {"username": "admin", "password": "admin"})
    page = browser(people["admin"]).get(page_of(people["admin"])).text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "x" * 201 not in page
    assert re.search(r"<bdi>&lt;script&gt;", page)


def test_of_one_that_is_older_nobody_knows(people: Roles) -> None:
    accounts.log_in("artist", "artist")
    tab = viewer(people["artist"])
    session = tab.session
    del session[sign_ins.NOTE]
    session.save()
    token, from_browser = facts_on(tab.get(page_of(people["artist"])).text)
    assert token[:3] == ["token", "unknown", "unknown"]
    assert from_browser[:4] == ["session", "unknown", "unknown", "unknown"]
