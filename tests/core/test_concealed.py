"""Texts that hold a secret: they are all known as such, on both databases, and few others are."""

import re
import sys
from unicodedata import normalize

import pytest
from django.db.models import Q

from events import concealed
from events.conditions import Place
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
