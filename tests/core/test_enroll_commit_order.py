import pytest

from events import watermark
from events.actor import SERVER
from events.enroll import EnrollRequest, enroll
from events.models import Consumer
from events.update import EventChanges, update
from events.watermark import Sources
from tests.core.test_enroll_watermark import settle
from tests.core.test_position import only_postgresql, open_transaction
from tests.factories import make_event

pytestmark = pytest.mark.django_db(transaction=True)

APPROVED = {"conditions": [{"key": "payload/newValue", "value": "Approved"}]}
ASKED_FOR = [
    pytest.param(("test.source",), None, id="one topic"),
    pytest.param(("test.sou*",), None, id="wildcard"),
    pytest.param(("test.source", "test.other"), None, id="list"),
    pytest.param(("test.source",), APPROVED, id="filter"),
]


@pytest.fixture(autouse=True)
def eager_watermark(monkeypatch: pytest.MonkeyPatch) -> None:
    """Move the watermark at every poll, so that it would pass what it must not."""
    monkeypatch.setattr(watermark, "PAUSE", 0.0)
    monkeypatch.setattr(watermark, "FAR", 0)
    monkeypatch.setattr(watermark, "PATIENCE", 60.0)


def finish_next(request: EnrollRequest) -> str | None:
    """Enroll and finish the job; return the source's id."""
    job = enroll(request, SERVER)
    if job is None:
        return None
    update(job.id, EventChanges(status="finished"))
    return job.depends_on.hex


@only_postgresql
@pytest.mark.parametrize(("topics", "condition"), ASKED_FOR)
def test_a_source_that_is_committed_late_is_not_skipped(
    topics: tuple[str, ...], condition: dict[str, object] | None
) -> None:
    request = EnrollRequest(sources=Sources(topics=topics, target_topic="test.job", filter=condition), sender="a")
    approved = {"newValue": "Approved"}
    with open_transaction(lambda: make_event("test.source", hash="early", payload=approved)) as commit:
        late = make_event("test.source", hash="late", payload=approved)
        assert finish_next(request) == late.id.hex
        assert finish_next(request) is None
        assert Consumer.objects.get().watermark < late.position
        commit()
    early = finish_next(request)
    assert early is not None
    assert early != late.id.hex
    assert finish_next(request) is None


@only_postgresql
def test_an_update_that_is_committed_late_is_not_skipped() -> None:
    source = make_event("test.source", finished=False)
    request = EnrollRequest(sources=Sources(topics=("test.source",), target_topic="test.job"), sender="a")
    with open_transaction(lambda: update(source.id, EventChanges(status="finished"))) as commit:
        late = make_event("test.source")
        assert [finish_next(request), finish_next(request)] == [late.id.hex, None]
        commit()
    assert [finish_next(request), finish_next(request)] == [source.id.hex, None]


def test_an_idle_consumer_stands_at_the_end_of_the_stream() -> None:
    request = EnrollRequest(sources=Sources(topics=("test.source",), target_topic="test.job"), sender="a")
    make_event("test.source")
    other = make_event("test.unrelated")
    settle()
    assert finish_next(request) is not None
    assert finish_next(request) is None
    assert Consumer.objects.get().watermark >= other.position
