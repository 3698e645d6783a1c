"""The users as GraphQL shows them: to managers all of them, to anybody else nobody but himself."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter

from django.contrib.auth.models import Group, User
from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects
from graphene.utils.str_converters import to_camel_case

from events.accounts import GUESTS, MANAGERS, SERVICES
from events.actor import Actor
from events.graphql.execution import Read
from events.message import timestamp
from events.models import ApiKey, ProjectGrant
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
    """A user or a service, in the words of the wire; ``events.graphql.types.UserNode`` explains them."""

    name: str
    active: bool
    created_at: datetime
    updated_at: datetime
    access_groups: str
    is_admin: bool
    is_manager: bool
    is_service: bool
    is_guest: bool
    has_password: bool
    api_key_preview: str | None
    all_attrib: str
    default_access_groups: tuple[()] = ()


NODE: Mapping[str, Read] = {
    **{to_camel_case(field.name): attrgetter(field.name) for field in fields(Person)},
    "createdAt": lambda person: timestamp(person.created_at),
    "updatedAt": lambda person: timestamp(person.updated_at),
}


def people_for(actor: Actor, wanted: Wanted) -> QuerySet[User]:
    """Return the users that are asked for and that the actor may know of. An empty list finds nobody."""
    users = User.objects.all() if actor.is_manager else User.objects.filter(username=actor.name)
    if wanted.names is not None:
        users = users.filter(username__in=_storable(wanted.names))
    if wanted.emails is not None:
        users = users.filter(email__in=_storable(wanted.emails))
    if wanted.project_name is not None:
        users = users.filter(_may_see(wanted.project_name))
    return users


def _storable(texts: Iterable[str]) -> set[str]:
    return {text for text in texts if not UNSTORABLE.search(text)}


def _may_see(project: str) -> Q:
    """Return the condition that a project is open to the user: by a grant, or because he runs the studio."""
    grants = ProjectGrant.objects.filter(project__in=_storable([project]))
    granted = Q(pk__in=grants.exclude(user=None).values("user")) | _in_groups(pk__in=grants.values("group"))
    managers = _in_groups(name=MANAGERS) & ~_in_groups(name=GUESTS)
    return granted | Q(is_superuser=True) | _in_groups(name=SERVICES) | managers


def _in_groups(**which: object) -> Q:
    """Return the condition that the user is in such a group."""
    return Q(pk__in=User.objects.filter(groups__in=Group.objects.filter(**which)).values("pk"))


def described(users: Sequence[User]) -> list[Person]:
    """Return what is said of the users: as many queries for a thousand of them as for one."""
    keys = ApiKey.objects.order_by("created_at").only("user_id", "preview")
    prefetch_related_objects(users, "groups__projectgrant_set", "projectgrant_set", Prefetch("apikeys", keys))
    return [_person(user) for user in users]


def _person(user: User) -> Person:
    groups = {group.name for group in user.groups.all()}
    is_operator = user.is_superuser or SERVICES in groups
    is_guest = GUESTS in groups and not is_operator
    keys = list(user.apikeys.all())
    return Person(
        name=user.username,
        active=user.is_active,
        created_at=user.date_joined,
        updated_at=user.date_joined,  # Django does not keep when a user was changed
        access_groups=json.dumps(_access_groups(user)),
        is_admin=user.is_superuser,
        is_manager=is_operator or (MANAGERS in groups and not is_guest),
        is_service=SERVICES in groups,
        is_guest=is_guest,
        has_password=user.has_usable_password(),
        api_key_preview=keys[-1].preview if keys else None,
        all_attrib=json.dumps({"fullName": user.get_full_name(), "email": user.email}),
    )


def _access_groups(user: User) -> dict[str, list[str]]:
    """Return the user's projects, each with the groups that open it; a grant to himself needs no group."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for grant in user.projectgrant_set.all():
        groups[grant.project] += []
    for group in user.groups.all():
        for grant in group.projectgrant_set.all():
            groups[grant.project].append(group.name)
    return dict(sorted(groups.items()))
