"""What the production trackers tell: leechers bring it here, processors make it so."""

import hashlib
import uuid
from dataclasses import replace

from events.management.demo.dice import Dice
from events.management.demo.people import TaskChange
from events.management.demo.scene import Outcome, Scene
from events.management.demo.studio import ARTISTS, entity_id

TRACKED_STATUSES = {"ftrack": ("In Progress", "Pending Review"), "shotgrid": ("ip", "rev")}


def ftrack_change(dice: Dice, outcome: Outcome | None = None, look: str = "") -> Scene:
    """Let somebody change a status in ftrack; the leechers see it, and the processor brings it here."""
    change = _change(dice, "ftrack")
    ftrack_id = str(uuid.UUID(int=dice.rng.getrandbits(128), version=4))
    arrived = change.scene("ftrack-processor", "ftrack", stored=1)
    return Scene(
        topic="ftrack.leech",
        sender="ftrack-leecher-a",
        sender_type="ftrack",
        project=change.project.name,
        user=change.user,
        description=f"ftrack.update: status of {change.name}",
        summary={"name": change.name, "eventType": "ftrack.update"},
        payload=_ftrack_payload(change, ftrack_id),
        hash=hashlib.sha256(f"ftrack.leech/{ftrack_id}".encode()).hexdigest(),
        seen_by="ftrack-leecher-b" if dice.happens(0.3) else None,
        stored=3,
        outcomes={"ftrack.proc": replace(outcome or Outcome(), then=arrived)},
        worth_a_look=look.format(name=change.name),
    )


def shotgrid_change(dice: Dice, outcome: Outcome | None = None, look: str = "") -> Scene:
    """Let somebody change a status in ShotGrid."""
    change = _change(dice, "shotgrid")
    number = dice.rng.randint(4_000_000, 9_999_999)
    arrived = change.scene("shotgrid-processor", "shotgrid", stored=1)
    return Scene(
        topic="shotgrid.event.task_change",
        sender="shotgrid-leecher",
        sender_type="shotgrid",
        project=change.project.name,
        user=change.user,
        description=f"Shotgun_Task_Change: status of {change.name}",
        summary={"name": change.name, "eventType": "Shotgun_Task_Change"},
        payload={
            "id": number,
            "event_type": "Shotgun_Task_Change",
            "attribute_name": "sg_status_list",
            "entity": {"type": "Task", "name": change.task},
            "meta": {"type": "attribute_change", "old_value": change.old, "new_value": change.new},
            "user": {"type": "HumanUser", "login": change.user},
        },
        hash=hashlib.sha256(f"shotgrid.event/{number}".encode()).hexdigest(),
        stored=3,
        outcomes={"shotgrid.proc": replace(outcome or Outcome(), then=arrived)},
        worth_a_look=look.format(name=change.name),
    )


def _ftrack_payload(change: TaskChange, ftrack_id: str) -> dict[str, object]:
    entity = {
        "action": "update",
        "entityType": "task",
        "entityId": entity_id("ftrack", change.project.name, change.entity, change.task),
        "keys": ["statusid"],
        "changes": {"statusid": {"old": change.old, "new": change.new}},
    }
    return {
        "id": ftrack_id,
        "topic": "ftrack.update",
        "data": {"entities": [entity]},
        "source": {"applicationId": "ftrack.client.web", "user": {"username": change.user}},
    }


def _change(dice: Dice, tracker: str) -> TaskChange:
    project = dice.project(tracker)
    task = dice.rng.choice(("animation", "lighting", "compositing"))
    old, new = TRACKED_STATUSES[tracker]
    entity, user = dice.rng.choice(project.shots), dice.rng.choice(ARTISTS[task])
    return TaskChange(project=project, entity=entity, task=task, user=user, old=old, new=new)
