"""A fresh installation lets nobody in without a credential, on any path that there is."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from events.models import AccessToken, ApiKey, Event, ProjectGrant
from tests.doors.world import WHISPER, fields_of
from tests.factories import make_event

OPEN = {"/admin/login/", "/api/info", "/api/auth/login"}
"""What everybody may ask: the way in, and whether the server is alive."""
VALUES = {
    "event_id": "{event}",
    "run_id": "00000000-0000-0000-0000-000000000000",
    "pk": "1",
    "object_id": "{event}",
    "id": "1",
    "name": "admin",
}
BROWSER = {"Accept": "text/html"}


def paths(patterns: list[Any], prefix: str = "/") -> Iterator[str]:
    """Yield each path of the installation, with a value for each of its parameters."""
    for each in patterns:
        route = getattr(each.pattern, "_route", None)
        if route is None:  # what is left for any other path
            yield f"{prefix}anything"
            continue
        for name, converter in each.pattern.converters.items():
            spelled = route.replace(f"<{name}>", VALUES.get(name, "auth"))
            route = spelled.replace(f"<{_kind(converter)}:{name}>", VALUES.get(name, "auth"))
        if isinstance(each, URLResolver):
            yield from paths(each.url_patterns, prefix + route)
        elif isinstance(each, URLPattern):
            yield prefix + route


def _kind(converter: object) -> str:
    return type(converter).__name__.removesuffix("Converter").replace("String", "str").lower()


PATHS = sorted(set(paths(get_resolver().url_patterns)) - OPEN)


def test_all_doors_are_among_the_paths() -> None:
    assert {"/graphql", "/openapi.json", "/api/events", "/admin/events/apikey/add/"} <= set(PATHS)
    assert not [path for path in PATHS if "<" in path]


@pytest.mark.parametrize("headers", [{}, BROWSER], ids=["program", "browser"])
@pytest.mark.parametrize("path", PATHS)
def test_without_a_credential_there_is_nothing(db: None, path: str, headers: dict[str, str]) -> None:
    event = make_event(**fields_of("own", "artist"))
    before = list(Event.objects.values())
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        answer = Client().generic(method, path.format(event=event.id.hex), b"{}", "application/json", headers=headers)
        told = answer.content.decode()
        if answer.status_code == 302:
            assert answer["Location"].startswith(("/admin/login/?next=", "/admin/"))
        elif answer.status_code != 200:
            assert answer.status_code in (401, 403, 404, 405), (method, path)
        else:
            assert path in PAGES, (method, path)
        assert WHISPER not in told
        assert event.id.hex not in told.replace(path.format(event=event.id.hex), "")
    assert list(Event.objects.values()) == before


PAGES = {"/graphql", "/api/query"}
"""Pages without anything of this installation on them: the editor for queries, the guide to the filters."""


def test_nobody_is_there_before_the_first_start(db: None) -> None:
    for model in (User, ApiKey, AccessToken, ProjectGrant):
        assert not model._default_manager.exists()  # noqa: SLF001 - documented
