"""Measure how long the pages of the event viewer take on a long history; print a table.

    [DATABASE_URL=postgres://… REDIS_URL=redis://…] python -m benchmarks.viewer [--jobs 500000]

Each job has its source, so that there are twice as many events. Without DATABASE_URL it is SQLite that is measured.
"""

import re
import tempfile
import time
from argparse import ArgumentParser
from itertools import groupby
from pathlib import Path

import requests

from benchmarks.tables import HEADING, history_of, row
from tests.e2e.server import PASSWORD, Server

LIST = "/admin/events/event/"
ROUNDS = 10
"""Requests for a page; the first ones also build what is kept for the next."""
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
OLDER = re.compile(r"before=(\d+)")
FILTER = '{"conditions":[{"key":"payload/newValue","value":"Approved"},{"key":"project","value":"project_3"}]}'
NO_HIT = '{"conditions":[{"key":"payload/newValue","value":"nonesuch"}]}'
VIEWS = {
    "list": "",
    "list, without logs": "logs=hidden",
    "list, without the audit trail": "audit=hidden",
    "list, a topic": "topic=bench.target",
    "list, a group of topics": "topic=bench.*",
    "list, a topic that is not there": "topic=nonesuch.*",
    "list, a project": "project=project_3",
    "list, a project that is not there": "project=nonesuch",
    "list, a user and a topic": "user=user7&topic=bench.target",
    "list, a sender": "sender=bench-history",
    "list, a sender that is not there": "sender=nonesuch",
    "list, failed": "status=failed",
    "list, finished": "status=finished",
    "list, pending or in progress": "status=pending,in_progress",
    "list, failed in a project": "status=failed&project=project_3",
    "list, last day": "last=24h",
    "list, a time range": "from=2000-01-01T00:00&to=2030-01-01T00:00",
    "list, a status in a time range": "status=aborted&last=7d",
    "list, jobs": "relation=job",
    "list, with failed jobs": "relation=failing",
    "list, with targets": "relation=source",
    "list, without targets": "relation=childless",
    "list, search": "q=task",
    "list, search for one event": "q=no.%20777",
    "list, search in vain": "q=nonesuch",
    "list, all at once": "q=task&topic=bench.*&project=project_3&user=user3&last=7d&logs=hidden&relation=source",
    "list, filter language": f"filter={FILTER}",
    "list, filter language in vain": f"filter={NO_HIT}",
}
OPERATIONS = ("restart", "abort", "delete")
OPERATED = ("topic=bench.*", "status=failed", "topic=bench.target&project=project_3", "q=nonesuch")
AROUND = ("events/apikey", "events/topicpolicy", "events/projectgrant", "auth/user", "auth/group")


def main() -> None:
    """Measure, and print the slowest page of each kind."""
    parser = ArgumentParser(prog="benchmarks.viewer", description=__doc__)
    parser.add_argument("--jobs", type=int, default=500_000, help="finished jobs (default: 500000)")
    jobs = parser.parse_args().jobs
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder)) as server:
        history_of(server, "history", str(jobs), "bench.source", "bench.target", "--days", "6")
        history_of(server, "fail", str(jobs // 50))
        found = measured(server, history_of(server, "middle"))
    print(HEADING)
    for kind, pages in groupby(found, key=lambda page: page.partition(",")[0]):
        slowest = max(several := list(pages), key=lambda page: found[page])
        row(f"{kind}, the slowest of {len(several)} on {jobs * 2:,} events: {slowest}", found[slowest], " ms")


def measured(server: Server, middle: str) -> dict[str, float]:
    """Return the milliseconds to the slowest answer to each page; RuntimeError if one is not shown.

    That is a whole request as a browser makes it, and so a little more than what the server takes. ``middle``: the id
    of an event in the middle of the history.
    """
    with requests.Session() as session:
        _log_in(session, server.url)
        found = {name: _slowest(session, server.url + path) for name, path in _pages(session, server, middle).items()}
        found |= _previews(session, server.url)
    return found


def _pages(session: requests.Session, server: Server, middle: str) -> dict[str, str]:
    """Return the addresses: of the overview, of lists and what follows on them, of events, and of what is around."""
    up_to_the_middle = {"to": server.get(f"/api/events/{middle}").json()["createdAt"]}
    order = OLDER.findall(session.get(server.url + LIST, params=up_to_the_middle, timeout=60).text)[0]
    return {
        **{f"overview, {window}": f"/admin/?window={window}" for window in ("1h", "24h", "7d")},
        **{name: f"{LIST}?{query}" for name, query in VIEWS.items()},
        "list, from the middle on": f"{LIST}?before={order}",
        "list, from the middle back": f"{LIST}?after={order}",
        "list, what is new": f"{LIST}live/?since={order}",
        "event, in the middle": f"{LIST}{middle}/change/",
        "event, a megabyte of payload": f"{LIST}{_large(server)}/change/",
        "event, a family of 500": f"{LIST}{_family(server)}/change/",
        **{f"accounts, {name}": f"/admin/{name}/" for name in AROUND},
    }


def _large(server: Server) -> str:
    """Dispatch an event with a megabyte of payload, and return its id."""
    payload = {f"shot{number:04}": {"frames": list(range(40)), "note": "x" * 600} for number in range(1250)}
    return str(server.post("/api/events", {"topic": "bench.large", "payload": payload}).json()["id"])


def _family(server: Server) -> str:
    """Dispatch an event and 500 jobs below it, some of them failed, and return its id."""
    root = str(server.post("/api/events", {"topic": "bench.root"}).json()["id"])
    for number in range(20):
        job = server.post("/api/events", {"topic": f"bench.step{number}", "dependsOn": root}).json()["id"]
        status = "failed" if number % 5 == 0 else "finished"
        jobs = [{"topic": f"bench.part{part}", "dependsOn": job, "status": status} for part in range(24)]
        server.post("/api/events/batch", {"events": jobs}).raise_for_status()
    return root


def _previews(session: requests.Session, url: str) -> dict[str, float]:
    """Measure what an operation on everything that matches is shown to be about."""
    token = session.cookies["csrftoken"]
    return {
        f"preview, {kind} {view}": _slowest(
            session,
            f"{url}{LIST}operate/",
            {"kind": kind, "scope": "matching", "view": view, "csrfmiddlewaretoken": token},
        )
        for kind in OPERATIONS
        for view in OPERATED
    }


def _slowest(session: requests.Session, url: str, form: dict[str, str] | None = None) -> float:
    """Ask again and again; a page that is still counting ends its looks within the same bounds."""
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        answer = session.get(url, timeout=60) if form is None else session.post(url, form, timeout=60)
        taken.append(time.perf_counter() - begun)
        if answer.status_code != 200:  # noqa: PLR2004 - HTTP's own
            raise RuntimeError(f"{url}: {answer.status_code}")
    return max(taken) * 1000


def _log_in(session: requests.Session, url: str) -> None:
    token = TOKEN.findall(session.get(f"{url}/admin/login/", timeout=60).text)[0]
    form = {"username": "admin", "password": PASSWORD, "csrfmiddlewaretoken": token}
    answer = session.post(f"{url}/admin/login/?next=/admin/", form, timeout=60)
    if "sessionid" not in session.cookies:
        raise RuntimeError(f"not logged in: {answer.status_code}")


if __name__ == "__main__":
    main()
