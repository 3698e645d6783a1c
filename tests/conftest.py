"""Who and what the tests work with."""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Group, User
from django.db import connection
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.test import Client

from events import accounts, audit, bus, hooks, origin, throttle
from events.message import Message
from events.models import ProjectGrant, TopicPolicy

POSTGRES = django_settings.DATABASES["default"]["ENGINE"].endswith("postgresql")


def pytest_report_header() -> str:
    layer = str(django_settings.CHANNEL_LAYERS["default"]["BACKEND"]).rpartition(".")[2]
    return f"profile: {'PostgreSQL' if POSTGRES else 'SQLite'}, {layer}"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A database of this run's own; on SQLite a file, because threads must share it.

    To make and drop it may take PostgreSQL longer than any statement of ours, while others keep it busy.
    """
    name = f"test_ayonevents_{os.getpid()}"
    if not POSTGRES:
        name = str(Path(tmp_path_factory.mktemp("database")) / "test.sqlite3")
    django_settings.DATABASES["default"]["TEST"]["NAME"] = name
    beside: Any = connection._nodb_cursor  # noqa: SLF001 - it is what Django makes and drops databases with

    @contextmanager
    def without_time_limit() -> Iterator[Any]:
        with beside() as cursor:
            if POSTGRES:
                cursor.execute("SET statement_timeout = 0")
            yield cursor

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "_nodb_cursor", without_time_limit)
        yield


@pytest.fixture(scope="session", autouse=True)
def flush_past_the_seal() -> Iterator[None]:
    """Let Django empty the tables of SQLite after a test, row by row, records of the audit trail included."""
    sealed = import_module("events.migrations.0007_audit_sealed")
    operations = DatabaseWrapper.ops_class
    sql_flush = operations.sql_flush

    def unsealed(*args: Any, **options: Any) -> list[str]:
        return [*sealed.UNDO["sqlite"], *sql_flush(*args, **options), *sealed.SQLITE]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "sql_flush", unsealed)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Begin without the policies that the migration made: a test that is about them makes them (``our_topics``).

    At the end send away whoever is still connected, as a thread that asgiref keeps may be: else the database cannot be
    dropped.
    """
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        leave_the_scene_unrecorded(patch)
        TopicPolicy.objects.all().delete()
    yield
    if POSTGRES:
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def fresh_credentials() -> None:
    accounts.forget()
    throttle.forget()


@pytest.fixture(autouse=True)
def unrecorded_scene(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave no record of the people that a test makes for its scene, unless it is marked with ``command_line``."""
    if not request.node.get_closest_marker("command_line"):
        leave_the_scene_unrecorded(monkeypatch)


def leave_the_scene_unrecorded(patch: pytest.MonkeyPatch) -> None:
    """Record only what comes through a door."""
    tell = audit._tell  # noqa: SLF001 - what every record of people and rights goes through

    def tell_of_doors(*args: Any, **facts: Any) -> None:
        if origin.current() is not origin.COMMAND_LINE:
            tell(*args, **facts)

    patch.setattr(audit, "_tell", tell_of_doors)


Roles = dict[str, User]


@pytest.fixture
def people(db: None) -> Roles:
    """One user of each role; the artist and the guest were granted ``alpha``."""
    made = {name: User.objects.create_user(name, password=name) for name in ("manager", "artist", "guest")}
    made["admin"] = User.objects.create_superuser("admin", password="admin")
    made["service"] = accounts.service_account("service")
    for role in ("manager", "guest"):
        group, _ = Group.objects.get_or_create(name=role)
        made[role].groups.add(group)
    for name in ("artist", "guest"):
        ProjectGrant.objects.create(project="alpha", user=made[name])
    return made


@pytest.fixture
def api_as(people: Roles) -> Callable[[str], Client]:
    """A REST client of somebody by name."""

    def client_of(name: str) -> Client:
        return Client(headers={"X-Api-Key": accounts.issue_key(people[name], "tests")})

    return client_of


@pytest.fixture
def api(api_as: Callable[[str], Client]) -> Client:
    """A REST client of the service."""
    return api_as("service")


Publishing = Callable[[], AbstractContextManager[list[Message]]]


@pytest.fixture
def publishing(django_capture_on_commit_callbacks: Any) -> Publishing:
    """``with publishing() as messages``: after the block they are what was published in it, updates included."""

    @contextmanager
    def listen() -> Iterator[list[Message]]:
        told: list[Message] = []
        unsubscribe = hooks.subscribe("*", told.append, updates=True)
        try:
            with django_capture_on_commit_callbacks(execute=True):
                yield told
        finally:
            unsubscribe()

    return listen


@pytest.fixture
def published() -> Iterator[list[str]]:
    """The topics of what was published, updates included, in tests that commit."""
    topics: list[str] = []
    unsubscribe = hooks.subscribe("*", lambda message: topics.append(message.topic), updates=True)
    yield topics
    unsubscribe()


@pytest.fixture
async def running_bus() -> AsyncIterator[None]:
    """What the lifespan of a server does."""
    await bus.start()
    yield
    await bus.stop()


@pytest.fixture
def session(people: Roles) -> str:
    """The cookie of a manager's browser."""
    browser = Client()
    assert browser.login(username="manager", password="manager")
    return f"sessionid={browser.cookies['sessionid'].value}"
