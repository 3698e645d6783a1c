"""Take the pictures of the README and of docs/viewer.md, of a server of their own with the demo's week.

``make screenshots`` runs this. The demo plays a week in seconds; here the clock of its events is set back, so that the
pictures show a week. ``--look FOLDER`` takes every page at three widths, in light and dark, to look at instead.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.server import KEY, PASSWORD, ROOT, Server
from tests.looking import HEIGHTS, LIST, Looking

IMAGES = ROOT / "docs" / "images"
SEED = "7"
ZONE = "Europe/Berlin"
SPREAD = """
from datetime import timedelta
from django.db.models import F
from django.utils import timezone
from events.models import Attempt, Event
ENDS = ("started_at", "ended_at")
now = timezone.now()
told = Event.objects.exclude(topic__startswith="audit.")  # whose records nobody changes
events = list(told.order_by("creation_order").values_list("pk", "created_at", "updated_at"))
for number, (pk, created, updated) in enumerate(events):
    age = timedelta(hours=23) * (1 - number / len(events)) ** 1.3
    Event.objects.filter(pk=pk).update(created_at=now - age, updated_at=now - age + (updated - created) * 20)
    for table, names in ((Event.objects.filter(pk=pk), ENDS), (Attempt.objects.filter(event=pk), (*ENDS, "left_at"))):
        for row in table:
            moments = {name: getattr(row, name) for name in names if getattr(row, name)}
            moved = {name: now - age + (moment - created) * 20 for name, moment in moments.items()}
            table.filter(pk=row.pk).update(**moved) if moved else None
"""
"""The latest events stay close together, as on a day with much to do."""


def main() -> None:
    """Start a server, fill it, and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--look", type=Path, metavar="FOLDER", help="take all pages at three widths, in light and dark")
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="those whose names begin like this")
    given = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("There is no Chromium on the path.")
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    with (
        tempfile.TemporaryDirectory() as data,
        Server(Path(data), TIME_ZONE=ZONE) as server,
        sync_playwright() as playwright,
    ):
        fill(server)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--headless", "--no-sandbox"])
        pages = pages_of(server)
        if given.look:
            Looking(browser, server, given.look, tuple(given.only)).all(pages)
        else:
            take(browser, server, pages)
        browser.close()


def fill(server: Server) -> None:
    """Play the demo, and set its clock back."""
    for arguments in (
        ["demo", "--keep-times", "--seed", SEED, "--url", server.url, "--key", KEY],
        ["shell", "-c", SPREAD],
    ):
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(command, cwd=ROOT, env=server.environment, check=True, stdout=subprocess.DEVNULL)


def pages_of(server: Server) -> dict[str, str]:
    """The pages by the name of their picture."""
    failed = server.get("/api/events?status=failed&limit=10").json()["events"]
    job = next(event for event in failed if event["topic"] == "transcode.review")
    return {
        "overview": "/admin/?window=24h",
        "viewer": f"{LIST}?q=review&audit=hidden",
        "event": f"{LIST}{job['id']}/change/",
        "source": f"{LIST}{job['dependsOn']}/change/",
        "filters": f"{LIST}?topic=transcode.*&last=24h&relation=job",
    }


def take(browser: Browser, server: Server, pages: dict[str, str]) -> None:
    """Write the pictures of the documents."""
    for name in ("overview", "viewer", "event"):
        photograph(open_page(browser, server, pages[name], 1280, "light"), IMAGES / f"{name}.png")
    photograph(open_page(browser, server, pages["viewer"], 1280, "dark"), IMAGES / "viewer-dark.png")
    photograph(open_page(browser, server, pages["viewer"], 320, "light"), IMAGES / "viewer-narrow.png")
    page = open_page(browser, server, f"{LIST}?topic=transcode.*&status=failed,finished", 1280, "light")
    page.get_by_role("button", name="Restart …").click()
    page.get_by_role("heading", level=1).wait_for()
    photograph(page, IMAGES / "restart.png")


def open_page(browser: Browser, server: Server, path: str, width: int, scheme: Literal["light", "dark"]) -> Page:
    """Log in, and open a page."""
    context = browser.new_context(
        base_url=server.url,
        viewport={"width": width, "height": HEIGHTS[width]},
        color_scheme=scheme,
        timezone_id=ZONE,
    )
    page = context.new_page()
    page.goto(f"/admin/login/?next={path.replace('&', '%26')}")
    page.fill("#id_username", "admin")
    page.fill("#id_password", PASSWORD)
    page.click("[type=submit]")
    page.get_by_text("Live", exact=True).wait_for()
    return page


def photograph(page: Page, path: Path) -> None:
    """Write a picture, and close the window."""
    page.screenshot(path=path)
    page.context.close()
    print(path)


if __name__ == "__main__":
    main()
