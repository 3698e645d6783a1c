"""Tokens and sessions of a user: who sees them, who ends them, and that an end is one."""

import re

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client

from events import accounts
from events.errors import CredentialInvalid
from events.models import AccessToken, Event
from tests.admin.viewing import browser, viewer
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
