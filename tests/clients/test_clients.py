"""Plays every scenario with every version of AYON's Python client that has what the scenario needs."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.conftest import Play
from tests.clients.environments import VERSIONS

SCRIPTS = sorted((Path(__file__).parent / "scenarios").glob("*.py"))


def scenarios() -> Iterator[Any]:
    """Find the public functions; ``SINCE`` in their module is the first version that can play them."""
    for script in SCRIPTS:
        body = ast.parse(script.read_text()).body
        functions = [each.name for each in body if isinstance(each, ast.FunctionDef) and not each.name.startswith("_")]
        for version in VERSIONS:
            if _numbers(version) >= _numbers(_since(body)):
                for name in functions:
                    yield pytest.param(version, script, name, id=f"{version}-{script.stem}-{name}")


def _since(body: list[ast.stmt]) -> str:
    for each in body:
        match each:
            case ast.Assign(targets=[ast.Name("SINCE")], value=ast.Constant(str(version))):
                return version
    return "0"


def _numbers(version: str) -> list[int]:
    return list(map(int, version.split(".")))


@pytest.mark.parametrize(("version", "script", "scenario"), [*scenarios()])
def test_the_client(play: Play, version: str, script: Path, scenario: str) -> None:
    if problem := play(version, script, scenario):
        pytest.fail(problem, pytrace=False)
