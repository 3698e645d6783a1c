import os
import shutil
from collections.abc import Iterator

import pytest

from tests.conftest import POSTGRES
from tests.outages.services import Postgres, Redis, binaries


@pytest.fixture(scope="session")
def _can_be_run() -> None:
    """Only in the production profile, and where the services can be started; in CI they have to be."""
    if not POSTGRES:
        pytest.skip("belongs to the production profile")
    missing = [
        name
        for name, found in {"initdb": binaries(), "redis-server": shutil.which("redis-server")}.items()
        if not found
    ]
    if missing:
        reason = f"{' and '.join(missing)} cannot be found"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(scope="session")
def _postgres(_can_be_run: None) -> Iterator[Postgres]:
    with Postgres() as running:
        yield running


@pytest.fixture(scope="session")
def _redis(_can_be_run: None) -> Iterator[Redis]:
    with Redis() as running:
        yield running


@pytest.fixture
def postgres(_postgres: Postgres) -> Postgres:
    """A PostgreSQL that a test may take away, if it brings it back."""
    return _postgres


@pytest.fixture
def redis(_redis: Redis) -> Redis:
    """A Redis that a test may take away, if it brings it back."""
    return _redis
