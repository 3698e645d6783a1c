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


async def test_a_page_that_begins_in_a_field_tells_its_keys_too(visit: Visit) -> None:
    page = await visit("/admin/password_change/", width=320)
    button = page.get_by_role("button", name="Keyboard shortcuts")
    await expect(button).to_be_visible()
    await expect(page.get_by_role("link", name="ayonevents")).to_be_visible()
    await expect(page.locator("#id_old_password")).to_be_focused()
    await page.keyboard.press("Escape")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_contain_text("Leave the search or another field")
    await page.keyboard.press("Escape")
    await button.click()
    await expect(page.get_by_role("dialog")).to_contain_text("Go to the events")
    key, words = await page.locator(".shortcuts dt, .shortcuts dd").evaluate_all(
        "all => all.slice(0, 2).map(each => each.getBoundingClientRect()).map(box => box.top + box.height / 2)"
    )
    assert abs(key - words) < 1


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


async def test_one_goes_from_event_to_event_and_back_to_its_place(visit: Visit, live: Server) -> None:
    for number in range(40):
        live.post("/api/events", {"topic": "keyboard.place", "project": "place", "description": f"number {number}"})
    page = await visit(f"{LIST}?project=place")
    await expect(page.locator(".live-state")).to_have_text("Live")
    focused = page.locator("tbody tr:focus-within .cell-description")
    for _ in range(31):
        await page.keyboard.press("j")
    await expect(focused).to_have_text("number 9")
    for key, found in (("Enter", "number 9"), ("j", "number 8"), ("k", "number 9"), ("k", "number 10")):
        await page.keyboard.press(key)
        await expect(page.locator(".event-description")).to_have_text(found)
        await expect(page.locator(".live-state")).to_have_text("Live")  # by then the keys of the page are bound
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_contain_text("Next event of the list")
    await page.keyboard.press("Escape")
    await page.keyboard.press("u")
    await expect(focused).to_have_text("number 10")
    await expect(focused).to_be_in_viewport()
    await page.reload()
    await expect(page.locator("tbody tr")).to_have_count(40)
    await expect(focused).to_have_count(0)


async def test_without_a_list_there_is_no_next_event(visit: Visit, event: str) -> None:
    page = await visit(event)
    await expect(page.locator(".live-state")).to_have_text("Live")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_contain_text("Back to the list")
    assert await page.get_by_text("Next event of the list").count() == 0


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
