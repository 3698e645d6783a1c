"""The files of ``deploy/`` name what there is."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTED = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/settings.md").read_text(), re.MULTILINE))


@pytest.mark.parametrize(
    ("file", "pattern"),
    [("ayonevents.env", r"^([A-Z_]+)="), ("compose.yaml", r"^      ([A-Z_]+):"), ("Dockerfile", r" ([A-Z_]+)=")],
)
def test_every_variable_is_documented(file: str, pattern: str) -> None:
    named = set(re.findall(pattern, (ROOT / "deploy" / file).read_text(), re.MULTILINE))
    others = {name for name in named if name.startswith(("POSTGRES_", "PYTHON"))}
    assert named - others
    assert named - others <= DOCUMENTED


def test_the_guide_names_every_file() -> None:
    guide = (ROOT / "docs/deployment.md").read_text()
    files = [path.relative_to(ROOT) for path in (ROOT / "deploy").rglob("*") if path.is_file()]
    assert [str(path) for path in files if str(path) not in guide] == []
