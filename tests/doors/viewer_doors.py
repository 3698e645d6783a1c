"""The doors of the viewer: what somebody does there in a browser, and whether it was let through."""

import json

from django.test import Client

from events.status import Status
from tests.doors.table import BROWSERS
from tests.doors.world import Door, World

LIST = "/admin/events/event/"


def shows(world: World, path: str, what: str = "") -> bool:
    """Tell whether a page is there and shows the event; by what else than its description it is known."""
    answer = world.viewer().get(path)
    return answer.status_code == 200 and (what or world.event.description) in answer.content.decode()


def shows_change(world: World) -> bool:
    return shows(world, f"{LIST}live/?since={world.event.position - 1}")


def operates(world: World, kind: str) -> bool:
    """Choose the event, confirm what is to be done to it, and carry that on."""
    browser: Client = world.viewer()
    wanted = {"kind": kind, "ids": [world.id], "confirmed": "yes", "bound": str(world.event.position)}
    begun = browser.post(f"{LIST}operate/", wanted)
    if begun.status_code != 302 or "operation" not in begun["Location"]:
        return False
    answer = browser.post(begun["Location"], headers={"Accept": "application/json"})
    return bool(answer.json()["affected"] == 1)


def previews(world: World) -> bool:
    """See what an operation would take, and do nothing."""
    wanted = {"kind": "delete", "scope": "matching", "view": "q=whisper", "bound": str(world.event.position)}
    answer = world.viewer().post(f"{LIST}operate/", wanted, follow=True)
    expected = answer.context.get("expected") if answer.status_code == 200 else None  # a login shows none
    return expected is not None and expected.affected == 1


def filtered(world: World) -> str:
    return f"{LIST}?filter={json.dumps(world.by_id())}"


VIEWER_DOORS = {
    "viewer, page": Door("read", lambda world: shows(world, f"{LIST}{world.id}/change/"), BROWSERS),
    "viewer, lineage": Door("read", lambda world: shows(world, f"{LIST}{world.depends_on}/change/"), BROWSERS),
    "viewer, payload": Door(
        "read", lambda world: shows(world, f"{LIST}{world.id}/document/payload/", "whispered-payload"), BROWSERS
    ),
    "viewer, list": Door("read", lambda world: shows(world, LIST), BROWSERS),
    "viewer, search": Door("read", lambda world: shows(world, f"{LIST}?q=whisper"), BROWSERS),
    "viewer, filter": Door("read", lambda world: shows(world, filtered(world)), BROWSERS),
    "viewer, what changed": Door("read", shows_change, BROWSERS),
    "viewer, how some look now": Door("read", lambda world: shows(world, f"{LIST}live/?ids={world.id}"), BROWSERS),
    "viewer, operation": Door("operate", lambda world: operates(world, "delete"), BROWSERS),
    "viewer, preview": Door("operate", previews, BROWSERS),
    "viewer, restart": Door("operate", lambda world: operates(world, "restart"), BROWSERS),
    "viewer, abort": Door("operate", lambda world: operates(world, "abort"), BROWSERS, status=Status.PENDING),
    "viewer, operation with the permission": Door(
        "operate with the permission", lambda world: operates(world.permit(), "delete"), BROWSERS
    ),
}
