import time

import pytest

from events import topics
from events.models import Event
from tests.factories import make_event


@pytest.mark.parametrize("topic", ["abc", "A_1", "entity.folder.status_changed", "a" * 65])
def test_a_topic(topic: str) -> None:
    assert topics.is_topic(topic)
    assert topics.is_pattern(topic)
    assert not topics.is_wildcard(topic)


@pytest.mark.parametrize("text", ["", "ab", "1bc", ".bc", "a-b", "a b", "a/b", "abc\n", "ábc", "ab*", "a" * 66])
def test_no_topic(text: str) -> None:
    assert not topics.is_topic(text)


@pytest.mark.parametrize("text", ["*", "a", "a*", "*.created", "entity.*.created", "*a*b*", "a" * 65])
def test_a_pattern(text: str) -> None:
    assert topics.is_pattern(text)


@pytest.mark.parametrize("text", ["", "1*", "a-*", "a%", "a?", "*\n", "a*b*c*d*", "a" * 66])
def test_no_pattern(text: str) -> None:
    assert not topics.is_pattern(text)


MATCHING = [
    ("*", "entity.folder.created"),
    ("entity.*", "entity.folder.created"),
    ("entity.*", "entity."),
    ("*.created", "entity.folder.created"),
    ("entity.*.created", "entity.folder.created"),
    ("*folder*", "entity.folder.created"),
    ("entity.folder.created", "entity.folder.created"),
    ("a_*", "a_b"),
]
DIFFERENT = [
    ("entity.*", "entity_folder"),
    ("entity.*", "my.entity.folder"),
    ("*.created", "entity.folder.created_at"),
    ("entity.folder", "entity.folder.created"),
    ("entity.f*.created", "entity_folder.created"),
    ("a_*", "axb"),
    ("a.b", "axb"),
]


@pytest.mark.parametrize(("pattern", "topic"), MATCHING)
def test_a_pattern_matches(pattern: str, topic: str) -> None:
    assert topics.matches(pattern, topic)


@pytest.mark.parametrize(("pattern", "topic"), DIFFERENT)
def test_a_pattern_does_not_match(pattern: str, topic: str) -> None:
    assert not topics.matches(pattern, topic)


@pytest.mark.django_db
@pytest.mark.parametrize(("pattern", "topic"), [each for each in MATCHING + DIFFERENT if topics.is_topic(each[1])])
def test_the_database_finds_what_matches(pattern: str, topic: str) -> None:
    make_event(topic)
    assert Event.objects.on_topics([pattern]).exists() == topics.matches(pattern, topic)


@pytest.mark.django_db
def test_no_patterns_find_nothing() -> None:
    make_event()
    assert not Event.objects.on_topics([]).exists()


def test_the_slowest_pattern_is_quick() -> None:
    slowest = "*" + "a*" * (topics.WILDCARDS_MAX - 1) + "b"
    assert topics.is_pattern(slowest)
    started = time.perf_counter()
    assert not topics.matches(slowest, "a" * 65)
    assert time.perf_counter() - started < 0.1
