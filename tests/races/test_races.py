"""Each source is handed out exactly as often as the rules say, whatever is killed meanwhile.

``RACE_SOURCES=20000 RACE_WORKERS=16 pytest tests/races`` with DATABASE_URL and REDIS_URL is the full size.
``RACE_SEED`` takes the decisions of an earlier run again; who is faster is not one of them.
"""

import os
import secrets
from pathlib import Path

from tests.conftest import POSTGRES
from tests.races.race import Race, Size


def test_each_source_is_handed_out_as_often_as_the_rules_say(tmp_path: Path) -> None:
    sources = int(os.environ.get("RACE_SOURCES") or (120 if POSTGRES else 30))
    size = Size(
        sources=sources,
        workers=int(os.environ.get("RACE_WORKERS") or (8 if POSTGRES else 3)),
        servers=2 if POSTGRES else 1,
        dispatchers=4 if POSTGRES else 2,
        longest=0.3 if POSTGRES else 0.02,
        pause=0.3,
    )
    with Race(tmp_path, size, os.environ.get("RACE_SEED") or secrets.token_hex(4)) as race:
        race.run()
