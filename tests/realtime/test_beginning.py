"""What a process tells before it knows how the stream stands, and from when on it knows."""

import pytest

from events import position
from events.realtime import past
from tests.core.test_position import only_postgresql, transaction_elsewhere, wait_until_settled
from tests.factories import make_event

pytestmark = pytest.mark.django_db(transaction=True)


@only_postgresql
def test_a_process_begins_without_waiting_for_another_database(monkeypatch: pytest.MonkeyPatch) -> None:
    wait_until_settled(make_event().position)
    monkeypatch.setattr(position, "CLOSER_LOOKS", 0.0)
    with transaction_elsewhere():
        make_event()
        position.settled()
        monkeypatch.setattr(position, "CLOSER_LOOKS", 1000.0)
        last = make_event()
        assert past.begin(10) == past.Look(settled=last.position, start=last.position)
