import pytest
from django.db import connection

from events.actor import Actor
from events.models import Event
from events.queryset import EventQuerySet
from tests.conftest import POSTGRES
from tests.factories import make_event


def topics_of(events: EventQuerySet) -> list[str]:
    return list(events.order_by("creation_order").values_list("topic", flat=True))


def plan_of(events: EventQuerySet) -> str:
    """Return how the database would look for the events, if the table were not as small as it is."""
    with connection.cursor() as cursor:
        if POSTGRES:
            cursor.execute("SET LOCAL enable_seqscan = off")
        return events.order_by().explain()


def test_a_prefix_of_topics_is_one_in_upper_and_lower_case(db: None) -> None:
    for topic in ("test.a", "Test.a", "testb", "test/", "test.", "tesu.a"):
        Event.objects.filter(pk=make_event().pk).update(topic=topic)
    assert topics_of(Event.objects.on_topics(["test.*"])) == ["test.a", "test."]
    assert topics_of(Event.objects.on_topics(["T*", "tesu*"])) == ["Test.a", "tesu.a"]


def test_only_log_in_lower_case_is_a_log(db: None) -> None:
    for topic in ("log.info", "Log.info", "logs.info", "other"):
        make_event(topic)
    assert topics_of(Event.objects.all().without_logs()) == ["Log.info", "logs.info", "other"]


def test_private_topics_are_private_in_lower_case_only(db: None) -> None:
    for topic in ("auth.login", "Auth.login", "authors.met"):
        make_event(topic)
    assert topics_of(Event.objects.readable_by(Actor(name="artist"))) == ["Auth.login", "authors.met"]


@pytest.mark.parametrize("pattern", ["test.*", "T*"])
def test_an_index_serves_prefixes_of_topics(db: None, pattern: str) -> None:
    plan = plan_of(Event.objects.on_topics([pattern]))
    assert "event_topic_" in plan
    assert ("Index Cond: (((topic)::text >= " if POSTGRES else "topic>? AND topic<?") in plan


def test_words_are_looked_for_in_each_text_and_not_across_two(db: None) -> None:
    make_event("entity.created", project="alpha", user="jonas", description="Straße nach Ústí")
    for word in ("TITY.cre", "ALPHA", "Jonas", "ústí", "ÚSTÍ", "  nach\talpha \n"):
        assert topics_of(Event.objects.all().mentioning(word)) == ["entity.created"]
    for word in ("created_alpha", "createdalpha", "alphajonas", "alpha%", "jonas beta", "Ú.t"):
        assert topics_of(Event.objects.all().mentioning(word)) == []


def test_words_are_looked_for_in_events_that_have_no_project_and_user(db: None) -> None:
    Event.objects.filter(pk=make_event().pk).update(project=None, user=None, description="left")
    assert topics_of(Event.objects.all().mentioning("left test.event")) == ["test.event"]


@pytest.mark.skipif(not POSTGRES, reason="SQLite has no index for parts of words")
@pytest.mark.parametrize("word", ["approved", "schválený"])
@pytest.mark.parametrize("hides_secrets", [False, True])
def test_an_index_serves_words(db: None, word: str, hides_secrets: bool) -> None:
    found = Event.objects.all().mentioning(word, hides_secrets=hides_secrets)
    assert "Bitmap Index Scan on event_text" in plan_of(found)
