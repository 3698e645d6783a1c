"""One virtual environment for each version of AYON's Python client, made when it is first needed and kept."""

import hashlib
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

HERE = Path(__file__).parent
KEPT = HERE.parents[1] / ".clients"
VERSIONS = tuple(sorted(path.stem.removeprefix("requirements-") for path in HERE.glob("requirements-*.txt")))


class NotInstalled(Exception):
    """The client cannot be installed; the message is what pip says."""


def python_with(version: str) -> Path:
    """Return the interpreter that has this version of the client; NotInstalled if it is not to be had.

    Another Python or other requirements have another environment.
    """
    requirements = HERE / f"requirements-{version}.txt"
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()[:8]
    environment = KEPT / f"{version}-{sys.implementation.cache_tag}-{digest}"
    if not (environment / "bin/python").exists():
        _make(environment, requirements)
    return environment / "bin/python"


def _make(environment: Path, requirements: Path) -> None:
    """Make it beside its place, so that what stands in its place is whole, whoever stops whom."""
    KEPT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=KEPT, prefix="making-") as workshop:
        made = Path(workshop) / environment.name
        _run("venv", "--without-pip", str(made))
        pip = ("pip", "--retries", "1", "--disable-pip-version-check", "--python", str(made / "bin/python"))
        _run(*pip, "install", "--quiet", "--no-deps", "--only-binary", ":all:", "--requirement", str(requirements))
        with suppress(OSError):  # another run was faster
            made.rename(environment)


def _run(module: str, *arguments: str) -> None:
    done = subprocess.run([sys.executable, "-m", module, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotInstalled((done.stderr or done.stdout).strip().splitlines()[-1])
