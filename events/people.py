"""The users and services, as the wire shows them: whole to managers and to themselves, by name to anybody else."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from events import access, installation
from events.accounts import actor_with, with_project
from events.actor import Actor
from events.errors import UserMissing
from events.message import timestamp
from events.models import ApiKey
from events.validation import UNSTORABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The arguments that narrow the list of users down; None does not."""

    names: Sequence[str] | None = None
    emails: Sequence[str] | None = None
    project_name: str | None = None
    """Only users who may see this project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A user or a service."""

    name: str
    actor: Actor
    """The rights the user has at this moment."""
    active: bool
    created_at: datetime
    updated_at: datetime
    access_groups: Mapping[str, Sequence[str]]
    """The projects that were granted, each with the groups that open it; none for a grant to the user himself."""
    has_password: bool
    api_key_preview: str | None
    """The first characters of the newest API key."""
    attrib: Mapping[str, str]
    is_whole: bool = True
    """False: who asks may know the name and the full name; the rest says nothing."""


def people_for(actor: Actor, wanted: Wanted) -> QuerySet[User]:
    """Return the users that are asked for and that the actor may see. An empty list finds nobody.

    Who asks for names and nothing else finds others too, of whom he sees as much as ``seen_by`` shows.
    """
    is_by_name = wanted.names is not None and wanted.emails is None and wanted.project_name is None
    users = User.objects.all() if is_by_name else User.objects.filter(installation.visible_users(actor))
    if wanted.names is not None:
        users = users.filter(username__in=_storable(wanted.names))
    if wanted.emails is not None:
        users = users.filter(email__in=_storable(wanted.emails))
    if wanted.project_name is not None:
        if not access.knows_project(actor, wanted.project_name):
            return users.none()
        users = users.filter(with_project(wanted.project_name))
    return users


def person_named(name: str) -> Person:
    """Return a user, whoever asks; UserMissing if there is none."""
    found = described(User.objects.filter(username__in=_storable([name])))
    if not found:
        raise UserMissing
    return found[0]


def seen_by(actor: Actor, person: Person) -> Person:
    """Return what the actor may see of a user: all, or the name and the full name.

    Of projects that the actor's own key does not reach, he does not see who else works on them.
    """
    if installation.may_see_user(actor, person.name):
        groups = person.access_groups
        return replace(
            person, access_groups={each: groups[each] for each in groups if access.knows_project(actor, each)}
        )
    return replace(
        person,
        actor=Actor(name=person.name),
        access_groups={},
        has_password=False,
        api_key_preview=None,
        attrib={"fullName": person.attrib["fullName"]},
        is_whole=False,
    )


def _storable(texts: Iterable[str]) -> set[str]:
    return {text for text in texts if not UNSTORABLE.search(text)}


def described(users: Iterable[User]) -> list[Person]:
    """Return what is said of the users: as many queries for a thousand of them as for one."""
    found = list(users)
    keys = ApiKey.objects.order_by("created_at").only("user_id", "preview")
    prefetch_related_objects(found, "groups__projectgrant_set", "projectgrant_set", Prefetch("apikeys", keys))
    return [_person(user) for user in found]


def _person(user: User) -> Person:
    projects = _access_groups(user)
    keys = list(user.apikeys.all())
    return Person(
        name=user.username,
        actor=actor_with(user, [group.name for group in user.groups.all()], projects),
        active=user.is_active,
        created_at=user.date_joined,
        updated_at=user.date_joined,  # Django does not keep when a user was changed
        access_groups=projects,
        has_password=user.has_usable_password(),
        api_key_preview=keys[-1].preview if keys else None,
        attrib={"fullName": user.get_full_name(), "email": user.email},
    )


def _access_groups(user: User) -> dict[str, list[str]]:
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for grant in user.projectgrant_set.all():
        groups[grant.project] += []
    for group in user.groups.all():
        for grant in group.projectgrant_set.all():
            groups[grant.project].append(group.name)
    return dict(sorted(groups.items()))


def whole(person: Person) -> dict[str, object]:
    """Return all that REST says of a user."""
    return {
        "name": person.name,
        "attrib": dict(person.attrib),
        "ownAttrib": [name for name, value in person.attrib.items() if value],
        "data": {
            "isAdmin": person.actor.is_admin,
            "isManager": person.actor.is_manager,
            "isService": person.actor.is_service,
            "isGuest": person.actor.is_guest,
            "accessGroups": {project: list(groups) for project, groups in person.access_groups.items()},
            "defaultAccessGroups": [],
            "hasPassword": person.has_password,
            "apiKeyPreview": person.api_key_preview,
        },
        "active": person.active,
        "createdAt": timestamp(person.created_at),
        "updatedAt": timestamp(person.updated_at),
    }


def glimpse(person: Person) -> dict[str, object]:
    """Return what anybody may know of a user."""
    return {"name": person.name, "attrib": {"fullName": person.attrib["fullName"]}}
