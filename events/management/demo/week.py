"""The story: ordinary days, with what is worth a look in between; the same seed tells the same story."""

from collections.abc import Callable

from events.management.demo import machines, people, trackers, trouble
from events.management.demo.dice import Dice
from events.management.demo.scene import FOR_GOOD, Outcome, Scene
from events.status import Status

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")

ORDINARY: dict[Callable[[Dice], Scene], int] = {
    people.publish: 22,
    trackers.ftrack_change: 16,
    people.task_status: 14,
    trackers.shotgrid_change: 10,
    people.folder_status: 7,
    people.assignment: 6,
    people.new_task: 4,
    machines.log: 15,
    machines.farm_progress: 4,
    machines.settings: 2,
}
"""What happens how often, in per cent."""


def ordinary(dice: Dice) -> Scene:
    """Return a scene of an ordinary day."""
    return dice.rng.choices(list(ORDINARY), list(ORDINARY.values()))[0](dice)


def week(seed: int, events: int) -> list[list[Scene]]:
    """Return the days of a week of about so many stored events, and at least what is worth a look."""
    dice = Dice(seed)
    remarkable, last_words = _remarkable(dice), _last_words(dice)
    missing = events - sum(scene.stored for scene in (*remarkable, *last_words))
    scenes: list[Scene] = []
    while missing > 0:
        scenes.append(ordinary(dice))
        missing -= scenes[-1].stored
    for number, scene in enumerate(remarkable):  # spread over the week, and none before it has begun
        scenes.insert((number + 1) * (len(scenes) + 1) // (len(remarkable) + 1), scene)
    scenes += last_words
    per_day = -(-len(scenes) // len(DAYS))
    return [scenes[day * per_day : (day + 1) * per_day] for day in range(len(DAYS))]


def _remarkable(dice: Dice) -> list[Scene]:
    """Return what a visitor of the viewer should come across."""
    return [
        machines.settings(dice),
        people.publish(
            dice,
            {"review.upload": Outcome(trouble=trouble.UPLOAD_BUSY, failures=2)},
            "review.upload of {name}: succeeded on the third try",
        ),
        trackers.shotgrid_change(
            dice,
            Outcome(trouble=trouble.SHOTGRID_AWAY, failures=3, restarted=True, remark="Restarted by pavel.novak"),
            "shotgrid.proc of {name}: failed three times, restarted by pavel.novak, and done then",
        ),
        people.publish(
            dice,
            {"transcode.review": Outcome(end=Status.IN_PROGRESS, stopped_at=37)},
            "transcode.review of {name}: stuck in progress, because its worker died",
        ),
        trackers.ftrack_change(
            dice,
            Outcome(trouble=trouble.FTRACK_FPS, failures=FOR_GOOD),
            "ftrack.proc of {name}: failed for good, and the sequence went on",
        ),
        people.publish(
            dice,
            {
                "transcode.review": Outcome(
                    end=Status.ABORTED, remark="Aborted by aisha.rahman: superseded by the next version"
                )
            },
            "transcode.review of {name}: aborted by aisha.rahman",
        ),
        people.publish(dice, {"chat.notify": Outcome(trouble=trouble.CHAT_LIMIT, failures=1)}),
    ]


def _last_words(dice: Dice) -> list[Scene]:
    """Return what the week ends with: work that is not done."""
    return [
        people.publish(
            dice,
            {"transcode.review": Outcome(trouble=trouble.FFMPEG, failures=FOR_GOOD)},
            "transcode.review of {name}: failed for good; its payload has the words of ffmpeg",
        ),
        people.publish(
            dice,
            {
                "transcode.review": Outcome(
                    trouble=trouble.FFMPEG,
                    failures=FOR_GOOD,
                    end=Status.RESTARTED,
                    remark="Restarted by pavel.novak: the frames are rendered anew",
                )
            },
            "transcode.review of {name}: restarted, and waiting for a worker",
        ),
        people.publish(dice, {"review.upload": Outcome(end=Status.IN_PROGRESS, stopped_at=80)}),
        people.publish(
            dice,
            {"transcode.review": Outcome(end=Status.IN_PROGRESS, stopped_at=62)},
            "transcode.review of {name}: in progress",
        ),
        people.publish(dice, {"transcode.review": Outcome(end=Status.PENDING)}),
        trackers.ftrack_change(
            dice, Outcome(end=Status.PENDING), "ftrack.proc of {name}: pending, and the sequence waits for it"
        ),
        trackers.ftrack_change(dice),
        trackers.ftrack_change(dice),
    ]
