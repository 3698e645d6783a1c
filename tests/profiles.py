"""Run the whole suite once per profile: embedded (SQLite, one process) and production (PostgreSQL, Redis).

The two run side by side, and what the second one printed follows when the first has ended.
``TEST_DATABASE_URL`` and ``TEST_REDIS_URL`` say where the services are. Where they cannot be reached, the
second run is left out and the last lines say so; with ``CI`` set that is a failure.
"""

import os
import subprocess
import sys
import tempfile
from typing import IO

import psycopg
import redis

DATABASE_URL = os.environ.get("TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0")
ASIDE = 5
"""How much the embedded profile gives way to the other one, which takes half as long again."""


def main() -> int:
    """Return 0 if everything that was to be run has passed."""
    missing = unreachable()
    with tempfile.TemporaryFile() as aside:
        production = None if missing else start(aside, DATABASE_URL=DATABASE_URL, REDIS_URL=REDIS_URL)
        headline("embedded")
        failed = start(None, niceness=0 if missing else ASIDE, DATABASE_URL="", REDIS_URL="").wait()
        if production:
            failed |= production.wait()
            headline("production")
            aside.seek(0)
            sys.stdout.buffer.writelines(aside)
    for problem in missing:
        print(f"NOT RUN: the production profile, because {problem}")
    return bool(failed) or bool(missing and os.environ.get("CI"))


def start(output: IO[bytes] | None, *, niceness: int = 0, **services: str) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in (os.environ | services).items() if value}
    command = ["nice", "-n", str(niceness), sys.executable, "-m", "pytest", *sys.argv[1:]]
    return subprocess.Popen(command, env=environment, stdout=output, stderr=output)


def headline(profile: str) -> None:
    print(f"\n=== {profile} profile ===", flush=True)


def unreachable() -> list[str]:
    problems = []
    try:
        psycopg.connect(DATABASE_URL, connect_timeout=3).close()
    except psycopg.Error as error:
        problems.append(f"PostgreSQL cannot be reached at {DATABASE_URL}: {str(error).splitlines()[0]}")
    try:
        with redis.Redis.from_url(REDIS_URL, socket_connect_timeout=3) as client:
            client.ping()
    except redis.RedisError as error:
        problems.append(f"Redis cannot be reached at {REDIS_URL}: {error}")
    return problems


if __name__ == "__main__":
    sys.exit(main())
