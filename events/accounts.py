"""Who is who: keys, tokens and Django users become actors here, and nowhere else."""

import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.models import AbstractBaseUser, Group, User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from events import conf, logins
from events.actor import Actor
from events.errors import CredentialInvalid, LoginFailed, UserMissing
from events.models import AccessToken, ApiKey, ProjectGrant, TopicPolicy
from events.models.credential import ADDRESS_LENGTH, PROGRAM_LENGTH
from events.policies import UNLIMITED, Policy, Verb, in_order
from events.validation import UNSTORABLE

Secret = TypeVar("Secret", ApiKey, AccessToken)

MANAGERS, GUESTS, SERVICES = "manager", "guest", "service"
"""The groups that stand for roles; a superuser is an admin."""

KEY_LENGTH = 32
TOKEN_LENGTH = 64
LAST_USE = timedelta(minutes=1)
"""How exact ``last_used_at`` is, so that a busy key is no busy row."""
LOGIN_LENGTH = 4096
"""Characters of a name with its password; more is nobody's, and not worth the hashing."""


def actor_of(user: AbstractBaseUser, key: ApiKey | None = None) -> Actor:
    """Return the actor that a Django user is at this moment, with ``key`` within the limits of that key.

    A guest is one even among the managers.
    """
    assert isinstance(user, User)  # noqa: S101 - for mypy: AUTH_USER_MODEL is Django's
    groups = set(user.groups.values_list("name", flat=True))
    granted = ProjectGrant.objects.filter(Q(user=user) | Q(group__user=user))
    actor = actor_with(user, groups, granted.values_list("project", flat=True))
    is_trusted = actor.is_operator
    scope = key.scope if key else UNLIMITED
    return replace(
        actor,
        has_operator_grant=not is_trusted and user.has_perm("events.operate_event"),
        sees_secrets=(is_trusted or user.has_perm("events.view_secrets")) and scope.allows_verb(Verb.READ),
        policies=_policies_about(actor.role, groups, key),
        scope=scope,
        key=f"key {key.pk}" if key else "",
    )


def _policies_about(role: str, groups: Collection[str], key: ApiKey | None) -> tuple[Policy, ...]:
    """Return the policies that concern somebody."""
    everybody = Q(role="", group=None, key=None)
    concerning = everybody | Q(role=role) | Q(group__name__in=groups) | (Q(key=key) if key else Q(pk__in=()))
    return in_order(policy.ruling for policy in TopicPolicy.objects.filter(concerning))


def actor_with(user: User, groups: Collection[str], projects: Iterable[str]) -> Actor:
    """Return the actor that a user is who belongs to these groups and was granted these projects."""
    is_service = SERVICES in groups
    is_guest = GUESTS in groups and not user.is_superuser and not is_service
    return Actor(
        name=user.username,
        is_admin=user.is_superuser,
        is_service=is_service,
        has_manager_role=MANAGERS in groups and not is_guest,
        is_guest=is_guest,
        projects=frozenset(projects),
    )


def with_project(project: str) -> Q:
    """Return the condition on users that they may see a project: by a grant, or because they run the studio."""
    if UNSTORABLE.search(project):  # it can be nobody's, and PostgreSQL cannot be asked
        project = ""
    grants = ProjectGrant.objects.filter(project=project)
    granted = Q(pk__in=grants.exclude(user=None).values("user")) | _in_groups(pk__in=grants.values("group"))
    managers = _in_groups(name=MANAGERS) & ~_in_groups(name=GUESTS)
    return granted | Q(is_superuser=True) | _in_groups(name=SERVICES) | managers


def _in_groups(**which: object) -> Q:
    """Return the condition that the user is in such a group."""
    return Q(pk__in=User.objects.filter(groups__in=Group.objects.filter(**which)).values("pk"))


def actor_named(name: str) -> Actor:
    """Return the actor of an active user; UserMissing if there is none."""
    if UNSTORABLE.search(name):  # it can be nobody's, and PostgreSQL cannot be asked
        raise UserMissing
    user = get_user_model().objects.filter(username=name, is_active=True).first()
    if user is None:
        raise UserMissing
    return actor_of(user)


def actor_for_key(key: str) -> Actor:
    """Return whose API key it is; CredentialInvalid if it is nobody's, has expired, or the user is disabled."""
    digest = _digest(key)
    return _known.get(("key", digest), lambda: _holder(digest))


def _holder(digest: str) -> Actor:
    key = _found(ApiKey.objects.all(), digest, "Invalid API key")
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at > LAST_USE:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return replace(actor_of(key.user, key), default_wait=float(key.wait_seconds))


def actor_for_token(token: str) -> Actor:
    """Return who logged in with the token; CredentialInvalid as for keys."""
    digest = _digest(token)
    return _known.get(
        ("token", digest), lambda: actor_of(_found(AccessToken.objects.all(), digest, "Invalid session").user)
    )


def _found(credentials: QuerySet[Secret], digest: str, refusal: str) -> Secret:
    """Return the credential that lets somebody in, or raise CredentialInvalid."""
    lasting = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    found = credentials.filter(lasting, digest=digest, user__is_active=True).select_related("user").first()
    if found is None:
        raise CredentialInvalid(refusal)
    return found


def log_in(name: str, password: str, address: str | None = None, program: str = "") -> tuple[str, Actor]:
    """Check a password; return a new token, which is not to be had again, and the actor. Or raise LoginFailed.

    From where it comes is kept with the token. TooManyRequests if there were too many wrong ones: EVENTS_LOGIN_RATE.
    """
    logins.check(name, address)
    is_nobodys = len(name) + len(password) > LOGIN_LENGTH or UNSTORABLE.search(name + password)
    user = None if is_nobodys else authenticate(username=name, password=password)
    if user is None:
        logins.note_failure(name, address)
        raise LoginFailed
    logins.note_success(name, address)
    token = secrets.token_hex(TOKEN_LENGTH // 2)
    expires_at = timezone.now() + timedelta(hours=conf.token_lifetime_hours())
    whence = {"address": (address or "")[:ADDRESS_LENGTH], "program": UNSTORABLE.sub("", program)[:PROGRAM_LENGTH]}
    AccessToken.objects.create(user=user, digest=_digest(token), expires_at=expires_at, **whence)
    return token, actor_of(user)


def log_out(token: str) -> None:
    """End a token; one that is unknown has ended already."""
    AccessToken.objects.filter(digest=_digest(token)).delete()
    forget()


def service_account(name: str) -> User:
    """Return the user of a service, made if it is new: it has a role and keys, and no password."""
    user, created = User.objects.get_or_create(username=name)
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    user.groups.add(Group.objects.get_or_create(name=SERVICES)[0])
    return user


def issue_key(user: User, name: str, key: str | None = None, **limits: object) -> str:
    """Give a user a key and return it; only its digest is kept. ``key``: this one, instead of a random one."""
    key = key or secrets.token_hex(KEY_LENGTH // 2)
    facts: dict[str, object] = {"user": user, "name": name, "preview": key[:4], **limits}
    ApiKey.objects.update_or_create(digest=_digest(key), defaults=facts)
    forget()
    return key


def new_secret(key: ApiKey) -> str:
    """Give a key that is not stored yet its secret, and return that; only its digest will be kept."""
    secret = secrets.token_hex(KEY_LENGTH // 2)
    key.digest, key.preview = _digest(secret), secret[:4]
    return secret


def rotate_key(key: ApiKey) -> tuple[ApiKey, str]:
    """Make a key that may do what this one may, policies included, and return it with its secret.

    This one goes on for EVENTS_KEY_OVERLAP_HOURS, no longer.
    """
    limits = {name: getattr(key, name) for name in ("expires_at", "verbs", "topics", "projects", "wait_seconds")}
    successor = ApiKey(user=key.user, name=key.name, **limits)
    secret = new_secret(successor)
    end = timezone.now() + timedelta(hours=conf.key_overlap_hours())
    with transaction.atomic():
        successor.save()
        for policy in TopicPolicy.objects.filter(key=key):
            policy.pk, policy.key, policy._state.adding = None, successor, True  # noqa: SLF001 - Django's way to copy
            policy.save()
        key.expires_at = min(key.expires_at or end, end)
        key.save(update_fields=["expires_at"])
    forget()
    return successor, secret


def forget() -> None:
    """Check every credential anew from now on, in this process; others follow within seconds."""
    _known.clear()


def _digest(secret: str) -> str:
    # What came out of JSON may hold half a character; it is nobody's secret, and no reason to fail.
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


class _Known:
    """Actors of the credentials that were checked in the last seconds: it saves three queries a request."""

    MOST = 10_000

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._actors: dict[tuple[str, str], tuple[float, Actor]] = {}

    def get(self, credential: tuple[str, str], check: Callable[[], Actor]) -> Actor:
        """Return the actor; what is refused is not remembered, so that a new key counts at once.

        A credential is its kind and digest: a token that was checked does not pass for an API key.
        """
        now = time.monotonic()
        seconds = conf.credential_cache_seconds()
        with self._lock:
            checked, actor = self._actors.get(credential, (-seconds, None))
        if actor is not None and now - checked < seconds:
            return actor
        actor = check()
        with self._lock:
            if len(self._actors) >= self.MOST:
                self._actors.clear()
            self._actors[credential] = (now, actor)
        return actor

    def clear(self) -> None:
        with self._lock:
            self._actors.clear()


_known = _Known()
