"""Chance: the same seed throws the same."""

import random
from collections import Counter

from events.management.demo.studio import PROJECTS, Project


class Dice:
    """What makes one story different from another."""

    def __init__(self, seed: int) -> None:
        """Begin a story."""
        self.rng = random.Random(seed)  # noqa: S311 - a story holds no secrets
        self._versions: Counter[tuple[str, ...]] = Counter()

    def project(self, tracker: str | None = None) -> Project:
        """Choose a project; ``tracker``: one that the client follows there."""
        return self.rng.choice([each for each in PROJECTS if tracker in (None, each.tracker)])

    def next_version(self, *product: str) -> int:
        """Return the number of the next version of a product."""
        self._versions[product] += 1
        return self._versions[product]

    def happens(self, chance: float) -> bool:
        """Tell whether something that has this chance happens."""
        return self.rng.random() < chance

    def tab(self) -> str:
        """Return the id of a browser tab."""
        return f"{self.rng.getrandbits(64):016x}"

    def new_id(self) -> str:
        """Return the id of a new entity."""
        return f"{self.rng.getrandbits(128):032x}"
