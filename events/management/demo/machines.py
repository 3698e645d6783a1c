"""What the machines of the studio say by themselves."""

from events.management.demo.dice import Dice
from events.management.demo.scene import Scene
from events.management.demo.studio import ADMIN, LOGS, SETTINGS


def log(dice: Dice) -> Scene:
    """Let a service say something."""
    level, sender, message = dice.rng.choice(LOGS)
    return Scene(
        topic=f"log.{level}",
        sender=sender,
        sender_type="service",
        description=message,
        summary={"logger": sender},
        payload={"message": message, "process": dice.rng.randint(400, 32000)},
    )


def settings(dice: Dice) -> Scene:
    """Let an admin change a setting."""
    addon, version, key, old, new = dice.rng.choice(SETTINGS)
    return Scene(
        topic="settings.changed",
        sender=dice.tab(),
        user=ADMIN,
        description=f"{addon} {version} production settings changed",
        summary={"addon_name": addon, "addon_version": version, "variant": "production"},
        payload={"originalValue": {key: old}, "newValue": {key: new}},
    )


def farm_progress(dice: Dice) -> Scene:
    """Let the farm tell of a render, which nobody needs to know tomorrow."""
    project = dice.project()
    return Scene(
        topic="farm.job_progress",
        sender="farm-monitor",
        sender_type="farm",
        project=project.name,
        description=f"Rendering {dice.rng.choice(project.shots)}",
        summary={"framesDone": dice.rng.randint(1, 90), "framesTotal": 96},
        store=False,
        stored=0,
    )
