"""The projects: there is no table of them, a project is a name that events or grants carry."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from events import installation
from events.actor import Actor
from events.errors import ProjectMissing
from events.message import timestamp
from events.models import Event, ProjectGrant
from events.validation import UNSTORABLE

PROJECTS_MAX = 2000
"""Projects in one list; each costs two look-ups in an index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What is known of a project; None: it has been granted to people and has no events."""

    name: str
    created_at: datetime | None
    """When its oldest event was made."""
    updated_at: datetime | None
    """When its newest event was made."""


def projects_for(actor: Actor) -> list[Project]:
    """Return the projects that the actor may see, by name; the first PROJECTS_MAX of them."""
    reached = installation.visible_projects(actor)
    if reached is not None:
        known = map(_known, sorted(reached)[:PROJECTS_MAX])
        return [project for project in known if project]
    found = {project.name: project for project in _with_events()}
    granted = ProjectGrant.objects.exclude(project__in=found).values_list("project", flat=True).distinct()
    without_events = [_project(name) for name in granted[:PROJECTS_MAX]]
    return sorted([*found.values(), *without_events], key=lambda project: project.name)[:PROJECTS_MAX]


def project_named(name: str, actor: Actor) -> Project:
    """Return a project; ProjectMissing if there is none, also if the actor may not see it."""
    reached = installation.visible_projects(actor)
    project = _known(name) if reached is None or name in reached else None
    if project is None:
        raise ProjectMissing
    return project


def _known(name: str) -> Project | None:
    """Return a project that an event or a grant carries."""
    if UNSTORABLE.search(name):  # nothing can carry it, and PostgreSQL cannot be asked
        return None
    project = _project(name)
    is_known = project.created_at is not None or ProjectGrant.objects.filter(project=name).exists()
    return project if is_known else None


def _project(name: str) -> Project:
    found = _first(Event.objects.filter(project=name))
    return found or Project(name=name, created_at=None, updated_at=None)


def _with_events() -> Iterator[Project]:
    """Go from each project's oldest event straight to the next project's, through the index of both."""
    last = ""
    for _ in range(PROJECTS_MAX):
        project = _first(Event.objects.filter(project__gt=last))
        if project is None:
            return
        yield project
        last = project.name


def _first(events: QuerySet[Event]) -> Project | None:
    """Return the project that the first of the events is of, by name and age."""
    newest = Event.objects.filter(project=OuterRef("project")).order_by("-creation_order").values("created_at")[:1]
    ordered = events.order_by("project", "creation_order").annotate(newest=Subquery(newest))
    row = ordered.values_list("project", "created_at", "newest").first()
    if row is None or row[0] is None:
        return None
    return Project(name=row[0], created_at=row[1], updated_at=row[2])


def listing(project: Project) -> dict[str, object]:
    """Return the project as lists have it; what an event system does not know of projects is left at its default."""
    return {
        "name": project.name,
        "code": project.name,
        "label": None,
        "color": None,
        "active": True,
        "library": False,
        "skeleton": False,
        "pinned": False,
        "projectFolder": None,
        "createdAt": None if project.created_at is None else timestamp(project.created_at),
        "updatedAt": None if project.updated_at is None else timestamp(project.updated_at),
    }


def full(project: Project) -> dict[str, object]:
    """Return all that REST says of a project."""
    return {**listing(project), "attrib": {}, "ownAttrib": [], "data": {}}
