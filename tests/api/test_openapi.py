"""The OpenAPI document; with UPDATE_SNAPSHOTS=1 the snapshot is written anew."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.validation import validate_schema

from events.api.filters import EventFilter
from events.api.openapi import document

SNAPSHOT = Path(__file__).resolve().parents[1] / "snapshots" / "openapi.json"


def test_it_is_the_one_that_was_agreed_on() -> None:
    text = json.dumps(document(), indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(text)
    assert text == SNAPSHOT.read_text()


def test_it_is_valid() -> None:
    validate_schema(document())


def routes(patterns: list[Any], prefix: str = "/") -> Iterator[tuple[str, Any]]:
    for each in patterns:
        path = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from routes(each.url_patterns, path)
        elif isinstance(each, URLPattern) and hasattr(each.callback, "cls"):
            yield path.replace("<str:", "{").replace(">", "}"), each.callback


def methods(view: Any) -> set[str]:
    """Return what a view answers to."""
    if actions := getattr(view, "actions", None):
        return set(actions) - {"head"}
    return {method for method in ("get", "post", "put", "patch", "delete") if hasattr(view.cls, method)}


def test_every_endpoint_is_in_it_and_is_described() -> None:
    paths = document()["paths"]
    assert {path: set(operations) for path, operations in paths.items()} == {
        path: methods(view) for path, view in routes(get_resolver().url_patterns)
    }
    for operations in paths.values():
        for operation in operations.values():
            assert "\n\nFor " in operation["description"]
            assert all(answer["description"] for answer in operation["responses"].values())
            assert "503" in operation["responses"]


def test_names_are_in_camel_case() -> None:
    def names(schema: Any) -> Iterator[str]:
        if isinstance(schema, dict):
            yield from schema.get("properties", {})
            for each in schema.values():
                yield from names(each)

    schemas = document()["components"]["schemas"]
    in_snake_case = {name for shape, schema in schemas.items() if shape != "QueriedEvent" for name in names(schema)}
    assert {name for name in in_snake_case if "_" in name} == set()
    assert {name for name in names(schemas["QueriedEvent"]) if name != name.lower()} == set()


def test_the_list_has_the_filters_that_it_has() -> None:
    told = {each["name"] for each in document()["paths"]["/api/events"]["get"]["parameters"]}
    assert told == set(EventFilter.base_filters) - {"depends_on", "created_after", "created_before"} | {
        "limit",
        "cursor",
    }


@pytest.mark.parametrize("role", ["admin", "manager", "service"])
def test_managers_may_read_it(api_as: Callable[[str], Client], role: str) -> None:
    answer = api_as(role).get("/openapi.json")
    assert (answer.status_code, answer.json()) == (200, document())


@pytest.mark.parametrize("role", ["artist", "guest"])
def test_the_others_may_not(api_as: Callable[[str], Client], role: str) -> None:
    answer = api_as(role).get("/openapi.json")
    detail = "Only managers can read the description of the API"
    assert (answer.status_code, answer.json()) == (403, {"code": 403, "detail": detail})
    assert Client().get("/openapi.json").status_code == 401
