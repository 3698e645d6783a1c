"""Run the whole suite once per profile: embedded (SQLite, one process) and production (PostgreSQL, Redis).

``TEST_DATABASE_URL`` and ``TEST_REDIS_URL`` say where the services are. Where they cannot be reached, the
second run is left out and the last lines say so; with ``CI`` set that is a failure.
"""

import os
import subprocess
import sys

import psycopg
import redis

DATABASE_URL = os.environ.get("TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0")


def main() -> int:
    """Return 0 if everything that was to be run has passed."""
    arguments = sys.argv[1:]
    failed = run("embedded", arguments, DATABASE_URL="", REDIS_URL="")
    missing = unreachable()
    if not missing:
        failed |= run("production", arguments, DATABASE_URL=DATABASE_URL, REDIS_URL=REDIS_URL)
    for problem in missing:
        print(f"NOT RUN: the production profile, because {problem}")
    return failed or bool(missing and os.environ.get("CI"))


def run(profile: str, arguments: list[str], **services: str) -> int:
    print(f"\n=== {profile} profile ===", flush=True)
    environment = {name: value for name, value in (os.environ | services).items() if value}
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], env=environment, check=False).returncode


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
