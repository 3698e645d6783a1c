"""Requests by chance, as the OpenAPI document allows and forbids them: no 5xx, and no answer it does not describe.

The chance is the same in every run; FUZZ_SEED sets another one, FUZZ_EXAMPLES more requests for each endpoint.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, seed, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from events import accounts
from events.api.openapi import document
from tests.conftest import Roles
from tests.factories import make_event

SEED = int(os.environ.get("FUZZ_SEED", "20261123"))
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "18"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

schema = schemathesis.openapi.from_dict(document())
schema.app = WSGIHandler()
schema.config.phases.coverage.enabled = False  # two thousand systematic requests more; too slow for every run


def fuzzed(examples: int) -> settings:
    return settings(
        max_examples=examples, deadline=None, database=None, print_blob=False, suppress_health_check=list(HealthCheck)
    )


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """Leave the connection of the test open between requests, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def key(people: Roles) -> str:
    """The key of a service, with something to work on."""
    source = make_event("test.source", project="alpha")
    make_event("test.job", depends_on=source.id, finished=False)
    return accounts.issue_key(people["service"], "fuzz")


def send(case: Case[Any], headers: dict[str, str]) -> None:
    cache.clear()  # or else the eleventh wrong login is told to come again later, with a 503
    case.call_and_validate(headers=headers, checks=CHECKS)


@schema.parametrize()
@seed(SEED)
@fuzzed(EXAMPLES)
def test_a_service_gets_what_the_document_describes(case: Case[Any], key: str) -> None:
    send(case, {"X-Api-Key": key})


@schema.include(path_regex="{").parametrize()
@seed(SEED)
@fuzzed(EXAMPLES // 3)
def test_of_what_there_is_it_gets_so_too(case: Case[Any], key: str) -> None:
    known = {"event_id": make_event(project="alpha").id.hex, "name": "alpha"}
    if case.path.startswith("/api/users"):
        known["name"] = "artist"
    case.path_parameters = {name: known[name] for name in case.path_parameters}
    send(case, {"X-Api-Key": key})


@schema.parametrize()
@seed(SEED)
@fuzzed(EXAMPLES // 3)
def test_nobody_gets_what_the_document_describes(case: Case[Any], db: None) -> None:
    send(case, {"Authorization": ""})
