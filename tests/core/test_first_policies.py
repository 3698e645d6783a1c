"""What a fresh installation lets nobody dispatch."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from events import accounts
from events.dispatch import NewEvent, dispatch
from events.errors import Forbidden
from events.models import Event, TopicPolicy
from events.stream import dispatch_event
from tests.conftest import Roles


@pytest.fixture
def first_policies(db: None) -> None:
    import_module("events.migrations.0003_access").refuse_our_topics(apps, connection.schema_editor())


@pytest.mark.usefixtures("first_policies")
@pytest.mark.parametrize("store", [True, False])
@pytest.mark.parametrize("topic", ["server.started", "auth.login", "log.error", "audit.key.created"])
def test_the_servers_topics_are_the_servers(people: Roles, topic: str, store: bool) -> None:
    for name in ("admin", "manager", "service"):
        with pytest.raises(Forbidden):
            dispatch(NewEvent(topic=topic, store=store), accounts.actor_of(people[name]))
    assert not Event.objects.exists()
    dispatch_event(topic)
    assert Event.objects.get().topic == topic


@pytest.mark.usefixtures("first_policies")
def test_a_studio_may_let_a_group_write_logs(people: Roles) -> None:
    TopicPolicy.objects.create(verb="dispatch", topic="log.*", allows=True, group=people["service"].groups.get())
    dispatch(NewEvent(topic="log.error"), accounts.actor_of(people["service"]))
    with pytest.raises(Forbidden):
        dispatch(NewEvent(topic="log.error"), accounts.actor_of(people["manager"]))
