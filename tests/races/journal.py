"""What everybody in a race writes down, each into a file of its own, so that a kill loses nothing that happened."""

import json
import time
from collections import defaultdict
from pathlib import Path
from typing import Any, TypeAlias

Entry: TypeAlias = dict[str, Any]


class Journal:
    """``journal.write("got", job=…)``; the clock is the machine's, so entries of all processes can be put in order."""

    def __init__(self, folder: str | Path, who: str) -> None:
        self._who = who
        self._file = (Path(folder) / f"{who}.jsonl").open("a", buffering=1)

    def write(self, what: str, **facts: object) -> None:
        self._file.write(json.dumps({"at": time.monotonic_ns(), "who": self._who, "what": what, **facts}) + "\n")

    def close(self) -> None:
        self._file.close()


class Reader:
    """Everybody's entries; each look adds what was written since the last one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[Path, int] = {}
        self.by_what: dict[str, list[Entry]] = defaultdict(list)

    def look(self) -> None:
        """Read on. The line that somebody is just writing, or was killed over, has no end and is left out."""
        for path in self._folder.glob("*.jsonl"):
            with path.open("rb") as file:
                file.seek(self._read.get(path, 0))
                new = file.read()
            whole = new[: new.rfind(b"\n") + 1]
            self._read[path] = self._read.get(path, 0) + len(whole)
            for line in whole.splitlines():
                entry = json.loads(line)
                self.by_what[entry["what"]].append(entry)

    def entries(self) -> list[Entry]:
        """Return all entries in their order."""
        self.look()
        return sorted((entry for entries in self.by_what.values() for entry in entries), key=lambda entry: entry["at"])
