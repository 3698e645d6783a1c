"""What the benchmarks share: the rows of their tables, and the history that they measure on."""

import subprocess
import sys

from tests.e2e.server import ROOT, Server

HEADING = "| what | measured |\n|---|---|"


def history_of(server: Server, *verb: str) -> str:
    """Run ``manage.py bench_history`` on the server's database, and return what it said."""
    command = [sys.executable, "manage.py", "bench_history", *verb]
    done = subprocess.run(command, cwd=ROOT, env=server.environment, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()


def row(what: str, value: float | None, unit: str) -> None:
    """Print one row; None: it could not be measured."""
    digits = 2 if unit.startswith(" ms") else 0
    print(f"| {what} | {'not measured' if value is None else f'{value:,.{digits}f}{unit}'} |", flush=True)
