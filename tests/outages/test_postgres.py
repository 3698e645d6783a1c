from pathlib import Path

from tests.e2e.server import Server
from tests.outages.crew import Crew
from tests.outages.services import Postgres


def test_a_restart_under_load_loses_and_doubles_nothing(postgres: Postgres, tmp_path: Path) -> None:
    with Server(tmp_path / "data", DATABASE_URL=postgres.url, REDIS_URL="") as server:
        with Crew(server) as crew:
            crew.await_progress()
            postgres.restart("fast")
            crew.await_progress()
            postgres.restart("immediate")
            crew.await_progress()
        crew.check_that_nothing_is_lost_or_doubled()
        server.stop()
    log = [line for line in server.output if " events.outage: " in line]
    assert len(log) <= 4, log  # "away" and "back", once for each restart
    assert "Traceback" not in "".join(server.output)
