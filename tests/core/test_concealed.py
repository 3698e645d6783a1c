"""Texts that hold a secret: they are all known as such, on both databases, and few others are."""

import re
import sys
from typing import Any
from unicodedata import normalize

import pytest
from django.db.models import Q

from events import concealed
from events.conditions import Place
from events.filters import CONDITIONS_MAX, condition_for
from events.models import Event
from events.redaction import masked
from tests.core.test_redaction import HUSH, TEXTS
from tests.factories import make_event

HARMLESS = [
    "Folder sh010: status changed to done",
    "author: bob, compass=north",
    "http://127.0.0.1:8000/admin",
    "Basic lighting for the hero",
    "Render pass 3 of 5",
    "the token of the artist has ended",
    "",
]
GIVEN = [*(text for text, _ in HUSH), *(text.replace("{}", "s3cret-value") for text in TEXTS)]
HOLDING = [text for text in GIVEN if masked(text) != text]


def at(name: str) -> Q:
    return concealed.plain_at(Place("payload", ("a", name)))


@pytest.mark.django_db
def test_texts_that_hold_a_secret_are_told_from_others() -> None:
    for text in (*HOLDING, *HARMLESS):
        make_event(description=text, payload={"a": {"text": text, "list": [1, text]}})
    for condition in (concealed.plain("description"), *map(at, ("text", "list"))):
        plain = Event.objects.filter(condition).values_list("description", flat=True)
        assert sorted(plain) == sorted(HARMLESS)


def test_where_nothing_is_masked_nothing_is_concealed(settings: object) -> None:
    settings.EVENTS_SECRET_KEYS = ()  # type: ignore[attr-defined]
    assert not concealed.plain("description")
    assert not concealed.plain_at(Place("payload", ("value",)))


def test_every_character_that_is_read_as_one_of_ascii_is_known() -> None:
    for letter in map(chr, range(0x80, sys.maxunicode)):
        if re.search("[a-z0-9]", normalize("NFKC", letter).lower()):
            assert re.search(concealed.COMPATIBLE, letter), hex(ord(letter))


BESIDE: list[tuple[str, Any]] = [
    ("list", {"list": ["password", 7391]}),
    ("list", {"list": ["b'cookie'", "hush"]}),
    ("list", {"list": ["\uff50assword", "hush"]}),
    ("list", {"list": ["mysql", "--db-password", "hush", 7391]}),
    ("list", {"list": ["curl", "-u", "bob:hush"]}),
    ("list", {"list": ["x", "password=hush", "hush"]}),
    ("value", {"name": "password", "value": "hush"}),
    ("value", {"Key": "X-Api-Key:", "value": 7391}),
    ("value", {"header": "Cookie", "value": ["hush", 7391]}),
    ("value/value", {"field": "token", "value": {"value": "hush"}}),
    ("value/value", {"value": {"name": "dbPwd", "value": "hush"}}),
]
ASKED = [
    *((operator, value) for operator in ("eq", "ne", "includes", "excludes") for value in ("hush", "bob:hush", 7391)),
    *((operator, ["hush", 7391]) for operator in ("in", "notin", "includesany", "excludesany", "excludesall")),
    *((operator, "hush%") for operator in ("like", "lt", "gte")),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("key", "content"), BESIDE)
def test_what_is_masked_beside_a_name_is_neither_this_nor_that(key: str, content: Any) -> None:
    assert masked(content) != content
    make_event(payload={"a": content}, summary=content)
    for column in ("payload/a", "summary"):
        for operator, value in ASKED:
            tree = {"conditions": [{"key": f"{column}/{key}", "operator": operator, "value": value}]}
            assert not Event.objects.filter(condition_for(tree, hides_secrets=True)).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "operator", "value"),
    [
        ("value", "eq", "hush"),
        ("value", "ne", "x"),
        ("name", "eq", "password hint"),
        ("list", "includes", "b"),
        ("list", "excludes", "d"),
        ("list/value", "excludes", "d"),
    ],
)
def test_what_is_not_masked_is_found(key: str, operator: str, value: str) -> None:
    content = {"name": "password hint", "value": "hush", "list": ["a", "b", "c"]}
    assert masked(content) is content
    make_event(payload=content)
    tree = {"conditions": [{"key": f"payload/{key}", "operator": operator, "value": value}]}
    assert Event.objects.filter(condition_for(tree, hides_secrets=True)).exists()


@pytest.mark.django_db
def test_as_many_conditions_as_there_may_be_are_not_too_many() -> None:
    make_event(payload={"value": {"value": "a"}})
    condition = {"key": "payload/value/value", "operator": "ne", "value": "b"}
    tree = {"conditions": [condition] * CONDITIONS_MAX}
    assert Event.objects.filter(condition_for(tree, hides_secrets=True)).exists()


PLAIN_COLUMNS = ("topic", "hash", "sender", "project", "user", "status", "retries", "id", "createdAt")


@pytest.mark.parametrize("key", PLAIN_COLUMNS)
def test_what_is_never_masked_is_asked_as_ever(key: str) -> None:
    value: Any = {"retries": 1, "id": "0" * 32, "createdAt": "2026-05-31"}.get(key, "x")
    tree = {"conditions": [{"key": key, "operator": operator, "value": value} for operator in ("eq", "ne", "lt")]}
    assert condition_for(tree, hides_secrets=True) == condition_for(tree)
