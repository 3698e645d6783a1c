"""Restarting what a filter finds, as an operator does it."""

import asyncio
import subprocess
import sys

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.e2e.server import PASSWORD, ROOT, Server
from tests.viewer.browsing import LIST, Visit

VIEWER = f"""
from django.contrib.auth.models import Group, Permission, User
user = User.objects.create_user("viewer", password="{PASSWORD}", is_staff=True)
user.groups.add(Group.objects.get_or_create(name="manager")[0])
user.user_permissions.add(Permission.objects.get(codename="view_event"))
"""


def make_jobs(live: Server, project: str, count: int) -> list[str]:
    """Failed jobs, in a project of their own."""
    source = live.post("/api/events", {"topic": "test.source", "project": project}).json()["id"]
    jobs = []
    for number in range(count):
        event = {"topic": "test.job", "project": project, "dependsOn": source, "description": f"job {number}"}
        jobs.append(str(live.post("/api/events", event).json()["id"]))
        live.session.patch(f"{live.url}/api/events/{jobs[-1]}", json={"status": "failed"}, timeout=30)
    return jobs


@pytest.fixture(scope="session")
def viewer(live: Server) -> str:
    """A manager who may look, and not operate."""
    command = [sys.executable, "manage.py", "shell", "-c", VIEWER]
    subprocess.run(command, cwd=ROOT, env=live.environment, check=True, capture_output=True)
    return "viewer"


def matching(page: Page) -> Locator:
    """The buttons for all that a view has."""
    return page.get_by_role("form", name="Operate on all that match the filters")


async def test_everything_that_matches_is_restarted_after_a_preview(visit: Visit, live: Server) -> None:
    make_jobs(live, "restart", 55)
    page = await visit(f"{LIST}?project=restart&status=failed")
    await expect(page.locator("tbody tr")).to_have_count(50)
    await expect(matching(page)).to_be_in_viewport()
    await matching(page).get_by_role("button", name="Restart …").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Restart 55 events?")
    await expect(page.locator(".examples li")).to_have_count(5)
    await page.get_by_role("button", name="Restart 55 events").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Restarted 55 events")
    await expect(page.get_by_text("55 of 55 events restarted.")).to_be_visible()
    await page.get_by_role("link", name="The record of this operation").click()
    await expect(page.locator(".event-description")).to_have_text("Restart of 55 events")
    restarted = live.get("/api/events?project=restart&status=restarted&limit=100").json()["events"]
    assert len(restarted) == 55


async def test_where_nothing_matches_there_is_nothing_to_operate_on_until_something_comes(
    visit: Visit, live: Server
) -> None:
    page = await visit(f"{LIST}?project=vacant")
    await expect(page.get_by_text("Nothing matches")).to_be_visible()
    await expect(matching(page)).to_be_hidden()
    await expect(page.locator(".live-state")).to_have_text("Live")
    make_jobs(live, "vacant", 1)
    await expect(page.locator("tbody tr")).to_have_count(2)
    await expect(matching(page)).to_be_visible()


async def test_a_run_is_stopped_and_continued_and_not_resumed_by_opening_its_page(visit: Visit, live: Server) -> None:
    make_jobs(live, "stop", 3)
    page = await previewed(visit, "stop")
    steps: list[str] = []
    held = asyncio.Event()

    async def unfinished(route: Route) -> None:
        """Answer the first two steps without doing anything, the second one when the test lets it."""
        steps.append(route.request.url)
        if len(steps) > 2:
            await route.continue_()
            return
        if len(steps) == 2:
            await held.wait()
        counts = {"affected": 1, "blocked": 0, "total": 3, "isCounted": True}
        await route.fulfill(json={"isOver": False, "isHalted": False, "isYours": True, **counts})

    await page.route("**/operation/*/*", lambda route: unfinished(route) if is_step(route) else route.continue_())
    await page.get_by_role("button", name="Restart 3 events").click()
    await expect(page.get_by_text("1 of 3 so far")).to_be_visible()
    await expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuetext", "1 of 3 so far")
    async with page.expect_response(lambda response: "stop" in (response.request.post_data or "")):
        await page.get_by_role("button", name="Stop").click()
    held.set()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Restart stopped")
    await expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    assert len(steps) == 3
    assert "#" not in page.url
    await page.unroute("**/operation/*/*")
    await continued(page, live)


async def continued(page: Page, live: Server) -> None:
    """Look at the stopped run again, and continue it."""
    await page.reload()
    await expect(page.get_by_text("0 of 3 events restarted before admin stopped it.")).to_be_visible()
    await expect(page.get_by_role("button", name="Continue")).to_be_visible()
    assert len(live.get("/api/events?project=stop&status=failed").json()["events"]) == 3
    going = asyncio.Event()

    async def later(route: Route) -> None:
        await going.wait()
        await route.continue_()

    await page.route("**/operation/*/*", later)
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Restart 3 events")
    await expect(page.get_by_text("before admin stopped it")).to_be_hidden()
    going.set()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Restarted 3 events")
    assert len(live.get("/api/events?project=stop&status=restarted").json()["events"]) == 3


async def test_a_run_goes_on_when_the_server_is_back(visit: Visit, live: Server) -> None:
    visit.allowed = ("ERR_FAILED", "503 (Service Unavailable)")
    make_jobs(live, "away", 3)
    page = await previewed(visit, "away")
    refused: list[str] = []

    async def away(route: Route) -> None:
        """Let nobody through, and then answer that the database is away."""
        refused.append(route.request.url)
        await (route.abort() if len(refused) == 1 else route.fulfill(status=503))

    await page.route("**/operation/*/*", lambda route: away(route) if is_step(route) else route.continue_())
    await page.get_by_role("button", name="Restart 3 events").click()
    await expect(page.get_by_text("The server cannot be reached. It is tried again in 4 seconds")).to_be_visible()
    await expect(page.get_by_text("Nobody is working on it.")).to_be_hidden()
    assert len(refused) == 2
    await page.unroute("**/operation/*/*")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Restarted 3 events")


async def test_a_run_that_is_stopped_while_the_server_is_away_does_nothing_more(visit: Visit, live: Server) -> None:
    visit.allowed = ("ERR_FAILED",)
    make_jobs(live, "stopaway", 2)
    page = await previewed(visit, "stopaway")
    await page.route("**/operation/*/*", lambda route: route.abort() if is_step(route) else route.continue_())
    await page.get_by_role("button", name="Restart 2 events").click()
    await expect(page.get_by_text("The server cannot be reached.")).to_be_visible()
    await page.get_by_role("button", name="Stop").click()
    await page.unroute("**/operation/*/*")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Restart stopped")
    assert len(live.get("/api/events?project=stopaway&status=failed").json()["events"]) == 2


async def test_a_run_says_that_the_login_has_ended(visit: Visit, live: Server) -> None:
    make_jobs(live, "logout", 1)
    page = await previewed(visit, "logout")
    await page.route("**/operation/*/*", lambda route: logged_out(page, route) if is_step(route) else route.continue_())
    await page.get_by_role("button", name="Restart 1 event").click()
    await expect(page.get_by_text("Your login has ended.")).to_be_visible()
    await expect(page.get_by_role("button", name="Continue")).to_be_visible()


async def logged_out(page: Page, route: Route) -> None:
    """Let a request through without the session."""
    await page.context.clear_cookies(name="sessionid")
    await route.continue_()


async def previewed(visit: Visit, project: str) -> Page:
    """A preview of a restart of all failed jobs of a project."""
    page = await visit(f"{LIST}?project={project}&status=failed")
    await matching(page).get_by_role("button", name="Restart …").click()
    return page


def is_step(route: Route) -> bool:
    """Tell whether a page carries its run on."""
    return route.request.method == "POST"


async def test_chosen_events_are_deleted_from_the_keyboard(visit: Visit, live: Server) -> None:
    first, second = make_jobs(live, "choose", 2)
    page = await visit(f"{LIST}?project=choose&relation=job")
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    await expect(page.locator(".operate-count")).to_have_text("1 selected")
    await page.locator("#operate").get_by_role("button", name="Delete …").click()
    await page.get_by_role("button", name="Delete 1 event").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Deleted 1 event")
    assert live.get(f"/api/events/{second}").status_code == 404
    assert live.get(f"/api/events/{first}").status_code == 200


async def test_a_cancelled_preview_leads_back_and_changes_nothing(visit: Visit, live: Server) -> None:
    (job,) = make_jobs(live, "cancel", 1)
    page = await visit(f"{LIST}?project=cancel&relation=job")
    await matching(page).get_by_role("button", name="Abort …").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Nothing to abort")
    await page.get_by_role("link", name="Cancel").click()
    await expect(page.locator("tbody tr")).to_have_count(1)
    assert page.url.endswith("?project=cancel&relation=job")
    assert live.get(f"/api/events/{job}").json()["status"] == "failed"


async def test_the_way_back_in_the_browser_leads_to_the_preview(visit: Visit, live: Server) -> None:
    make_jobs(live, "again", 2)
    page = await previewed(visit, "again")
    await page.get_by_role("link", name="Cancel").click()
    await expect(page.locator("tbody tr")).to_have_count(2)
    await page.go_back()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Restart 2 events?")
    await page.get_by_role("button", name="Restart 2 events").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Restarted 2 events")
    await page.go_back()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Nothing to restart")


async def test_who_may_only_look_sees_no_buttons_and_is_refused(visit: Visit, live: Server, viewer: str) -> None:
    (job,) = make_jobs(live, "look", 1)
    page = await visit(f"{LIST}?project=look&status=failed", name=viewer)
    await expect(page.locator("tbody tr")).to_have_count(1)
    assert await page.locator("#operate, [type=checkbox]").count() == 0
    await page.goto(f"{LIST}{job}/change/")
    assert await page.get_by_role("button", name="Restart …").count() == 0
    visit.allowed = ("403 (Forbidden)",)
    status = await page.evaluate(
        """async ([url, id]) => {
            const form = new FormData(document.querySelector("#logout-form"));
            form.append("kind", "delete");
            form.append("ids", id);
            form.append("confirmed", "yes");
            return (await fetch(url, { method: "POST", body: form })).status;
        }""",
        [f"{LIST}operate/", job],
    )
    assert status == 403
    assert live.get(f"/api/events/{job}").json()["status"] == "failed"
