"""Every page of the viewer at three widths, in light and dark, to be looked at; and what is wider than its window.

``python -m tests.screenshots --look FOLDER`` takes them, of a server that has accounts, keys and events of every kind.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, StorageState

from tests.e2e.server import PASSWORD, ROOT, Server

LIST = "/admin/events/event/"
HEIGHTS = {320: 720, 1280: 860, 2560: 1440}
"""The widths of the windows, with their heights."""
TALLEST = 2600
"""Pixels of a long page that are taken."""
HOSTILE = "<b>bold</b> \u202eשלחם 🎬 \u2066" + "x" * 120
FAILURES = ("failed", "away", "outdated", "busy", "too_large")
ACCOUNTS = """
import json
from datetime import timedelta
from django.contrib.auth.models import Group, User
from django.template.loader import render_to_string
from django.utils import timezone
from events.models import ApiKey, ProjectGrant, TopicPolicy
team = Group.objects.create(name="Compositing and lighting")
artist = User.objects.create_user("a.rather.long.name@studio.example.com", is_staff=True)
artist.groups.add(team)
key = ApiKey.objects.create(
    user=User.objects.filter(groups__name="service").first(), name="Render farm", digest="0" * 64, preview="0a1b",
    verbs=["enroll", "update"], topics=["transcode.*", "render.*"], expires_at=timezone.now() + timedelta(days=30),
)
grant = ProjectGrant.objects.create(project="dune_part_five", group=team)
policy = TopicPolicy.objects.create(verb="read", topic="settings.*", role="user", note="Managers talk about it.")
failures = {kind: render_to_string("failure.html", {"kind": kind, "limit": 2**20}) for kind in FAILURES}
made = {"user": artist.pk, "group": team.pk, "key": key.pk, "grant": grant.pk, "policy": policy.pk}
print(json.dumps(made | failures))
"""


class Looking:
    """Pages, and how they come to be what is looked at."""

    def __init__(self, browser: Browser, server: Server, folder: Path, only: tuple[str, ...]) -> None:
        self.browser, self.server, self.folder, self.only = browser, server, folder, only
        self.made = _accounts(server)
        self.session = self._logged_in()

    def all(self, pages: dict[str, str]) -> None:
        """Write the pictures of the pages, or of those whose names begin as ``only`` says."""
        self.folder.mkdir(parents=True, exist_ok=True)
        paths = {**pages, **_accounts_pages(self.made), **_events_pages(self.server)}
        for name, path in paths.items():
            self.one(name, path)
        for name, (path, act) in STEPS.items():
            self.one(name, path, act)
        for kind in FAILURES:
            self.one(kind, "/admin/failure/", html=self.made[kind])
        self.one("login", "/admin/login/", anonymous=True)
        self.one("too-many", "/admin/login/", _guess, anonymous=True)  # the last: nobody gets in for a while

    def one(
        self,
        name: str,
        path: str,
        act: Callable[[Page], Any] | None = None,
        *,
        html: str | None = None,
        anonymous: bool = False,
    ) -> None:
        """Write the pictures of one page, after ``act`` if given; ``html``: of this answer."""
        if self.only and not name.startswith(self.only):
            return
        for width in HEIGHTS:
            for scheme in ("light", "dark"):
                with self._window(width, scheme, None if anonymous else self.session) as page:
                    if html is not None:
                        page.route(f"**{path}", lambda route: route.fulfill(body=html, content_type="text/html"))
                    page.goto(path)
                    page.wait_for_load_state("networkidle")
                    if page.locator(".live:not([hidden])").count():
                        page.get_by_text("Live", exact=True).wait_for()
                    if act is not None:
                        act(page)
                    self._photograph(page, self.folder / f"{name}-{width}-{scheme}.png", width)

    @contextmanager
    def _window(self, width: int, scheme: Any, session: StorageState | None) -> Iterator[Page]:
        context = self.browser.new_context(
            base_url=self.server.url,
            viewport={"width": width, "height": HEIGHTS[width]},
            color_scheme=scheme,
            timezone_id="Europe/Berlin",
            storage_state=session,
        )
        yield context.new_page()
        context.close()

    def _photograph(self, page: Page, path: Path, width: int) -> None:
        needed, height = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        page.set_viewport_size({"width": width, "height": max(HEIGHTS[width], min(height, TALLEST))})
        page.screenshot(path=path)
        print(path, "" if needed <= width else f"is {needed} pixels wide", flush=True)

    def _logged_in(self) -> StorageState:
        with self._window(1280, "light", None) as page:
            page.goto("/admin/login/")
            page.fill("#id_username", "admin")
            page.fill("#id_password", PASSWORD)
            page.click("[type=submit]")
            page.wait_for_url("**/admin/")
            return page.context.storage_state()


def _accounts(server: Server) -> dict[str, Any]:
    script = f"FAILURES = {FAILURES}\n{ACCOUNTS}"
    command = [sys.executable, "manage.py", "shell", "--no-imports", "--command", script]
    done = subprocess.run(command, cwd=ROOT, env=server.environment, check=True, capture_output=True, text=True)
    made: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return made


def _accounts_pages(made: dict[str, Any]) -> dict[str, str]:
    """The pages around the viewer; each kind of thing has a list, a form to add, one to change, a history, an end."""
    pages = {"app-auth": "/admin/auth/", "app-events": "/admin/events/", "password": "/admin/password_change/"}
    models = {"user": "auth/user", "group": "auth/group", "key": "events/apikey", "grant": "events/projectgrant"}
    for name, model in (models | {"policy": "events/topicpolicy"}).items():
        pages |= {f"{name}-list": f"/admin/{model}/", f"{name}-add": f"/admin/{model}/add/"}
        for view in ("change", "history", "delete"):
            pages[f"{name}-{view}"] = f"/admin/{model}/{made[name]}/{view}/"
    pages["user-sign-ins"] = "/admin/auth/user/1/sign-ins/"
    return pages | {"user-password": f"/admin/auth/user/{made['user']}/password/"}


def _events_pages(server: Server) -> dict[str, str]:
    """Pages of events that are hard to show, and of what there is not."""

    def made(**event: object) -> str:
        return str(server.post("/api/events", {"topic": "look.event", **event}).json()["id"])

    texts = {"description": HOSTILE, "user": HOSTILE, "sender": HOSTILE, "hash": HOSTILE}
    hostile = made(**texts, summary={HOSTILE: HOSTILE}, payload={HOSTILE: [HOSTILE], "text": f"{HOSTILE}\n{HOSTILE}"})
    big = {f"shot{number:04}": {"frames": list(range(40)), "note": "x" * 600} for number in range(1200)}
    family = made(topic="look.source")
    for number in range(60):
        job = made(topic="look.job", dependsOn=family, finished=False, description=f"Shot {number}")
        for _ in range(number % 9):
            made(topic="look.followup", dependsOn=job)
        if number % 7 != 3:
            status = "failed" if number % 7 == 5 else "finished"
            server.session.patch(f"{server.url}/api/events/{job}", json={"status": status}, timeout=30)
    return {
        "hostile": f"{LIST}{hostile}/change/",
        "big": f"{LIST}{made(payload=big)}/change/",
        "family": f"{LIST}{family}/change/",
        "missing-event": f"{LIST}{'0' * 32}/change/",
        "missing-page": "/admin/nonesuch/",
        "refused-filter": f"{LIST}?status=nonesuch&project_name=x",
        "nothing-matches": f"{LIST}?topic=nonesuch.*",
        "explorer": "/graphql",
        "guide": "/api/query",
    }


def _preview(page: Page) -> None:
    page.get_by_role("button", name="Restart …").click()
    page.get_by_role("heading", level=1).wait_for()


def _issue(page: Page) -> None:
    with page.expect_navigation():
        page.locator("#id_user").evaluate("field => field.append(new Option('admin', '1', true, true))")
        page.fill("#id_name", "Coffee maker")
        page.get_by_role("button", name="Save", exact=True).click()


def _wrong(page: Page) -> None:
    with page.expect_navigation():
        page.locator("#content form").last.evaluate("form => form.submit()")


def _guess(page: Page) -> None:
    for _ in range(12):
        page.fill("#id_username", "nobody")
        page.fill("#id_password", "wrong")
        with page.expect_navigation():
            page.click("[type=submit]")


STEPS: dict[str, tuple[str, Callable[[Page], Any]]] = {
    "help": (LIST, lambda page: page.keyboard.press("?")),
    "menu": ("/admin/", lambda page: page.locator(".menu summary").click()),
    "preview": (f"{LIST}?topic=transcode.*&status=failed,finished", _preview),
    "issued": ("/admin/events/apikey/add/", _issue),
    "user-wrong": ("/admin/auth/user/add/", _wrong),
    "policy-wrong": ("/admin/events/topicpolicy/add/", _wrong),
}
"""Pages that take a step to come to."""
