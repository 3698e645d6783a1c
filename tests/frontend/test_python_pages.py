"""The documents of both generations of AYON's Python client."""

import pytest

from tests.e2e.server import Server
from tests.frontend.conftest import Tab
from tests.frontend.recorded import PYTHON_PAGE


@pytest.mark.parametrize("cursor", ["startCursor", "endCursor"])
def test_each_generation_goes_on_from_the_cursor_it_asks_for(tab: Tab, live: Server, cursor: str) -> None:
    topic = f"python.{cursor}"
    batch = {"events": [{"topic": topic} for _ in range(650)]}
    results = live.post("/api/events/batch", batch).json()["results"]
    variables = {"eventTopics": [topic], "includeLogsFilter": False, "newerThanFilter": "2020-01-01T00:00:00+00:00"}
    found, before, requests = [], "", 0
    while True:
        page = tab.ask({"query": PYTHON_PAGE % (before, cursor), "variables": variables})["events"]
        requests += 1
        found += [edge["node"]["id"] for edge in page["edges"]]
        if not page["pageInfo"]["hasPreviousPage"]:
            break
        before = f', before: "{page["pageInfo"][cursor]}"'
    assert (found, requests) == ([each["id"] for each in reversed(results)], 3)
