"""What must be true of a race when it is over, by what everybody wrote down and what is stored."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from tests.races.journal import Entry

Stored = dict[str, object]


def broken(entries: list[Entry], jobs: Iterable[Stored], sources: Iterable[Stored]) -> Iterator[tuple[str, str]]:
    """Yield each rule that does not hold, and the source of which it does not."""
    dispatched = {source for entry in entries if entry["what"] == "dispatched" for source in entry["sources"]}
    stored = {str(source["id"]) for source in sources}
    yield from ((source, "an acknowledged source is lost") for source in dispatched - stored)
    yield from ((source, "a source that was rolled back is stored") for source in stored - dispatched)
    by_source = defaultdict(list)
    for job in jobs:
        by_source[str(job["dependsOn"])].append(job)
    for source in stored:
        if len(by_source[source]) != 1:
            yield source, f"it has {len(by_source[source])} jobs"
        elif by_source[source][0]["status"] != "finished":
            yield source, f"its job is {by_source[source][0]['status']}"
    yield from _shared(entries)
    yield from _miscounted(entries, {str(job["id"]): job for job in jobs})


def _shared(entries: list[Entry]) -> Iterator[tuple[str, str]]:
    """From the answer to enroll until the worker begins to end it, nobody else gets the job."""
    holders: dict[str, str] = {}
    for entry in entries:
        if entry["what"] == "got":
            holder = holders.setdefault(entry["job"], entry["who"])
            if holder != entry["who"]:
                yield entry["source"], f"{entry['who']} got job {entry['job']} while {holder} had it"
        elif entry["what"] == "ending":
            holders.pop(entry["job"], None)


def _miscounted(entries: list[Entry], jobs: dict[str, Stored]) -> Iterator[tuple[str, str]]:
    """A job is run once, once more for each failure, and once more for each restart.

    Where a server was killed instead of answering, or the worker that was waiting for the answer, the change
    may have happened or not.
    """
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    source_of = {}
    for entry in entries:
        if "job" in entry:
            counts[entry["job"]][entry["what"]] += 1
            source_of[entry["job"]] = entry["source"]
    for job, count in counts.items():
        if job not in jobs:  # deleted; its source has another one
            continue
        retries = int(str(jobs[job]["retries"]))
        runs = count["failed"] + count["finished"]
        unanswered = count["ending"] - runs
        unknown = unanswered + count["restart unknown"]
        due = 1 + retries + count["restarted"]
        if not count["failed"] <= retries <= count["failed"] + unanswered:
            yield source_of[job], f"job {job} failed {count['failed']} times and was retried {retries} times"
        if not due - unknown <= runs <= due + unknown:
            yield source_of[job], f"job {job} was run {runs} times instead of {due}, {unknown} unknown"
