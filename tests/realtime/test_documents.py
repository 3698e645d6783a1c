import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from events import adispatch_event, aupdate_event
from events.realtime import frames, protocol
from tests.realtime.sockets import Socket

DOCS = Path(__file__).resolve().parents[2] / "docs"
EXAMPLES = [
    json.loads(each) for each in re.findall(r"```json\n(.*?)\n```", (DOCS / "realtime.md").read_text(), re.DOTALL)
]
MESSAGES: dict[str, Any] = yaml.safe_load((DOCS / "asyncapi.yaml").read_text())["components"]["messages"]


KINDS = {each["payload"]["properties"]["topic"].get("const"): name for name, each in MESSAGES.items()}


def kind_of(frame: dict[str, Any]) -> str:
    return KINDS.get(frame["topic"], "event")


def problems(frame: dict[str, Any], schema: dict[str, Any]) -> set[str]:
    """Return the fields that should be there and are not, and those that should not be there and are."""
    required, known = set(schema.get("required", ())), set(schema["properties"])
    wrong = (required - frame.keys()) | (frame.keys() - known)
    for name, value in frame.items():
        if schema["properties"].get(name, {}).get("properties"):
            wrong |= problems(value, schema["properties"][name])
    return wrong


@pytest.mark.parametrize("example", EXAMPLES, ids=kind_of)
def test_an_example_is_as_the_description_has_it(example: dict[str, Any]) -> None:
    assert problems(example, MESSAGES[kind_of(example)]["payload"]) == set()


def test_there_is_an_example_of_each_kind() -> None:
    assert {kind_of(each) for each in EXAMPLES} == set(MESSAGES)


def test_what_a_client_says_in_the_examples_is_understood() -> None:
    said = [protocol.read(json.dumps(each)) for each in EXAMPLES if kind_of(each) in ("auth", "publish")]
    assert [type(each) for each in said] == [protocol.Auth, protocol.Publish]


def test_the_servers_own_frames_are_as_described() -> None:
    for frame in (frames.heartbeat(), frames.heartbeat(7), frames.RESYNC):
        text = json.loads(frame.text)
        assert problems(text, MESSAGES[kind_of(text)]["payload"]) == set()


@pytest.mark.django_db(transaction=True)
async def test_what_a_socket_is_told_is_as_described(keys: dict[str, str]) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["manager"], "*")
        event = await adispatch_event("test.event", project="alpha", finished=False)
        await aupdate_event(event, progress=5)
        await socket.say({"topic": "publish", "event": {"topic": "no topic"}})
        told = [await socket.event() for _ in range(3)]
    assert sorted(map(kind_of, told)) == ["error", "event", "event"]
    for each in told:
        assert problems(each, MESSAGES[kind_of(each)]["payload"]) == set()
