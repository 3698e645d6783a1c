"""The page of a run in several tabs: one carries it on, the others follow."""

import asyncio
import subprocess
import sys

from playwright.async_api import Page, Route, expect

from tests.e2e.server import ROOT, Server
from tests.viewer.browsing import Visit
from tests.viewer.test_operating import is_step, make_jobs, previewed

HEARD = """
from datetime import timedelta
from django.utils import timezone
from events.models import Event
run = Event.objects.get(pk="{run}")
Event.objects.filter(pk=run.pk).update(
    payload={{**run.payload, "driver": "{driver}"}}, updated_at=timezone.now() + timedelta(hours={hours})
)
"""
"""As if a page had carried the run on so many hours from now, which leaves no room for a slow machine."""


async def held(visit: Visit, live: Server, project: str, *, hours: int) -> Page:
    """The page that carries a run of two jobs on, whose requests to do so get no answer, as the server knows of it."""
    make_jobs(live, project, 2)
    page = await previewed(visit, project)

    async def hold(route: Route) -> None:
        await (asyncio.Event().wait() if is_step(route) else route.continue_())

    await page.route("**/operation/*/*", hold)
    async with page.expect_request(lambda request: request.method == "POST" and "/operation/" in request.url):
        await page.get_by_role("button", name="Restart 2 events").click()
    driver = await page.evaluate("sessionStorage.getItem(location.pathname)")
    said = HEARD.format(run=page.url.split("/")[-2], driver=driver, hours=hours)
    command = [sys.executable, "manage.py", "shell", "-c", said]
    await asyncio.to_thread(subprocess.run, command, cwd=ROOT, env=live.environment, check=True, capture_output=True)
    return page


async def test_a_second_tab_follows_and_a_page_that_is_loaded_again_goes_on(visit: Visit, live: Server) -> None:
    page = await held(visit, live, "tabs", hours=1)
    second = await visit(page.url)
    await expect(second.get_by_text("It goes on in another tab or window of yours.")).to_be_visible()
    await expect(second.get_by_text("0 of 2 so far")).to_be_visible()
    await expect(second.get_by_role("button", name="Continue")).to_be_hidden()
    await expect(second.get_by_role("button", name="Stop")).to_be_visible()
    await page.unroute_all(behavior="ignoreErrors")
    await page.reload()
    for each in (page, second):
        await expect(each.get_by_role("heading", level=1)).to_have_text("Restarted 2 events")
        await expect(each.get_by_text("2 of 2 events restarted.")).to_be_visible()


async def test_a_run_that_nobody_carries_on_says_so_and_is_continued(visit: Visit, live: Server) -> None:
    page = await held(visit, live, "nobody", hours=-1)
    second = await visit(page.url)
    await expect(second.get_by_text("Nobody is working on it.")).to_be_visible()
    await expect(second.get_by_text("It goes on in")).to_be_hidden()
    await second.get_by_role("button", name="Continue").click()
    await expect(second.get_by_role("heading", level=1)).to_have_text("Restarted 2 events")


async def test_a_run_is_stopped_from_a_second_tab(visit: Visit, live: Server) -> None:
    page = await held(visit, live, "elsewhere", hours=1)
    second = await visit(page.url)
    await second.get_by_role("button", name="Stop").click()
    await expect(second.get_by_role("heading", level=1)).to_have_text("Restart stopped")
    await expect(second.get_by_text("0 of 2 events restarted before admin stopped it.")).to_be_visible()
    assert len(live.get("/api/events?project=elsewhere&status=failed").json()["events"]) == 2
