"""What the README shows does what it says, as it stands there."""

import json
import os
import re
import subprocess
import sys
import textwrap
from typing import Any

from tests.e2e.server import KEY, ROOT, Server

README = (ROOT / "README.md").read_text()


def block_after(words: str) -> str:
    """Return the first indented block after these words."""
    block = re.search(r"((?: {4}.*)?\n)+", README[README.index("\n\n    ", README.index(words)) + 2 :])
    assert block is not None
    return textwrap.dedent(block.group()).strip()


def answer_to(command: str) -> Any:
    """Paste a command into a shell."""
    environment = os.environ | {"KEY": KEY}
    done = subprocess.run(["/bin/sh", "-c", command], env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_the_three_calls_dispatch_enroll_and_query(server: Server) -> None:
    commands = block_after("## Three calls").replace("http://127.0.0.1:8000", server.url).replace("curl", "curl -sS")
    event, job, listed = [answer_to(command) for command in commands.split("\n\n")]
    assert job == {"id": job["id"], "dependsOn": event["id"], "hash": job["hash"], "status": "pending"}
    assert [(edge["node"]["id"], edge["node"]["topic"]) for edge in listed["data"]["events"]["edges"]] == [
        (job["id"], "example.brew_coffee"),
        (event["id"], "entity.folder.status_changed"),
    ]


def test_the_python_door_dispatches_updates_and_tells(server: Server) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "--command", block_after("In Python,")],
        cwd=ROOT,
        env=server.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("render.requested pending\nrender.requested in_progress\n", "")
    (event,) = server.all_events("&topic=render.requested")
    assert (event["status"], event["project"]) == ("in_progress", "alpha")
