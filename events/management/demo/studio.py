"""The studio of the demo: its projects and people, and what its machines have to say."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What the studio works on, and the production tracker that the client insists on."""

    name: str
    tracker: str
    shots: tuple[str, ...]
    assets: tuple[str, ...]


PROJECTS = (
    Project(
        name="bluebird",
        tracker="ftrack",
        shots=tuple(f"sq{sequence:02}_sh{shot:03}0" for sequence in (1, 2, 5) for shot in range(1, 9)),
        assets=("bluebird", "lighthouse", "oldHarbour", "keeperMartha"),
    ),
    Project(
        name="nightfall_s02",
        tracker="ftrack",
        shots=tuple(f"ep204_{shot:03}" for shot in range(10, 130, 10)),
        assets=("patrolCar", "motelRoom", "detectiveIvo"),
    ),
    Project(
        name="harbor_spot",
        tracker="shotgrid",
        shots=tuple(f"hs_{shot:03}" for shot in range(10, 70, 10)),
        assets=("bottle", "ferry"),
    ),
    Project(
        name="kites_short",
        tracker="shotgrid",
        shots=tuple(f"kt_{shot:03}" for shot in range(10, 90, 10)),
        assets=("redKite", "dunes"),
    ),
)

ARTISTS = {
    "modeling": ("noor.haddad", "emil.berg"),
    "animation": ("yuki.tanabe", "tom.okafor"),
    "lighting": ("ida.duarte", "leo.brandt"),
    "compositing": ("mara.lindqvist", "samir.patel"),
}
"""Who works on the tasks of a department."""
SUPERVISORS = ("pavel.novak", "aisha.rahman")
COORDINATOR = "hanna.weiss"
ADMIN = "root.farm"

STATUSES = ("Not ready", "Ready to start", "In progress", "Pending review", "Approved", "On hold")

LOGS = (
    ("debug", "farm-monitor", "Asked 44 render nodes for their state in 0.8 s"),
    ("debug", "ftrack-leecher-a", "No new events in ftrack"),
    ("info", "farm-monitor", "42 of 44 render nodes are up"),
    ("info", "farm-monitor", "Pool comp is at 92 % with 311 tasks waiting"),
    ("info", "addon-distribution", "Bundle production-2025-11 is on 38 workstations"),
    ("info", "ftrack-leecher-b", "Connected to ftrack again after 12 s"),
    ("warning", "storage", "/prod is 88 % full: 41 TB left"),
    ("warning", "farm-monitor", "Node render-17 is hot: 91 degrees"),
    ("warning", "license-server", "1 of 20 Nuke licenses is free"),
    ("error", "storage", "Snapshot of /prod failed: the target is read-only"),
    ("error", "farm-monitor", "Node render-08 does not answer: 3 tasks given to other nodes"),
    ("success", "storage", "Nightly snapshot of /prod done: 212 GB in 47 min"),
    ("success", "delivery", "Dailies sent to the client: 14 shots"),
)
"""Level, sender and message."""

SETTINGS = (
    ("core", "1.6.4", "frame_padding", 4, 5),
    ("nuke", "0.3.11", "review_colorspace", "sRGB", "Rec.709"),
    ("maya", "0.3.20", "validate_frame_range", False, True),
    ("deadline", "0.5.9", "default_priority", 50, 60),
    ("slack", "0.6.2", "channel", "#reviews", "#dailies"),
)
"""Addon, version, key, and its values before and after."""


def entity_id(*path: str) -> str:
    """Return the id of an entity of the studio, the same in every story."""
    return uuid.uuid5(uuid.NAMESPACE_URL, "/".join(path)).hex
