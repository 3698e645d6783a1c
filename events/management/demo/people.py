"""What people do at the studio: they publish, assign, decide."""

from collections.abc import Mapping
from dataclasses import dataclass

from events.management.demo import trouble
from events.management.demo.dice import Dice
from events.management.demo.scene import Outcome, Scene
from events.management.demo.studio import ARTISTS, COORDINATOR, STATUSES, SUPERVISORS, Project, entity_id

FIRST_FRAME = 1001
COMMENTS = ("", "notes from dailies", "new sky", "for the edit", "fixed flicker")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskChange:
    """Somebody gave a task another status."""

    project: Project
    entity: str
    task: str
    user: str
    old: str
    new: str

    @property
    def name(self) -> str:
        """Say which task it is."""
        return f"{self.entity} {self.task}"

    def scene(self, sender: str, sender_type: str = "api", stored: int = 2) -> Scene:
        """Return the event about it."""
        return Scene(
            topic="entity.task.status_changed",
            sender=sender,
            sender_type=sender_type,
            project=self.project.name,
            user=self.user,
            description=f"Changed status of task {self.name} to {self.new}",
            summary={"entityId": entity_id(self.project.name, self.entity, self.task), "name": self.name},
            payload={"oldValue": self.old, "newValue": self.new},
            stored=stored,
        )


def publish(dice: Dice, outcomes: Mapping[str, Outcome] | None = None, look: str = "") -> Scene:
    """Let an artist publish a version: transcode, upload and notification follow."""
    project = dice.project()
    shot, department = dice.rng.choice(project.shots), dice.rng.choice(("animation", "lighting", "compositing"))
    product = f"render{department.capitalize()}"
    user = dice.rng.choice(ARTISTS[department])
    version = dice.next_version(project.name, shot, product)
    name = f"{shot} {product} v{version:03}"
    return Scene(
        topic="entity.version.created",
        sender=f"{'nuke' if department == 'compositing' else 'maya'}-ws{dice.rng.randint(11, 48)}",
        project=project.name,
        user=user,
        description=f"Version {name} published",
        summary={"entityId": dice.new_id(), "name": name, "version": version},
        payload={
            "productType": "render",
            "path": f"/prod/{project.name}/{shot}/{product}/v{version:03}/beauty.%04d.exr",
            "frameStart": FIRST_FRAME,
            "frameEnd": FIRST_FRAME + dice.rng.randint(40, 180),
            "fps": 24,
            "comment": dice.rng.choice(COMMENTS),
        },
        stored=5,
        outcomes=_mishap(dice) if outcomes is None else outcomes,
        worth_a_look=look.format(name=name),
    )


def _mishap(dice: Dice) -> Mapping[str, Outcome]:
    """Return what goes wrong on an ordinary day, which is little."""
    if dice.happens(0.05):
        return {"review.upload": Outcome(trouble=trouble.UPLOAD_BUSY, failures=1)}
    if dice.happens(0.03):
        return {"chat.notify": Outcome(trouble=trouble.CHAT_LIMIT, failures=1)}
    return {}


def task_status(dice: Dice) -> Scene:
    """Let an artist move a task on."""
    project = dice.project()
    task = dice.rng.choice(tuple(ARTISTS))
    entity = dice.rng.choice(project.assets if task == "modeling" else project.shots)
    step = dice.rng.randint(1, 3)
    old, new = STATUSES[step : step + 2]
    user = dice.rng.choice(ARTISTS[task])
    return TaskChange(project=project, entity=entity, task=task, user=user, old=old, new=new).scene(dice.tab())


def assignment(dice: Dice) -> Scene:
    """Let the coordinator give a task to somebody else."""
    project = dice.project()
    shot, task = dice.rng.choice(project.shots), dice.rng.choice(("animation", "lighting", "compositing"))
    old, new = dice.rng.sample(ARTISTS[task], 2)
    return Scene(
        topic="entity.task.assignees_changed",
        sender=dice.tab(),
        project=project.name,
        user=COORDINATOR,
        description=f"Changed assignees of task {shot} {task}",
        summary={"entityId": entity_id(project.name, shot, task), "name": f"{shot} {task}"},
        payload={"oldValue": [old], "newValue": [new]},
        stored=2,
    )


def new_task(dice: Dice) -> Scene:
    """Let the coordinator make a task."""
    project = dice.project()
    shot, task = dice.rng.choice(project.shots), dice.rng.choice(("roto", "matchmove", "fx", "cleanup"))
    return Scene(
        topic="entity.task.created",
        sender=dice.tab(),
        project=project.name,
        user=COORDINATOR,
        description=f"Task {shot} {task} created",
        summary={"entityId": entity_id(project.name, shot, task), "name": f"{shot} {task}"},
        payload={"taskType": task.capitalize(), "status": STATUSES[0], "assignees": []},
        stored=2,
    )


def folder_status(dice: Dice) -> Scene:
    """Let a supervisor decide over a shot; an approval is worth a coffee."""
    project = dice.project()
    shot = dice.rng.choice(project.shots)
    new = dice.rng.choice(("Approved", "Approved", "On hold", "In progress"))
    return Scene(
        topic="entity.folder.status_changed",
        sender=dice.tab(),
        project=project.name,
        user=dice.rng.choice(SUPERVISORS),
        description=f"Changed status of folder {shot} to {new}",
        summary={"entityId": entity_id(project.name, shot), "name": shot},
        payload={"oldValue": "Pending review", "newValue": new},
        stored=3 if new == "Approved" else 2,
    )
