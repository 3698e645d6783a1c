import math
from typing import Any
from uuid import UUID

import pytest

from events.dispatch import NewEvent
from events.enroll import EnrollRequest
from events.errors import InvalidField
from events.update import EventChanges
from events.validation import parse_id
from events.watermark import Sources

TOO_DEEP: dict[str, Any] = {}
for _ in range(64):
    TOO_DEEP = {"deeper": TOO_DEEP}
DEEPEST = TOO_DEEP["deeper"]

BAD_EITHER_WAY: list[tuple[str, object]] = [
    ("sender", "s" * 256),
    ("sender", "nul\0"),
    ("sender_type", "t" * 256),
    ("project", ""),
    ("project", "a b"),
    ("project", ".a"),
    ("project", "a-"),
    ("project", "p" * 256),
    ("user", "u" * 256),
    ("user", "half\ud83d"),
    ("description", "d" * 16_385),
    ("description", "nul\0"),
    ("summary", []),
    ("summary", {"n": math.nan}),
    ("summary", {"n": [math.inf]}),
    ("summary", {"text": "nul\0"}),
    ("summary", {"half\udc00": 1}),
    ("summary", {1: "key"}),
    ("summary", {"when": {1, 2}}),
    ("summary", TOO_DEEP),
    ("payload", "text"),
    ("payload", {"n": -math.inf}),
    ("progress", -0.1),
    ("progress", 100.1),
    ("progress", math.nan),
    ("recipients", "bob"),
    ("recipients", ["u" * 256]),
    ("recipients", ["u"] * 1001),
]
BAD_IN_DISPATCH: list[tuple[str, object]] = [("topic", "a-b"), ("topic", "a.*"), ("hash", "h" * 513), ("hash", "nul\0")]
BAD_IN_UPDATE: list[tuple[str, object]] = [
    ("status", "done"),
    ("status", ""),
    ("status", "FINISHED"),
    ("retries", -1),
    ("retries", 2**31),
    ("retries", 10**30),
]
BAD_IN_ENROLL = [
    ("sender", "s" * 256),
    ("sender_type", "nul\0"),
    ("description", "d" * 16_385),
    ("max_retries", -1),
    ("max_retries", 2**31),
]
BAD_SOURCES = [
    ("source_topic", {"topics": ()}),
    ("source_topic", {"topics": ("test.source",) * 201}),
    ("source_topic", {"topics": ("test.source", "a-b")}),
    ("source_topic", {"topics": ("half\ud83d",)}),
    ("target_topic", {"target_topic": "test.*"}),
    ("target_topic", {"target_topic": "a"}),
    ("ignore_sender_types", {"ignored_sender_types": ("nul\0",)}),
    ("ignore_sender_types", {"ignored_sender_types": ("t",) * 101}),
    ("ignore_older_than", {"max_age_days": -1}),
    ("ignore_older_than", {"max_age_days": 10**30}),
]


def wire_name(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(each.capitalize() for each in tail)


@pytest.mark.parametrize(("name", "value"), BAD_EITHER_WAY + BAD_IN_DISPATCH)
def test_a_new_event_refuses_and_names_the_field(name: str, value: Any) -> None:
    with pytest.raises(InvalidField) as refusal:
        NewEvent(**{"topic": "test.event", name: value})
    assert refusal.value.field == wire_name(name)


@pytest.mark.parametrize(("name", "value"), BAD_EITHER_WAY + BAD_IN_UPDATE)
def test_a_change_refuses_and_names_the_field(name: str, value: Any) -> None:
    with pytest.raises(InvalidField) as refusal:
        EventChanges(**{name: value})
    assert refusal.value.field == wire_name(name)


@pytest.mark.parametrize(("name", "value"), BAD_IN_ENROLL)
def test_an_enroll_request_refuses_and_names_the_field(name: str, value: Any) -> None:
    with pytest.raises(InvalidField) as refusal:
        EnrollRequest(sources=Sources(topics=("test.source",), target_topic="test.job"), **{name: value})
    assert refusal.value.field == wire_name(name)


@pytest.mark.parametrize(("name", "values"), BAD_SOURCES)
def test_sources_are_refused_and_the_field_is_named(name: str, values: dict[str, Any]) -> None:
    sources = Sources(**{"topics": ("test.source",), "target_topic": "test.job", **values})
    with pytest.raises(InvalidField) as refusal:
        EnrollRequest(sources=sources)
    assert refusal.value.field == wire_name(name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sender", "s" * 255),
        ("sender", ""),
        ("project", "p"),
        ("project", "_a.b-c_"),
        ("description", "d" * 16_384),
        ("summary", DEEPEST),
        ("summary", {"": [None, True, 1, 1.5, "é😀", (1,)]}),
        ("progress", 0),
        ("progress", 100.0),
        ("recipients", ["u"] * 1000),
        ("recipients", []),
    ],
)
def test_what_is_just_inside_the_limits_is_taken(name: str, value: Any) -> None:
    assert getattr(NewEvent(**{"topic": "test.event", name: value}), name) == value
    assert getattr(EventChanges(**{name: value}), name) == value


@pytest.mark.parametrize(("name", "value"), [("retries", 0), ("retries", 2**31 - 1), ("status", "restarted")])
def test_a_change_takes_the_whole_range(name: str, value: Any) -> None:
    assert getattr(EventChanges(**{name: value}), name) == value


BAD_IDS = [
    "",
    "0" * 31,
    "0" * 33,
    "A" * 32,
    "g" * 32,
    f"{'0' * 31}'",
    f"{'0' * 31}\n",
    "00000000-0000-0000-0000-000000000000",
]


@pytest.mark.parametrize("text", BAD_IDS)
def test_an_id_is_32_lowercase_hexadecimal_digits(text: str) -> None:
    with pytest.raises(InvalidField, match="expected an id of 32 hexadecimal digits") as refusal:
        parse_id("eventId", text)
    assert refusal.value.field == "eventId"


def test_an_id_is_taken_as_text_and_as_uuid() -> None:
    wanted = UUID(int=0xABC)
    assert parse_id("eventId", wanted.hex) == wanted
    assert parse_id("eventId", wanted) == wanted
