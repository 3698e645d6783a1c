import time
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone

from events import accounts
from events.accounts import actor_for_key, actor_for_token, actor_named, actor_of, issue_key, log_in, log_out
from events.actor import Actor
from events.errors import CredentialInvalid, LoginFailed, UserMissing
from events.models import AccessToken, ApiKey, ProjectGrant
from tests.conftest import Roles

pytestmark = pytest.mark.django_db
LONG_AGO = timezone.now() - timedelta(seconds=1)

ROLES = [
    ("admin", Actor(name="admin", is_admin=True, sees_secrets=True)),
    ("manager", Actor(name="manager", has_manager_role=True)),
    ("service", Actor(name="service", is_service=True, sees_secrets=True)),
    ("artist", Actor(name="artist", projects=frozenset({"alpha"}))),
    ("guest", Actor(name="guest", is_guest=True, projects=frozenset({"alpha"}))),
]


@pytest.mark.parametrize(("name", "expected"), ROLES)
def test_a_user_is_an_actor(people: Roles, name: str, expected: Actor) -> None:
    assert actor_of(people[name]) == expected
    assert actor_named(name) == expected


def test_projects_are_granted_to_users_and_to_groups(people: Roles) -> None:
    team = Group.objects.create(name="team")
    people["artist"].groups.add(team)
    ProjectGrant.objects.create(project="beta", group=team)
    ProjectGrant.objects.create(project="gamma", group=Group.objects.create(name="others"))
    assert actor_of(people["artist"]).projects == {"alpha", "beta"}


def test_nobody_is_no_actor(people: Roles) -> None:
    User.objects.filter(username="artist").update(is_active=False)
    for name in ("nobody", "artist", "ARTIST"):
        with pytest.raises(UserMissing):
            actor_named(name)


def test_a_key_lets_its_user_in_and_only_a_digest_is_kept(people: Roles) -> None:
    key = issue_key(people["artist"], "laptop")
    assert (len(key), key.isalnum()) == (32, True)
    assert actor_for_key(key).name == "artist"
    kept = ApiKey.objects.get()
    assert (kept.name, kept.preview) == ("laptop", key[:4])
    assert key not in str(ApiKey.objects.values_list().get())
    assert str(kept) == f"laptop ({key[:4]}…)"


def test_a_key_may_be_given(people: Roles) -> None:
    assert issue_key(people["artist"], "first", "k" * 32) == "k" * 32
    issue_key(people["manager"], "moved", "k" * 32)
    assert actor_for_key("k" * 32).name == "manager"
    assert ApiKey.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x" * 32, "half\ud83d"])
def test_an_unknown_key_is_refused(people: Roles, key: str) -> None:
    issue_key(people["artist"], "laptop")
    with pytest.raises(CredentialInvalid, match=r"^Invalid API key$"):
        actor_for_key(key)


def test_an_expired_key_is_refused(people: Roles) -> None:
    key = issue_key(people["artist"], "laptop")
    ApiKey.objects.update(expires_at=timezone.now() + timedelta(minutes=1))
    assert actor_for_key(key).name == "artist"
    ApiKey.objects.update(expires_at=LONG_AGO)
    with pytest.raises(CredentialInvalid):
        actor_for_key(key)


def test_a_disabled_user_is_refused(people: Roles) -> None:
    key, (token, _) = issue_key(people["artist"], "laptop"), log_in("artist", "artist")
    User.objects.filter(username="artist").update(is_active=False)
    with pytest.raises(CredentialInvalid):
        actor_for_key(key)
    with pytest.raises(CredentialInvalid):
        actor_for_token(token)
    with pytest.raises(LoginFailed):
        log_in("artist", "artist")


def test_a_login_gives_a_token_that_lasts_for_its_time(people: Roles, settings: Any) -> None:
    settings.EVENTS_TOKEN_LIFETIME_HOURS = 3
    token, actor = log_in("artist", "artist")
    assert (len(token), int(token, 16) > 0, actor.name) == (64, True, "artist")
    assert actor_for_token(token) == actor
    kept = AccessToken.objects.get()
    assert kept.expires_at is not None
    assert timedelta(hours=2.99) < kept.expires_at - timezone.now() <= timedelta(hours=3)
    assert token not in str(AccessToken.objects.values_list().get())
    AccessToken.objects.update(expires_at=LONG_AGO)
    with pytest.raises(CredentialInvalid, match=r"^Invalid session$"):
        actor_for_token(token)


BAD_LOGINS = [("artist", ""), ("artist", "guest"), ("", ""), ("nobody", "artist"), ("ARTIST", "artist")]
STRANGE_LOGINS = [("artist\0", "artist"), ("artist", "\0"), ("\ud83d", "a"), ("artist", "\ud83d"), ("a", "a" * 5000)]


@pytest.mark.parametrize(("name", "password"), BAD_LOGINS + STRANGE_LOGINS)
def test_a_wrong_login_is_refused(people: Roles, name: str, password: str) -> None:
    with pytest.raises(LoginFailed):
        log_in(name, password)
    assert not AccessToken.objects.exists()


def test_who_logs_out_ends_one_token(people: Roles) -> None:
    first, _ = log_in("artist", "artist")
    second, _ = log_in("artist", "artist")
    log_out(first)
    log_out("unknown")
    with pytest.raises(CredentialInvalid):
        actor_for_token(first)
    assert actor_for_token(second).name == "artist"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[float]:
    """Credentials are trusted for two seconds, which pass when the test says so."""
    settings.EVENTS_CREDENTIAL_CACHE_SECONDS = 2.0
    now = [time.monotonic()]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_a_revoked_key_is_refused_within_the_time_set(people: Roles, clock: list[float]) -> None:
    key = issue_key(people["artist"], "laptop")
    assert actor_for_key(key).name == "artist"
    ApiKey.objects.all().delete()
    clock[0] += 1.99
    assert actor_for_key(key).name == "artist"
    clock[0] += 0.01
    with pytest.raises(CredentialInvalid):
        actor_for_key(key)


def test_a_checked_credential_needs_no_query(people: Roles, clock: list[float], django_assert_num_queries: Any) -> None:
    key = issue_key(people["artist"], "laptop")
    with django_assert_num_queries(7):  # the key, its last use, groups, projects, two for a permission, policies
        actor_for_key(key)
    with django_assert_num_queries(0):
        actor_for_key(key)


def test_a_refused_key_counts_at_once_when_it_is_issued(people: Roles, clock: list[float]) -> None:
    with pytest.raises(CredentialInvalid):
        actor_for_key("k" * 32)
    issue_key(people["artist"], "laptop", "k" * 32)
    assert actor_for_key("k" * 32).name == "artist"


def test_logging_out_counts_at_once(people: Roles, clock: list[float]) -> None:
    token, _ = log_in("artist", "artist")
    actor_for_token(token)
    log_out(token)
    with pytest.raises(CredentialInvalid):
        actor_for_token(token)


def test_a_token_that_was_checked_does_not_pass_for_a_key(people: Roles, clock: list[float]) -> None:
    token, _ = log_in("artist", "artist")
    actor_for_token(token)
    with pytest.raises(CredentialInvalid, match=r"^Invalid API key$"):
        actor_for_key(token)


def test_a_service_has_a_role_and_no_password(db: None) -> None:
    Group.objects.filter(name="service").delete()
    made = accounts.service_account("ftrack")
    assert actor_of(made) == Actor(name="ftrack", is_service=True, sees_secrets=True)
    assert not made.has_usable_password()
    assert accounts.service_account("ftrack") == made
