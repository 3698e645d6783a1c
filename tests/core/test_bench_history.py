import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from events.models import Consumer, Event
from tests.factories import enroll_for, make_event, source_of

pytestmark = pytest.mark.django_db(transaction=True)


def bench_history(*arguments: str) -> str:
    """Run the command and return the last line that it prints."""
    output = StringIO()
    call_command("bench_history", *arguments, stdout=output)
    return "".join(output.getvalue().splitlines()[-1:])


def names_of_indexes() -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, "events_event"))


def test_each_source_of_a_history_has_its_finished_job() -> None:
    before = names_of_indexes()
    bench_history("history", "8", "test.source", "test.job", "--days", "2")
    sources, jobs = (Event.objects.filter(topic=topic).order_by("position") for topic in ("test.source", "test.job"))
    assert list(jobs.values_list("depends_on", flat=True)) == list(sources.values_list("pk", flat=True))
    assert set(Event.objects.values_list("status", flat=True)) == {"finished"}
    assert [event.payload["newValue"] for event in sources[:5]] == [
        *("Approved", "Pending review", "On hold", "Done"),
        "Approved",
    ]
    oldest, newest = sources[0].updated_at, sources[7].updated_at
    assert timedelta(days=1.7) < newest - oldest < timedelta(days=2) < timezone.now() - oldest
    assert names_of_indexes() == before


def test_a_history_is_settled_and_what_comes_after_it_is_handed_out() -> None:
    bench_history("history", "8", "test.source", "test.job")
    assert Consumer.objects.get().watermark == Event.objects.latest("position").position
    assert enroll_for() is None
    assert enroll_for(filter={"conditions": [{"key": "payload/newValue", "value": "Approved"}]}) is None
    source = make_event("test.source")
    assert source_of(enroll_for()) == source.id.hex


def test_a_history_without_jobs_is_a_backlog() -> None:
    bench_history("history", "3", "test.source", "test.job", "--no-targets")
    oldest = Event.objects.earliest("position")
    assert (Event.objects.count(), source_of(enroll_for())) == (3, oldest.id.hex)


def test_jobs_that_have_failed_for_good_are_not_handed_out_again() -> None:
    bench_history("history", "3", "test.source", "test.job")
    bench_history("fail", "2")
    in_order = Event.objects.filter(topic="test.job").order_by("creation_order")
    assert list(in_order.values_list("status", flat=True)) == ["finished", "failed", "failed"]
    assert enroll_for() is None
    assert enroll_for(max_retries=4) is not None


def test_what_came_after_the_history_is_trimmed() -> None:
    bench_history("history", "2", "test.source", "test.job")
    kept = set(Event.objects.values_list("pk", flat=True))
    make_event("test.source")
    assert enroll_for() is not None
    bench_history("trim")
    assert set(Event.objects.values_list("pk", flat=True)) == kept


def test_without_a_history_everything_is_trimmed() -> None:
    make_event("test.source")
    assert enroll_for() is not None
    bench_history("trim")
    assert (Event.objects.count(), Consumer.objects.count()) == (0, 0)


def test_the_middle_and_the_size_are_told() -> None:
    bench_history("history", "5", "test.source", "test.job", "--no-targets")
    third = Event.objects.order_by("position")[2]
    assert bench_history("middle") == third.id.hex
    stats = json.loads(bench_history("stats"))
    assert (stats["rows"], set(stats)) == (5, {"rows", "table_mb", "indexes_mb"})
    bench_history("reset")
    assert json.loads(bench_history("stats"))["rows"] == 0
    with pytest.raises(CommandError, match="There is no event"):
        bench_history("middle")
