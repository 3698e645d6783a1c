"""Playing the story: a week in seconds, or a calm stream that does not end."""

import time
from collections.abc import Callable, Iterable

from events.management.demo.crew import Crew, Job
from events.management.demo.dice import Dice
from events.management.demo.scene import Scene
from events.management.demo.services import SERVICES
from events.management.demo.week import ordinary

ROUNDS = 500
"""After so many rounds a day ends, however much there is still to do: the backlog may be somebody else's."""
PAUSE = 0.7
"""Seconds between two moments of the calm stream."""


def play_day(crew: Crew, scenes: Iterable[Scene]) -> None:
    """Let everything happen that is to happen on a day, with the services working at the same time."""
    for number, scene in enumerate(scenes):
        crew.dispatch(scene)
        if number % 3 == 0:
            _work_one_round(crew)
    for _ in range(ROUNDS):
        if not _work_one_round(crew):
            return


def _work_one_round(crew: Crew) -> bool:
    """Let each service do one job; tell whether there was any."""
    jobs = [job for service in SERVICES if (job := crew.start(service))]
    for job in jobs:
        steps = (35, 70, 100) if job.service.pace < 100 else (100,)  # noqa: PLR2004 - per cent
        for progress in steps:
            if crew.advance(job, progress):
                break
    return bool(jobs)


def play_on(crew: Crew, seed: int, pause: Callable[[], None] = lambda: time.sleep(PAUSE)) -> None:
    """Let one ordinary thing after another happen, and jobs take their time, until somebody interrupts it."""
    dice = Dice(seed)
    jobs: list[Job] = []
    while True:
        crew.dispatch(ordinary(dice))
        jobs += [job for service in SERVICES if (job := crew.start(service))]
        jobs = [
            job for job in jobs if not crew.advance(job, job.progress + job.service.pace * dice.rng.uniform(0.5, 1.5))
        ]
        crew.forget_old()
        pause()
