"""What an operator wants to do, to which events, as the forms of the viewer send it."""

from dataclasses import dataclass

from django.http import QueryDict
from django.utils import timezone

from events import access, listviews, refusals, validation
from events.actor import Actor
from events.admin.periods import FromFilter, PeriodFilter, moment_in
from events.errors import InvalidField
from events.models import Event
from events.operations import Kind, Operation
from events.policies import Verb
from events.queryset import EventQuerySet

RUN_TOPIC = "operation.run"
"""The topic of the events that tell of operations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What somebody wants to do, to which events."""

    kind: str
    ids: list[str]
    """The chosen events; none: everything in the view."""
    view: str
    """The view of the list, as its address has it, without secrets; its period does not move on."""
    bound: int
    """The newest position at the preview: what has changed since is left alone."""
    cascade: bool = False

    def operation(self, visible: EventQuerySet, *, dry_run: bool, reached: int | None = None) -> Operation:
        """Return the operation on those of the visible events that are meant, beyond those reached."""
        # A deletion sets sources free, which moves them; but nothing that is deleted can be found twice.
        is_deletion = self.kind == Kind.DELETE
        within = visible.filter(**{f"{'creation_order' if is_deletion else 'position'}__lte": self.bound})
        if reached is not None:
            within = within.filter(**{f"creation_order__{'lt' if is_deletion else 'gt'}": reached})
        return Operation(
            kind=self.kind,
            ids=self.ids or None,
            view=self.view,
            within=within,
            cascade=self.cascade,
            dry_run=dry_run,
        )


def refusal_of(event: Event, by: Actor) -> str:
    """Say why somebody operates on an event in no state that it may come to; empty if that is not so."""
    if access.may_operate(by, topic=event.topic, project=event.project, user=event.user):
        return ""
    return str(refusals.of_event(by, Verb.OPERATE, event))


def plan_from(kind: str, ids: list[str], view: str, bound: str, *, cascade: bool) -> Plan:
    """Return the plan that a form sends. Raise InvalidField for what no form of ours would send."""
    if kind not in list(Kind):
        raise InvalidField("kind", f"expected one of {', '.join(Kind)}")
    if bound and not (bound.isascii() and bound.isdigit() and len(bound) < len(str(2**63))):
        raise InvalidField("bound", "expected a position")
    if not ids and listviews.compares_secrets(view):
        raise InvalidField("view", "expected a view that compares with no secret, which its record would keep")
    newest = Event.objects.order_by("-position").values_list("position", flat=True).first() or 0
    return Plan(
        kind=kind,
        ids=[validation.parse_id(f"ids[{at}]", each).hex for at, each in enumerate(ids)],
        view=listviews.masked(view) if ids else _still(view),
        bound=int(bound) if bound else newest,
        cascade=cascade,
    )


def _still(view: str) -> str:
    """Return the view with the moment at which its period begins now, in the place of the length of the period."""
    given = QueryDict(view, mutable=True)
    length = PeriodFilter.lengths.get(given.get(PeriodFilter.name, ""))
    other = moment_in(given.get(FromFilter.name, ""))
    is_twice = any(len(given.getlist(each.name)) > 1 for each in (PeriodFilter, FromFilter))
    if length is None or is_twice or (other is None and given.get(FromFilter.name)):
        return view  # there is nothing to do, or it is refused as it is
    begins = timezone.now() - length
    del given[PeriodFilter.name]
    given[FromFilter.name] = max(begins, other or begins).isoformat(timespec="seconds").replace("+00:00", "Z")
    return given.urlencode()
