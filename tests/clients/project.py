"""Runs Python in the project of a live server, on its database: what a client cannot do, the tests prepare so."""

import json
import subprocess
import sys
from typing import Self

from tests.e2e.server import ROOT, Server

LOOP = """
import contextlib, io, json, sys
for line in sys.stdin:
    with contextlib.redirect_stdout(io.StringIO()) as said:
        exec(json.loads(line), {})
    print(json.dumps(said.getvalue()), flush=True)
"""


class Project:
    """``with Project(server) as project``: one process that runs what it is given, so that Django starts once."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "manage.py", "shell", "--no-imports", "--command", LOOP],
            cwd=ROOT,
            env=self.server.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()  # the end of its input is its own

    def run(self, code: str) -> str:
        """Return what the code prints; what it raises is on the standard error stream."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(code) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the code has failed, see the standard error stream"
        return str(json.loads(answer))
