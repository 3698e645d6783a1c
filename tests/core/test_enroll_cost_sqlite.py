"""What an idle poll does on SQLite does not depend on what there is."""

import pytest
from django.db import connection

from events.actor import SERVER
from events.enroll import EnrollRequest, enroll
from events.models import Consumer, Event
from events.status import Status
from tests.conftest import POSTGRES
from tests.core.test_enroll_cost import HISTORY, REQUESTS, fill

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(POSTGRES, reason="the instructions of SQLite are counted"),
]

STEP = 10
STEPS_MAX = 150
"""Of STEP instructions of SQLite's machine, for one poll. A scan of the history here takes thousands."""


@pytest.fixture(autouse=True)
def without_statistics(db: None) -> None:
    """As on every server: nobody but benchmarks has SQLite gather statistics, and theirs would be of other events."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sqlite_schema")  # makes the table, if there is none yet
        cursor.execute("DELETE FROM sqlite_stat1")
        cursor.execute("ANALYZE sqlite_schema")  # forgets what was in it


def steps_of(request: EnrollRequest) -> int:
    """Return what a poll with nothing to do takes."""
    assert enroll(request, SERVER) is None  # makes the consumer, compiles the query, and moves the watermark
    Consumer.objects.update(watermark=Event.objects.latest("position").position)
    taken = 0

    def count() -> int:
        nonlocal taken
        taken += 1
        return 0

    connection.connection.set_progress_handler(count, STEP)
    try:
        assert enroll(request, SERVER) is None
    finally:
        connection.connection.set_progress_handler(None, 0)
    return taken


@pytest.mark.parametrize("name", REQUESTS)
def test_a_settled_history(name: str) -> None:
    fill(HISTORY, "test.source", "test.job")
    assert steps_of(REQUESTS[name]) <= STEPS_MAX


@pytest.mark.parametrize("status", [Status.FAILED, Status.ABORTED, Status.IN_PROGRESS, Status.PENDING])
def test_thousands_of_jobs_that_others_never_finish(status: Status) -> None:
    fill(HISTORY, "test.source", "test.job")
    Event.objects.filter(topic="test.job").update(status=status, retries=3, sender="somebody else")
    assert steps_of(REQUESTS["one topic"]) <= STEPS_MAX
