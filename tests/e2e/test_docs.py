"""The commands of docs/jobs.md, pasted one after the other, answer what stands under them."""

import json
import os
import re
import subprocess
from typing import Any

import pytest

from tests.e2e.server import KEY, ROOT, Server

BLOCK = re.compile(r"```sh\n(?P<command>.*?)```\n(?:```json\n(?P<answer>.*?)```)?", re.DOTALL)


def matches(expected: Any, answer: Any) -> bool:
    match expected:
        case "…":  # anything
            return True
        case [*items]:
            return isinstance(answer, list) and len(items) == len(answer) and all(map(matches, items, answer))
        case dict():
            return expected.keys() == answer.keys() and all(matches(expected[key], answer[key]) for key in expected)
    return bool(expected == answer)


def test_jobs(server: Server) -> None:
    text = (ROOT / "docs/jobs.md").read_text()
    variables = {"URL": server.url, "KEY": KEY}
    blocks = list(BLOCK.finditer(text))
    assert len(blocks) == 7
    for block in blocks:
        command = block["command"].replace("curl ", "curl -sSf ")
        done = subprocess.run(
            ["/bin/sh", "-ec", command], env=os.environ | variables, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (command, done.stderr)
        if block["answer"] is None:
            assert done.stdout == ""
            continue
        answer = json.loads(done.stdout)
        assert matches(json.loads(block["answer"]), answer), (command, answer)
        if "dependsOn" in answer:
            variables["JOB"] = answer["id"]
    finished = server.all_events("&topic=example.render&status=finished")
    assert [job["description"] for job in finished] == ["Rendered take 3"]


@pytest.mark.parametrize(
    ("expected", "answer", "does"),
    [
        ({"id": "…"}, {"id": "a"}, True),
        ({"id": "…"}, {"id": "a", "more": 1}, False),
        ([{"n": 1}], [{"n": 2}], False),
        (["…"], [], False),
    ],
)
def test_an_answer_that_is_not_what_stands_there_is_noticed(expected: Any, answer: Any, does: bool) -> None:
    assert matches(expected, answer) is does
