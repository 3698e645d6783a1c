"""The viewer without a mouse."""

import pytest
from playwright.async_api import expect

from tests.e2e.server import Server
from tests.viewer.browsing import LIST, Visit

STOPS = 30
OUTLINES = """element => {
    const row = element.closest(".event-row");
    return [element, row].some(each => each && parseFloat(getComputedStyle(each).outlineWidth) >= 1
        && getComputedStyle(each).outlineStyle !== "none");
}"""


@pytest.fixture
def event(live: Server) -> str:
    source = live.post("/api/events", {"topic": "keyboard.source", "payload": {"a": {"b": [1]}}}).json()["id"]
    live.post("/api/events", {"topic": "keyboard.job", "dependsOn": source})
    return f"{LIST}{source}/change/"


@pytest.mark.parametrize("path", ["/admin/", LIST, "event", "/admin/auth/user/", "/admin/password_change/"])
async def test_the_help_is_shown_everywhere(visit: Visit, event: str, path: str) -> None:
    page = await visit(event if path == "event" else path)
    await page.locator("h1").first.click()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text("Go to the events")
    assert await page.get_by_role("dialog").get_by_text("Open the event").count() == (path == LIST)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.keyboard.press("g")
    await page.wait_for_url(f"**{LIST}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_one_sees_where_one_is(visit: Visit, event: str, scheme: str) -> None:
    page = await visit("/admin/", color_scheme=scheme)
    for path in ("/admin/", LIST, event, "/admin/events/apikey/", "/admin/auth/user/add/"):
        await page.goto(path)
        for _ in range(STOPS):
            await page.keyboard.press("Tab")
            focused = page.locator(":focus")
            if await focused.count():
                assert await focused.evaluate(OUTLINES), await focused.evaluate("element => element.outerHTML")


async def test_what_changes_by_itself_is_told_to_a_screen_reader(visit: Visit, live: Server, event: str) -> None:
    page = await visit(event)
    statuses = page.get_by_role("status")
    await expect(statuses.filter(has_text="Live")).to_have_count(1)
    await expect(statuses.filter(has_text="Finished")).to_have_count(1)
    await page.goto(f"{LIST}?topic=keyboard.*")
    await expect(page.locator(".live-state")).to_have_text("Live")
    await page.locator("tbody tr").first.hover()
    live.post("/api/events", {"topic": "keyboard.new"})
    await expect(page.get_by_role("status").filter(has_text="1 new")).to_have_count(1)
