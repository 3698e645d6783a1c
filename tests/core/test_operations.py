from typing import Any

import pytest

from events import operations
from events.actor import Actor
from events.errors import Forbidden, InvalidField
from events.models import Event
from events.operations import Kind, Operation, operate
from events.status import Status
from events.tally import Example, Outcome
from tests.conftest import Publishing
from tests.factories import enroll_for, make_event, source_of

pytestmark = pytest.mark.django_db

OPERATOR, MANAGER = Actor(name="admin", is_admin=True), Actor(name="manager", has_manager_role=True)


def on(topic: str) -> dict[str, Any]:
    """Return the filter for one topic."""
    return {"conditions": [{"key": "topic", "value": topic}]}


def numbers(outcome: Outcome) -> tuple[int, int, int]:
    return outcome.affected, outcome.skipped, outcome.blocked


def make_jobs() -> dict[str, Event]:
    """Make a job in each state."""
    jobs = {}
    for status in Status.values:
        jobs[status] = make_event("test.job", depends_on=make_event("test.source").id, project="alpha")
        Event.objects.filter(pk=jobs[status].pk).update(status=status)
    return jobs


def states() -> dict[str, int]:
    found = list(Event.objects.filter(topic="test.job").values_list("status", flat=True))
    return {status: found.count(status) for status in found}


@pytest.mark.parametrize(
    ("kind", "affected", "becomes"),
    [
        (Kind.RESTART, ["finished", "failed", "aborted"], "restarted"),
        (Kind.ABORT, ["pending", "in_progress"], "aborted"),
    ],
)
def test_events_are_changed_moved_and_published_as_by_single_updates(
    publishing: Publishing, kind: str, affected: list[str], becomes: str
) -> None:
    jobs = make_jobs()
    with publishing() as messages:
        outcome = operate(Operation(kind=kind, filter=on("test.job")), OPERATOR)
    assert numbers(outcome) == (len(affected), 6 - len(affected), 0)
    assert messages.pop().topic == f"audit.operation.{kind}"
    assert [(each.event["id"], each.event["status"], each.is_update) for each in messages] == [
        (jobs[status].id.hex, becomes, True) for status in sorted(affected, key=Status.values.index)
    ]
    for status, job in jobs.items():
        now = Event.objects.get(pk=job.pk)
        assert (now.status, now.retries, now.user) == (becomes if status in affected else status, 0, job.user)
        assert (now.position > job.position, now.updated_at > job.updated_at) == (status in affected,) * 2


def test_what_is_no_job_is_not_restarted_and_may_be_aborted() -> None:
    event = make_event(finished=False)
    assert numbers(operate(Operation(kind="restart", ids=[event.id]))) == (0, 1, 0)
    assert numbers(operate(Operation(kind="abort", ids=[event.id]), OPERATOR)) == (1, 0, 0)
    assert numbers(operate(Operation(kind="restart", ids=[event.id.hex]))) == (0, 1, 0)


def test_a_restarted_job_is_handed_out_again_and_an_aborted_one_is_not() -> None:
    source = make_event("test.source")
    assert enroll_for() is not None
    operate(Operation(kind="abort", filter=on("test.job")))
    assert enroll_for() is None
    operate(Operation(kind="restart", filter=on("test.job")))
    assert source_of(enroll_for()) == source.id.hex


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("cascade", [True, False])
def test_a_dry_run_tells_the_numbers_and_changes_nothing(publishing: Publishing, kind: str, cascade: bool) -> None:
    jobs = make_jobs()
    make_event(depends_on=jobs["failed"].id)
    before = list(Event.objects.order_by("pk").values())
    wanted: dict[str, Any] = {"kind": kind, "filter": on("test.job"), "cascade": cascade}
    with publishing() as messages:
        told = operate(Operation(**wanted, dry_run=True), OPERATOR)
    assert (list(Event.objects.order_by("pk").values()), messages) == (before, [])
    assert told == operate(Operation(**wanted), OPERATOR)
    assert told.affected > 0


def test_jobs_are_deleted_in_every_state_and_set_their_sources_free() -> None:
    make_jobs()
    newest = Event.objects.latest("position").position
    assert numbers(operate(Operation(kind="delete", filter=on("test.job")))) == (6, 0, 0)
    assert [event.topic for event in Event.objects.filter(position__gt=newest)] == ["test.source"] * 6
    assert Event.objects.count() == 6


def test_an_event_stays_on_which_others_depend_and_so_do_its_ancestors() -> None:
    oldest = make_event("test.doomed")
    middle = make_event("test.doomed", depends_on=oldest.id)
    leaf, free = make_event("test.other", depends_on=middle.id), make_event("test.doomed")
    assert numbers(operate(Operation(kind="delete", filter=on("test.doomed")))) == (1, 0, 2)
    assert set(Event.objects.values_list("pk", flat=True)) == {oldest.id, middle.id, leaf.id}
    assert not Event.objects.filter(pk=free.pk).exists()


def test_a_cascade_takes_along_what_depends_on_the_events() -> None:
    oldest = make_event("test.doomed")
    make_event("test.other", depends_on=make_event("test.doomed", depends_on=oldest.id).id)
    bystander = make_event("test.other")
    assert numbers(operate(Operation(kind="delete", filter=on("test.doomed"), cascade=True))) == (3, 0, 0)
    assert list(Event.objects.all()) == [bystander]


def test_a_child_older_than_its_parent_holds_it_as_well() -> None:
    older = make_event("test.doomed", hash="h")
    parent = make_event("test.doomed")
    make_event("test.doomed", hash="h", reuse=True, depends_on=parent.id)
    make_event("test.other", depends_on=older.id)
    dry = operate(Operation(kind="delete", filter=on("test.doomed"), dry_run=True))
    assert numbers(dry) == numbers(operate(Operation(kind="delete", filter=on("test.doomed")))) == (0, 0, 2)
    assert Event.objects.count() == 3


def test_the_ids_and_the_filter_must_both_hold() -> None:
    wanted, other = make_event("test.a"), make_event("test.b")
    unknown = "0" * 32
    ids = [wanted.id.hex, other.id.hex, unknown]
    assert numbers(operate(Operation(kind="delete", ids=ids, filter=on("test.a")))) == (1, 0, 0)
    assert numbers(operate(Operation(kind="delete", ids=[unknown]))) == (0, 0, 0)
    assert numbers(operate(Operation(kind="delete", ids=[]))) == (0, 0, 0)
    assert list(Event.objects.all()) == [other]


@pytest.mark.parametrize(
    "nothing", [None, {}, {"conditions": []}, {"operator": "or", "conditions": [{"conditions": []}]}]
)
@pytest.mark.parametrize("kind", Kind)
def test_all_events_are_meant_only_if_it_is_said(kind: str, nothing: dict[str, Any] | None) -> None:
    make_event()
    with pytest.raises(InvalidField) as refusal:
        Operation(kind=kind, filter=nothing)
    assert (refusal.value.field, str(refusal.value)) == (
        "filter",
        'expected a filter with conditions, ids, or "all": true for all events',
    )
    outcome = operate(Operation(kind=kind, filter=nothing, everything=True))
    assert outcome.affected + outcome.skipped == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "explode", "everything": True}, "type"),
        ({"kind": "delete", "ids": ["x"]}, "ids[0]"),
        ({"kind": "delete", "ids": ["0" * 32] * (operations.IDS_MAX + 1)}, "ids"),
        ({"kind": "delete", "filter": {"conditions": [{"key": "nothing", "value": 1}]}}, "filter.conditions[0].key"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        Operation(**wrong)
    assert refusal.value.field == field


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(
    "actor", [MANAGER, Actor(name="artist", projects=frozenset({"alpha"})), Actor(name="guest", is_guest=True)]
)
def test_only_operators_may(publishing: Publishing, kind: str, actor: Actor) -> None:
    make_jobs()
    before = list(Event.objects.order_by("pk").values())
    with publishing() as messages, pytest.raises(Forbidden):
        operate(Operation(kind=kind, everything=True, dry_run=True), actor)
    with publishing() as messages, pytest.raises(Forbidden):
        operate(Operation(kind=kind, everything=True), actor)
    assert (list(Event.objects.order_by("pk").values()), messages) == (before, [])


def test_examples_show_the_events_as_they_were() -> None:
    jobs = [make_event("test.job", finished=False, project="alpha", description=f"{n}") for n in range(7)]
    outcome = operate(Operation(kind="abort", filter=on("test.job")))
    assert outcome.examples == tuple(
        Example(id=job.id, topic="test.job", project="alpha", status="pending", description=job.description)
        for job in jobs[:5]
    )


def test_what_python_code_demands_besides_counts_as_well(db: None) -> None:
    for project in ("alpha", "beta"):
        make_event(project=project, finished=False)
    done = operate(Operation(kind="abort", within=Event.objects.filter(project="alpha")))
    assert (done.affected, done.skipped) == (1, 0)
    assert list(Event.objects.filter(status="aborted").values_list("project", flat=True)) == ["alpha"]
