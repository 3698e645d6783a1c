import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection, transaction

from events import position
from events.models import Event
from tests.conftest import POSTGRES
from tests.factories import make_event

pytestmark = pytest.mark.django_db(transaction=True)
only_postgresql = pytest.mark.skipif(not POSTGRES, reason="SQLite has one writer at a time")


@contextmanager
def open_transaction(work: Callable[[], object]) -> Iterator[Callable[[], None]]:
    """Do the work in a transaction of another connection that stays open until the yielded function is called."""
    done, may_commit = threading.Event(), threading.Event()

    def run() -> None:
        with transaction.atomic():
            work()
            done.set()
            may_commit.wait(20)
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert done.wait(20)

    def commit() -> None:
        may_commit.set()
        thread.join(20)

    try:
        yield commit
    finally:
        commit()


@contextmanager
def transaction_elsewhere() -> Iterator[None]:
    """Keep a transaction of another database of the same PostgreSQL open."""
    parameters = connection.get_connection_params()
    elsewhere = {key: parameters[key] for key in ("host", "port", "user", "password") if parameters.get(key)}
    with psycopg.connect(dbname="postgres", **elsewhere) as other:
        other.execute("SELECT pg_current_xact_id()")
        yield


def wait_until_settled(number: int) -> None:
    """Return once nothing can appear any more up to the number; it may take some looks."""
    patience = time.monotonic() + 20
    while position.settled() < number:
        assert time.monotonic() < patience


def test_positions_rise_with_every_change() -> None:
    first, second = make_event(), make_event()
    assert 0 < first.position < second.position
    assert first.creation_order < second.creation_order


def test_a_new_event_takes_one_number() -> None:
    events = [make_event() for _ in range(3)]
    Event.objects.bulk_create(Event(topic="test.event", hash=str(number)) for number in range(3 if POSTGRES else 0))
    numbers = list(Event.objects.order_by("creation_order").values_list("creation_order", "position"))
    first = events[0].position
    assert numbers == [(first + each, first + each) for each in range(len(numbers))]


def test_a_position_is_drawn_in_the_transaction_that_stores_it() -> None:
    if POSTGRES:
        assert position.stamp() == {}
    else:
        with pytest.raises(RuntimeError, match="in the transaction"):
            position.stamp()


def test_what_is_committed_is_settled() -> None:
    event = make_event()
    wait_until_settled(event.position)


def test_a_rolled_back_change_holds_nothing_back() -> None:
    with transaction.atomic():
        make_event()
        transaction.set_rollback(True)
    event = make_event()
    wait_until_settled(event.position)


@only_postgresql
def test_an_open_transaction_holds_back_what_was_drawn_after_it() -> None:
    with open_transaction(lambda: make_event("test.early")) as commit:
        late = make_event("test.late")
        settled_before = position.settled()
        commit()
        early = Event.objects.get(topic="test.early")
        assert early.position < late.position
        assert settled_before < early.position
        wait_until_settled(late.position)


@only_postgresql
def test_a_transaction_without_changes_is_not_waited_for() -> None:
    with open_transaction(lambda: Event.objects.count()):
        event = make_event()
        wait_until_settled(event.position)


@only_postgresql
def test_an_open_transaction_that_has_an_id_and_draws_later_holds_nothing_back_of_the_past() -> None:
    past = make_event()
    wait_until_settled(past.position)
    with open_transaction(lambda: make_event("test.open")):
        wait_until_settled(past.position)


def test_a_reader_that_follows_the_settled_position_misses_nothing_under_concurrent_commits() -> None:
    commits: queue.Queue[None] = queue.Queue()

    def write() -> None:
        for number in range(20):
            with transaction.atomic():
                make_event("test.load")
                if number % 5 == 0:
                    make_event("test.load")
                    transaction.set_rollback(number % 10 == 0)
            commits.put(None)
        connection.close()

    writers = [threading.Thread(target=write) for _ in range(8)]
    for writer in writers:
        writer.start()
    seen: set[int] = set()
    watermark = 0
    for _ in range(8 * 20):
        commits.get(timeout=20)
        settled = position.settled()
        page = Event.objects.filter(position__gt=watermark, position__lte=settled).values_list("position", flat=True)
        seen.update(page)
        watermark = settled
    for writer in writers:
        writer.join(20)
    seen.update(Event.objects.after(watermark).values_list("position", flat=True))
    assert seen == set(Event.objects.values_list("position", flat=True))
    assert len(seen) == 8 * (16 + 2 * 2)  # of 20 transactions 2 are rolled back, and 2 more have two events


@only_postgresql
def test_a_transaction_of_another_database_is_not_waited_for() -> None:
    with transaction_elsewhere():
        event = make_event()
        wait_until_settled(event.position)


@only_postgresql
def test_who_asks_closely_is_told_at_once_what_another_database_holds_up(monkeypatch: pytest.MonkeyPatch) -> None:
    wait_until_settled(make_event().position)
    with transaction_elsewhere():
        late = make_event()
        monkeypatch.setattr(position, "CLOSER_LOOKS", 0.0)
        position.settled()
        monkeypatch.setattr(position, "CLOSER_LOOKS", 1000.0)
        later = make_event()
        assert [position.settled(), position.settled(closely=True)] == [late.position, later.position]


@only_postgresql
def test_who_has_read_before_another_thread_takes_nothing_back(monkeypatch: pytest.MonkeyPatch) -> None:
    make_event()
    read_before = position.drawn()
    event = make_event()
    wait_until_settled(event.position)
    reads = [read_before]
    read = position._drawn  # noqa: SLF001 - the one thing that a thread does before another one
    monkeypatch.setattr(position, "_drawn", lambda cursor: reads.pop() if reads else read(cursor))
    monkeypatch.setattr(position, "CLOSER_LOOKS", 1000.0)
    with transaction_elsewhere():
        assert (position.settled(), reads) == (event.position, [])


@only_postgresql
def test_numbers_that_go_back_are_of_another_database(monkeypatch: pytest.MonkeyPatch) -> None:
    event = make_event()
    wait_until_settled(event.position)
    with monkeypatch.context() as other:
        other.setattr(position, "_drawn", lambda _: event.position - 1)
        assert position.settled() < event.position
    wait_until_settled(event.position)


@only_postgresql
def test_a_transaction_of_this_database_is_waited_for_however_closely_one_looks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(position, "CLOSER_LOOKS", 0.0)
    with open_transaction(lambda: make_event("test.early")):
        late = make_event("test.late")
        assert [position.settled() < late.position for _ in range(3)] == [True] * 3
    wait_until_settled(late.position)
