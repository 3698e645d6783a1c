"""What the audit trail keeps of an operation: what was asked for, by whom and through whom, and no secret."""

import json
from urllib.parse import urlencode

import pytest

from events import accounts
from events.models import Event
from events.operations import Kind, Operation, operate
from tests.conftest import Roles
from tests.factories import make_event

pytestmark = pytest.mark.django_db

SECRET = "Hush-PW-77"
FILTER = {
    "operator": "or",
    "conditions": [
        {"conditions": [{"key": "payload/login/password", "value": SECRET}]},
        {"key": "payload.api_key", "operator": "in", "value": [SECRET]},
        {"key": "topic", "value": "test.note"},
    ],
}


def last_record() -> Event:
    return Event.objects.filter(topic__startswith="audit.operation.").latest("creation_order")


def test_the_values_that_a_filter_compares_secrets_with_are_masked(people: Roles) -> None:
    make_event("test.note", payload={"login": {"password": SECRET}})
    view = urlencode({"status": "finished", "where": json.dumps(FILTER), "q": f"password={SECRET}"})
    asked = Operation(kind=Kind.DELETE, filter=FILTER, view=view)
    assert operate(asked, accounts.actor_of(people["admin"])).affected == 1
    record = last_record()
    assert SECRET not in json.dumps(record.summary)
    assert [each["value"] for each in record.summary["filter"]["conditions"][1:]] == ["••••••", "test.note"]
    assert record.summary["view"].startswith("status=finished&where=")


def test_the_key_is_named_and_the_service_that_has_spoken_for_somebody(people: Roles) -> None:
    make_event("test.note")
    key = accounts.actor_for_key(accounts.issue_key(people["service"], "ftrack"))
    operate(Operation(kind=Kind.DELETE, everything=True), accounts.actor_of(people["admin"]).with_service(key))
    record = last_record()
    assert (record.user, record.summary["through"], record.summary["key"]) == ("admin", "service", key.key)
