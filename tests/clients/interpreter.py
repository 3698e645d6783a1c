"""A long-lived interpreter that has one version of AYON's client and plays scenarios with it."""

import json
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

STAGE = Path(__file__).parent / "stage.py"

Helpers = Mapping[str, Callable[..., object]]
"""What a scenario can ask of the tests' side, by name."""


class Interpreter:
    """``with Interpreter(python, environment) as interpreter``: it waits for scenarios to play."""

    def __init__(self, python: Path, environment: Mapping[str, str]) -> None:
        self.python = python
        self.environment = dict(environment)

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def play(self, script: Path, scenario: str, helpers: Helpers) -> str | None:
        """Return what has gone wrong, or None. One that hangs ends with its interpreter; the next gets a new one."""
        if self._process.poll() is not None:
            self._stop()
            self._start()
        try:
            answer = self._say({"script": str(script), "scenario": scenario})
            while "ask" in answer:
                answer = self._say({"answer": helpers[answer["ask"]](*answer["arguments"])})
        except (json.JSONDecodeError, BrokenPipeError):  # it is gone; its last words tell why
            code = self._process.wait(10)
            self._errors.seek(0)
            return f"the interpreter has ended with {code}\n{self._errors.read()}"
        problem: str | None = answer["problem"]
        return problem

    def _say(self, line: dict[str, object]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()
        heard: dict[str, Any] = json.loads(self._process.stdout.readline())
        return heard

    def _start(self) -> None:
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed by _stop
        self._process = subprocess.Popen(
            [str(self.python), "-I", str(STAGE)],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )

    def _stop(self) -> None:
        self._process.communicate()  # the end of its input is the end of its play
        self._errors.close()
