"""The lineage of an event: what caused it, and what came of it, as a tree."""

from dataclasses import dataclass, field
from uuid import UUID

from django.utils import timezone

from events.admin import render
from events.models import Event
from events.queryset import EventQuerySet
from events.status import OPEN, Status

ANCESTORS = 12
"""How far back the chain of sources is followed; one query finds it all."""
GENERATIONS = 12
"""How far forward: one query each."""
DESCENDANTS = 500
UNFOLDED = 40
"""Descendants up to which all branches are unfolded; of more, the children are seen with what is below them."""


@dataclass(slots=True, kw_only=True)
class Node:
    """An event in the tree."""

    event: Event
    took: str
    """How long it ran, or has been running; from its creation if nobody said when it began. Empty: it was at once."""
    is_here: bool = False
    children: list["Node"] = field(default_factory=list)
    below: int = 0
    """Events below this one."""
    failed: int = 0
    """How many of them have failed."""
    is_open: bool = True
    """Its branch is unfolded at first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """The tree around one event, without summaries and payloads."""

    root: Node
    source: Event | None
    """What the event depends on; None if that is not readable."""
    older: Event | None
    """What the first event depends on, if that is readable, and further back than the chain is followed."""
    goes_further_back: bool
    """The first event depends on any other."""
    count: int
    """Descendants in the tree."""
    is_cut: bool
    """There are more."""
    failed: int
    """Failed events in the tree, besides the one it is about."""

    @property
    def is_alone(self) -> bool:
        """Tell whether nothing caused the event, and nothing came of it."""
        return self.root.is_here and not self.root.children and not self.goes_further_back


def family_of(event: Event, readable: EventQuerySet) -> Family:
    """Return the events around one, as far as they are ``readable``."""
    readable = readable.defer("payload", "summary")
    here = _node(event, is_here=True)
    count, is_cut = _add_descendants(here, readable)
    root = here
    ancestors = _ancestors(event, readable)
    older = ancestors.pop() if len(ancestors) > ANCESTORS else None
    for ancestor in ancestors:
        root = _node(ancestor, children=[root])
    _sum_up(root)
    if count > UNFOLDED:
        for child in here.children:
            child.is_open = False
    return Family(
        root=root,
        source=ancestors[0] if ancestors else None,
        older=older,
        goes_further_back=root.event.depends_on_id is not None,
        count=count,
        is_cut=is_cut,
        failed=root.failed + _has_failed(root) - _has_failed(here),
    )


def _ancestors(event: Event, readable: EventQuerySet) -> list[Event]:
    """Return the chain of sources, the nearest first, up to the first that is not readable; one more than is shown."""
    if event.depends_on_id is None:
        return []
    path = ["__".join(["depends_on"] * length) for length in range(1, ANCESTORS + 2)]
    ids = [pk for pk in Event.objects.filter(pk=event.pk).values_list(*path).get() if pk]
    found = readable.in_bulk(ids)
    chain = []
    for pk in ids:
        if pk not in found:
            break
        chain.append(found[pk])
    return chain


def _add_descendants(root: Node, readable: EventQuerySet) -> tuple[int, bool]:
    """Hang the descendants below a node, generation by generation; return their number, and whether there are more."""
    parents: dict[UUID | None, Node] = {root.event.pk: root}
    known: set[UUID | None] = {root.event.pk}
    count = 0
    for _ in range(GENERATIONS):
        left = DESCENDANTS - count
        # In the order of the index of children, so that a few are found at once among any number.
        ids = [pk for pk in parents if pk]
        found = list(readable.children_of(ids).order_by("depends_on_id", "topic")[: left + 1])
        new = [event for event in found[:left] if event.pk not in known]
        new.sort(key=lambda event: event.creation_order)
        nodes: dict[UUID | None, Node] = {event.pk: _node(event) for event in new}
        for node in nodes.values():
            parents[node.event.depends_on_id].children.append(node)
        count += len(nodes)
        known |= nodes.keys()
        if len(found) > left:
            return count, True
        if not nodes:
            return count, False
        parents = nodes
    return count, readable.children_of([pk for pk in parents if pk]).exists()


def _sum_up(node: Node) -> None:
    """Count what is below each event of a tree."""
    for child in node.children:
        _sum_up(child)
        node.below += child.below + 1
        node.failed += child.failed + _has_failed(child)


def _has_failed(node: Node) -> bool:
    return node.event.status == Status.FAILED


def _node(event: Event, *, is_here: bool = False, children: list[Node] | None = None) -> Node:
    begin = event.started_at or event.created_at
    end = timezone.now() if event.status in OPEN else event.ended_at or event.updated_at
    took = render.duration(end - begin) if end != begin else ""
    return Node(event=event, took=took, is_here=is_here, children=children or [])
