"""What ``GET /api/query`` says of filters is so."""

from itertools import chain
from typing import Any

import pytest
from django.test import Client

from events import columns, filter_guide, filters, message
from events.filter_examples import EXAMPLES, SAMPLES, Example
from events.models import Event
from tests.api.calls import post
from tests.factories import make_event


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.title)
def test_an_example_finds_what_it_says(api: Client, example: Example) -> None:
    ids = {make_event(**sample).id.hex: name for name, sample in SAMPLES.items()}
    status, found = post(api, "/api/query", {"entity": "event", "filter": example.filter})
    assert (status, {ids[each["id"]] for each in found}) == (200, set(example.finds))


def used(tree: Any) -> set[str]:
    """Return the operators of a filter, as the code spells them."""
    if "key" in tree:
        return {tree.get("operator", "eq").replace("-", "").replace("_", "")}
    return set(chain.from_iterable(map(used, tree["conditions"])))


def test_every_operator_is_explained_and_has_an_example() -> None:
    known = {operator for subject in columns.subjects().values() for operator in subject.operators}
    assert set(filter_guide.OPERATORS) == known
    assert set().union(*(used(example.filter) for example in EXAMPLES)) == known


def test_every_operator_takes_what_it_says() -> None:
    takes = {name: operator.value for name, operator in filter_guide.OPERATORS.items()}
    assert {name for name, value in takes.items() if value == "list"} == columns.WITH_LIST
    assert {name for name, value in takes.items() if value == "none"} == columns.WITHOUT_VALUE
    assert {name for name, value in takes.items() if value == "pattern"} == {"like"}


@pytest.mark.django_db
@pytest.mark.parametrize("name", filter_guide.OPERATORS)
def test_an_operator_holds_of_what_is_absent_if_it_says_so(name: str) -> None:
    make_event(payload={"other": 1})
    operator = filter_guide.OPERATORS[name]
    value = {"one": "a", "list": ["a"], "pattern": "%", "none": None}[operator.value]
    for spelling in filter(None, (name, operator.alias, name.upper())):
        condition = filters.condition_for(
            {"conditions": [{"key": "payload/absent", "operator": spelling, "value": value}]}
        )
        assert Event.objects.filter(condition).exists() is operator.absent


@pytest.mark.django_db
def test_every_field_of_an_event_is_a_key() -> None:
    keys = set(chain.from_iterable(each["keys"] for each in filter_guide.guide()["keys"]))
    assert keys == message.full(make_event(), clear=True).keys() - {"createdBy"} | {"summary/…", "payload/…"}


def test_a_program_gets_json(db: None) -> None:
    for accept in ("application/json", "*/*", "application/xml", "nonsense"):
        answer = Client().get("/api/query", headers={"Accept": accept})
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
        told = answer.json()
        assert set(told) == {"rules", "keys", "operators", "limits", "samples", "examples"}
        assert told["keys"][1]["keys"] == ["id", "dependsOn"]
        assert told["keys"][1]["value"] == "32 hexadecimal digits"
        assert told["examples"][0]["filter"] == EXAMPLES[0].filter


def test_a_browser_gets_a_page(db: None) -> None:
    answer = Client().get("/api/query", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    page = answer.content.decode()
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8")
    for name in (*filter_guide.OPERATORS, *SAMPLES):
        assert f'id="{name}"' in page
    assert page.count('class="example"') == len(EXAMPLES)
    assert "https://" not in page


def test_anybody_may_read_it_also_with_a_bad_credential(db: None) -> None:
    assert Client(headers={"X-Api-Key": "nobody"}).get("/api/query").status_code == 200
