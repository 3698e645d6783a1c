"""Run all static checks, the fastest first; each one's output is shown only if it finds something."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BIN = Path(sys.executable).parent
TEMPLATES = [str(path) for path in Path("templates").rglob("*.html")]
AUDIT_SECONDS = 60

CHECKS = {
    "format": ["ruff", "format", "--check", "."],
    "lint": ["ruff", "check", "."],
    "layers": ["lint-imports", "--no-cache"],
    "templates": ["djade", "--check", *TEMPLATES],
    "html": ["djlint", "--lint", "--quiet", "templates"],
    "django version": ["django-upgrade", "--target-version", "5.2", "--check", "manage.py"],
    "spelling": ["typos"],
    "dependencies": ["deptry", "."],
    "migrations": ["python", "manage.py", "makemigrations", "--check", "--dry-run"],
    "deployment": ["python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
    "types": ["mypy"],
}


def main() -> int:
    """Return 0 if no check finds anything."""
    failed = []
    with tempfile.TemporaryDirectory() as data_dir:
        for name, command in CHECKS.items():
            started = time.monotonic()
            problems = output_of(command, data_dir)
            print(f"{'FAILED' if problems else 'ok':>6}  {name}  ({time.monotonic() - started:.1f} s)", flush=True)
            if problems is not None:
                print(problems)
                failed.append(name)
    failed += known_holes()
    return bool(failed)


def known_holes() -> list[str]:
    """Look the locked dependencies up in an index of advisories; where there is none to be reached, say so."""
    command = ["pip-audit", "--requirement", "requirements.txt", "--no-deps", "--disable-pip", "--format", "json"]
    try:
        done = subprocess.run(
            [str(BIN / command[0]), *command[1:]], capture_output=True, text=True, check=False, timeout=AUDIT_SECONDS
        )
        found = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        found = []
    looked_up = [each for each in found if "vulns" in each]
    holes = [f"{each['name']} {each['version']}: {hole['id']}" for each in looked_up for hole in each["vulns"]]
    if not looked_up:
        print("NOT RUN: advisories, because no index of them can be reached")
        return []
    print(f"{'FAILED' if holes else 'ok':>6}  advisories")
    print("\n".join(holes), end="\n" if holes else "")
    return ["advisories"] if holes else []


def output_of(command: list[str], data_dir: str) -> str | None:
    """Return what a check has found, or None."""
    # An installation as it should be, for ``check --deploy``.
    installation = {
        "DATA_DIR": data_dir,
        "SECRET_KEY": "".join(map(chr, range(48, 123))),
        "PUBLIC_URL": "https://events.example.com",
    }
    program, *arguments = command
    done = subprocess.run(
        [str(BIN / program), *arguments], env=os.environ | installation, capture_output=True, text=True, check=False
    )
    return None if done.returncode == 0 else (done.stdout + done.stderr).strip() or f"exit code {done.returncode}"


if __name__ == "__main__":
    sys.exit(main())
