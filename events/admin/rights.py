"""What a role, a group or a user may do, in plain words: by the role, and by the topic policies as they are now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import Group, User
from django.db.models import Q

from events import accounts
from events.access import GUEST_TOPICS, PRIVATE_TOPICS
from events.models import ProjectGrant, TopicPolicy
from events.policies import Verb, covers

ROLES: Mapping[str, str] = {
    "admin": "Runs the installation: may do everything but pull jobs. A superuser is an admin.",
    "manager": "Runs the studio: sees all projects, makes and changes events; restarts, aborts and deletes none.",
    "service": "A program: sees all projects, may do everything, and alone pulls jobs. It has keys and no password.",
    "user": "Works in the projects that were granted: reads their events, and changes those of his own.",
    "guest": "Looks on from outside: hears of comments and new versions in the projects that were granted.",
}
"""What each role is for; who is neither superuser nor in one of the groups has the role user."""
DUTIES: Mapping[Verb, str] = {
    Verb.DISPATCH: "Dispatch events",
    Verb.PUBLISH: "Tell others, without storing",
    Verb.READ: "Read and list events",
    Verb.RECEIVE: "Hear of events as they happen",
    Verb.UPDATE: "Change events",
    Verb.ENROLL: "Pull jobs",
    Verb.OPERATE: "Restart, abort and delete events",
}
NOTHING, ALL = "no", "all events"
ANY = "any topic"
GRANTED = f"granted projects; without a project all but {', '.join(f'{prefix}*' for prefix in PRIVATE_TOPICS)}"
BY_ROLE: Mapping[Verb, Mapping[str, str]] = {
    Verb.DISPATCH: {"admin": ANY, "manager": ANY, "service": ANY},
    Verb.PUBLISH: {"admin": ANY, "manager": ANY, "service": ANY},
    Verb.READ: {"admin": ALL, "manager": ALL, "service": ALL, "user": GRANTED},
    Verb.RECEIVE: {
        "admin": ALL,
        "manager": ALL,
        "service": ALL,
        "user": GRANTED,
        "guest": f"{', '.join(GUEST_TOPICS)} of granted projects",
    },
    Verb.UPDATE: {"admin": ALL, "manager": ALL, "service": ALL, "user": "his own, in granted projects"},
    Verb.ENROLL: {"service": ANY},
    Verb.OPERATE: {"admin": ALL, "service": ALL},
}
"""What ``events.access`` gives to the roles; who is not named may not. The audit trail is nobody's to change."""


ROLE_GROUPS = (accounts.MANAGERS, accounts.GUESTS, accounts.SERVICES)
"""The groups that are roles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One line of the table."""

    name: str
    by_role: str
    allowed: list[str]
    """Topics and patterns that policies allow, with whom they name."""
    refused: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What is said of somebody's rights."""

    summary: str
    duties: list[Duty]
    projects: list[str] | None
    """None: all of them."""


def rights_of_group(group: Group) -> Rights:
    """Return what being in the group brings: a role, policies, projects."""
    role = group.name if group.name in ROLE_GROUPS else None
    concerning = Q(role="", group=None, key=None) | Q(group=group) | (Q(role=role) if role else Q(pk__in=()))
    granted = ProjectGrant.objects.filter(group=group)
    return Rights(
        summary=ROLES[role] if role else "No role: its members keep their own, and share projects and policies.",
        duties=_duties(role, TopicPolicy.objects.filter(concerning)),
        projects=None if role in ("manager", "service") else _names(granted),
    )


def rights_of_user(user: User) -> Rights:
    """Return what the user may do by his role, his groups, and the permission to operate; his keys may be limited."""
    actor = accounts.actor_of(user)
    names_him = Q(role="", group=None, key=None) | Q(role=actor.role) | Q(group__in=user.groups.all())
    operates = f"{ALL} that he may see, by a permission" if actor.has_operator_grant and not actor.is_guest else None
    return Rights(
        summary=f"Role {actor.role}. {ROLES[actor.role]}" if user.is_active else "Disabled: does not get in.",
        duties=_duties(actor.role, TopicPolicy.objects.filter(names_him), operates=operates),
        projects=None if actor.is_manager else sorted(actor.projects),
    )


def _duties(role: str | None, policies: Iterable[TopicPolicy], *, operates: str | None = None) -> list[Duty]:
    found = list(policies)
    duties = []
    for verb, name in DUTIES.items():
        by_role = BY_ROLE[verb].get(role, NOTHING) if role else "as their role"
        if verb == Verb.OPERATE and operates:
            by_role = operates
        allowed = [_said(each) for each in found if each.allows and covers(Verb(each.verb), verb)]
        needed = (verb, Verb.READ) if verb == Verb.OPERATE else (verb,)  # who operates sees what there is
        refused = [
            _said(each) for each in found if not each.allows and any(covers(Verb(each.verb), one) for one in needed)
        ]
        duties.append(Duty(name=name, by_role=by_role, allowed=allowed, refused=refused))
    return duties


def _said(policy: TopicPolicy) -> str:
    return f"{policy.topic} ({policy.subject})"


def _names(grants: Iterable[ProjectGrant]) -> list[str]:
    return sorted({grant.project for grant in grants})
