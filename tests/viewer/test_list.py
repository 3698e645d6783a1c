"""The list of events as somebody uses it: each test works in a project of its own."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.server import Server
from tests.viewer.browsing import LIST, Visit

HOSTILE = "<script>document.title = 'run'</script><img src=x onerror=\"document.title = 'run'\">"

HEAR = """() => new Promise((resolve) => {
    window.heard = "";
    const socket = new WebSocket("/ws");
    socket.onopen = () => socket.send('{"topic": "auth", "subscribe": ["*"]}');
    socket.onmessage = (message) => { window.heard += message.data; resolve(); };
})"""


def dispatch(live: Server, project: str, **event: object) -> str:
    body = {"topic": "test.event", "project": project, **event}
    return str(live.post("/api/events", body).json()["id"])


def patch(live: Server, event_id: str, **changes: object) -> None:
    assert live.session.patch(f"{live.url}/api/events/{event_id}", json=changes, timeout=30).status_code == 204


async def opened(visit: Visit, project: str, query: str = "", **options: Any) -> Page:
    """A list that is live already."""
    page = await visit(f"{LIST}?project={project}{query}", **options)
    await expect(page.locator(".live-state")).to_have_text("Live")
    return page


def rows(page: Page) -> Locator:
    return page.locator("tbody tr .cell-description")


async def test_a_new_event_appears_at_the_top(visit: Visit, live: Server) -> None:
    dispatch(live, "arrive", description="first")
    page = await opened(visit, "arrive")
    dispatch(live, "elsewhere", description="foreign")
    dispatch(live, "arrive", description="second")
    await expect(rows(page)).to_have_text(["second", "first"])
    dispatch(live, "arrive", description=HOSTILE)
    await expect(rows(page).first).to_have_text(HOSTILE)
    assert "run" not in await page.title()


async def test_the_first_event_of_all_appears_in_an_empty_list(visit: Visit, live: Server) -> None:
    page = await opened(visit, "empty")
    await expect(page.locator(".empty")).to_contain_text("Nothing matches")
    dispatch(live, "empty", description="first")
    await expect(rows(page)).to_have_text(["first"])
    await expect(page.locator(".empty")).to_have_count(0)


async def test_a_row_changes_where_it_stands_and_its_progress_moves(visit: Visit, live: Server) -> None:
    job = dispatch(live, "move", finished=False, description="job")
    dispatch(live, "move", description="other")
    page = await opened(visit, "move")
    row = page.locator(f'[data-id="{job}"]')
    patch(live, job, status="in_progress", progress=20)
    await expect(row.locator(".status")).to_have_text("In progress")
    for progress in (40, 75):
        patch(live, job, progress=progress)
        await expect(row.locator("progress")).to_have_js_property("value", progress)
    await page.reload()
    await expect(row.locator("progress")).to_have_js_property("value", 75)
    patch(live, job, status="finished", description="done")
    await expect(row.locator(".status")).to_have_text("Finished")
    await expect(row.locator("progress")).to_be_hidden()
    await expect(rows(page)).to_have_text(["other", "done"])


async def test_an_event_that_comes_to_match_appears(visit: Visit, live: Server) -> None:
    job = dispatch(live, "fail", finished=False, description="job")
    dispatch(live, "fail", description="fine")
    page = await opened(visit, "fail", "&status=failed")
    patch(live, job, status="failed")
    await expect(rows(page)).to_have_text(["job"])


async def test_nothing_jumps_while_one_reads(visit: Visit, live: Server) -> None:
    for number in range(40):
        dispatch(live, "read", description=f"number {number}")
    page = await opened(visit, "read")
    await page.evaluate("window.scrollTo(0, 600)")
    row = page.locator("tbody tr", has_text="number 10")
    before = await row.bounding_box()
    for number in range(3):
        dispatch(live, "read", description=f"new {number}")
    pill = page.locator("[data-pill]")
    await expect(pill).to_have_text("3 new")
    await expect(page.locator("[role=status]", has=pill)).to_have_count(1)
    assert await row.bounding_box() == before
    await pill.click()
    await expect(rows(page).first).to_have_text("new 2")
    await expect(pill).to_be_hidden()
    assert await page.evaluate("window.scrollY") == 0


async def test_a_paused_list_stands_still(visit: Visit, live: Server) -> None:
    event = dispatch(live, "pause", description="before")
    page = await opened(visit, "pause")
    await page.keyboard.press("p")
    await expect(page.locator(".live-state")).to_have_text(re.compile(r"^Paused · as of \d\d:\d\d$"))
    await page.evaluate(HEAR)
    patch(live, event, description="after")
    await page.wait_for_function("window.heard.includes('after')")  # another socket of the page has been told
    await expect(rows(page)).to_have_text(["before"])
    await page.get_by_role("button", name="Resume").click()
    await expect(rows(page)).to_have_text(["after"])


async def test_a_row_that_no_longer_matches_is_greyed_where_it_stands(visit: Visit, live: Server) -> None:
    leaves, stays = (dispatch(live, "leaving", description=word, finished=False) for word in ("leaves", "stays"))
    page = await visit(f"{LIST}?project=leaving&status=pending")
    await expect(page.locator(".live-state")).to_have_text("Live")
    for event, status in ((leaves, "failed"), (stays, "pending")):
        patch(live, event, status=status, description="changed")
    await expect(rows(page)).to_have_text(["changed", "changed"])
    row = page.locator(f'[data-id="{leaves}"]')
    await expect(row).to_have_class(re.compile(r"\bleft\b"))
    await expect(row).to_have_attribute("title", "No longer matches the filters")
    await expect(row.locator(".cell-status")).to_have_text("Failed, no longer matches the filters")
    await expect(page.locator(f'[data-id="{stays}"]')).not_to_have_class(re.compile(r"\bleft\b"))


async def test_a_deleted_row_is_greyed_where_it_stands(visit: Visit, live: Server) -> None:
    gone, stays = (dispatch(live, "vanish", description=word) for word in ("gone", "stays"))
    page = await opened(visit, "vanish")
    await page.locator(f'[data-id="{gone}"] [type=checkbox]').check()
    assert live.session.delete(f"{live.url}/api/events/{gone}", timeout=30).status_code == 204
    row = page.locator(f'[data-id="{gone}"]')
    await expect(row.locator(".cell-status")).to_have_text("Deleted")
    await expect(row.locator("[type=checkbox]")).to_be_disabled()
    for key in ("j", "j", "x"):
        await page.keyboard.press(key)
    await expect(row.locator(".cell-topic a")).to_be_focused()
    await expect(row.locator("[type=checkbox]")).not_to_be_checked()
    await expect(page.locator("#operate")).to_have_class(re.compile("is-idle"))
    await expect(rows(page)).to_have_text(["stays", "gone"])
    await expect(page.locator(f'[data-id="{stays}"] .status')).to_have_text("Finished")


async def test_what_narrows_the_view_is_told_and_taken_away_one_by_one(visit: Visit) -> None:
    page = await visit(f"{LIST}?status=failed,aborted&topic=test.*&q=word")
    chips = page.locator(".chip")
    await expect(chips).to_have_text([re.compile(each) for each in ("Search.*word", "Topic.*test", "Failed, Aborted")])
    await chips.nth(1).click()
    await page.wait_for_url(lambda address: "topic" not in address)
    assert parse_qs(urlsplit(page.url).query) == {"status": ["failed,aborted"], "q": ["word"]}


async def test_on_a_phone_the_fields_fold_away_and_still_count(visit: Visit, live: Server) -> None:
    dispatch(live, "phone", topic="test.phone", description="found")
    page = await opened(visit, "phone", "&topic=test.*", width=320)
    await expect(page.get_by_label("Project")).to_be_hidden()
    await page.get_by_label("Search").fill("found")
    await page.keyboard.press("Enter")
    await expect(rows(page)).to_have_text(["found"])
    assert parse_qs(urlsplit(page.url).query) == {"q": ["found"], "project": ["phone"], "topic": ["test.*"]}
    await page.get_by_text("Filters", exact=True).click()
    await expect(page.get_by_label("Project")).to_have_value("phone")


@pytest.mark.parametrize("width", [320, 1280])
async def test_what_is_wrong_with_a_field_is_told_there_and_once(visit: Visit, width: int) -> None:
    visit.allowed = ("400 (Bad Request)",)
    page = await visit(f"{LIST}?filter=%7B&topic=-", width=width)
    for name, problem in (("filter", "filter: expected JSON; line 1, column 2"), ("topic", "topic: expected a topic")):
        await expect(page.locator(f"#filter-{name}")).to_be_visible()
        await expect(page.get_by_text(problem)).to_have_count(1)
        await expect(page.locator(f"#error-{name}")).to_contain_text(problem)
    await page.get_by_text("What is wrong is told at").get_by_role("link", name="Filter").click()
    await expect(page.locator("#filter-filter")).to_be_in_viewport()
    assert await page.evaluate("document.documentElement.scrollWidth") == width


async def test_an_empty_filter_offers_an_example_and_the_guide(visit: Visit) -> None:
    page = await visit(LIST)
    await page.get_by_text("Filter language").click()
    guide = await page.get_by_role("link", name="All keys and operators").get_attribute("href")
    await page.get_by_role("button", name="Put the example in").click()
    await expect(page.get_by_role("button", name="Put the example in")).to_be_hidden()
    await page.get_by_role("button", name="Apply").click()
    await expect(page.locator(".chip")).to_contain_text("Approved")
    await expect(page.get_by_text("This address is not understood")).to_have_count(0)
    await page.goto(str(guide))
    await expect(page.get_by_role("heading", name="Operators")).to_be_visible()


async def test_filters_combine_and_survive_a_reload(visit: Visit, live: Server) -> None:
    for topic, status in (("log.info", None), ("test.one", "failed"), ("test.two", "failed"), ("test.two", None)):
        event = dispatch(live, "combine", topic=topic, description=f"{topic} {status}")
        if status:
            patch(live, event, status=status)
    page = await opened(visit, "combine")
    await page.get_by_role("link", name="Failed", exact=True).click()
    await expect(rows(page)).to_have_text(["test.two failed", "test.one failed"])
    await page.get_by_label("Topic").fill("test.t*")
    await page.keyboard.press("Enter")
    await expect(rows(page)).to_have_text(["test.two failed"])
    await page.reload()
    await expect(rows(page)).to_have_text(["test.two failed"])
    assert parse_qs(urlsplit(page.url).query) == {"project": ["combine"], "status": ["failed"], "topic": ["test.t*"]}
    await page.get_by_role("link", name="Clear all filters").click()
    assert urlsplit(page.url).query == ""


async def test_a_time_range_is_chosen_in_the_readers_zone(visit: Visit) -> None:
    page = await opened(visit, "zone", "&from=2026-01-31T14:00", timezone_id="Asia/Tokyo")
    field = page.get_by_label("From")
    await expect(field).to_have_value("2026-01-31T23:00")
    await field.fill("2026-02-01T08:30:00")
    await page.get_by_role("button", name="Apply").click()
    await page.wait_for_url(re.compile("from=2026-01-31T23%3A30%3A00Z"))
    assert urlsplit(page.url).query == "project=zone&from=2026-01-31T23%3A30%3A00Z"


async def test_times_are_the_readers_and_the_title_is_in_utc(visit: Visit, live: Server) -> None:
    event = dispatch(live, "clock")
    created = str(live.get(f"/api/events/{event}").json()["createdAt"])
    page = await opened(visit, "clock", timezone_id="Asia/Kolkata")
    time = page.locator("tbody time")
    shown, local = (
        await time.text_content(),
        await page.evaluate("created => new Date(created).toTimeString().slice(0, 8)", created),
    )
    assert shown == local
    assert await time.get_attribute("title") == f"{created[:10]} {created[11:23]} UTC"


async def test_the_keyboard_walks_through_the_list(visit: Visit, live: Server) -> None:
    for word in ("one", "two", "three"):
        dispatch(live, "keys", description=word)
    page = await opened(visit, "keys")
    focused = page.locator("tbody tr:focus-within .cell-description")
    for key, row in (("j", "three"), ("j", "two"), ("j", "one"), ("j", "one"), ("k", "two")):
        await page.keyboard.press(key)
        await expect(focused).to_have_text(row)
    await page.keyboard.press("/")
    await expect(page.locator("#searchbar")).to_be_focused()
    await page.keyboard.type("j?k")
    await expect(page.locator("#searchbar")).to_have_value("j?k")
    await page.keyboard.press("Escape")
    await expect(page.locator("#searchbar")).not_to_be_focused()
    await expect(page.locator("#searchbar")).to_have_value("j?k")
    await page.keyboard.press("j")
    await expect(focused).to_have_text("three")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_contain_text("Next event")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("test.event")


async def test_the_list_fits_any_width_in_light_and_dark(visit: Visit, live: Server) -> None:
    dispatch(live, "widths", topic="a" * 65, description="x" * 400, finished=False)
    page = await opened(visit, "widths")
    for width in (320, 721, 900, 1280, 2560):
        await page.set_viewport_size({"width": width, "height": 900})
        assert await page.evaluate("document.documentElement.scrollWidth") == width
    for scheme, background in (("light", "rgb(246, 247, 249)"), ("dark", "rgb(15, 20, 25)")):
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type] # one of two texts
        await expect(page.locator("body")).to_have_css("background-color", background)


# The forms of times.js, at the moments of a year that are the widest to write.
WIDEST_TIMES = """async (time) => {
    const { localise } = await import(document.querySelector("script[src*='viewer']").src.replace("viewer", "times"));
    const cell = time.closest("td");
    let needed = 0;
    for (const family of ["", "serif", "sans-serif", "monospace"]) {
        document.documentElement.style.setProperty("--font-family-primary", family);
        for (let month = 0; month < 12; month++) {
            for (const back of [0, 1]) {
                time.dateTime = new Date(new Date().getFullYear() - back, month, 28, 20, 8).toISOString();
                localise(cell);
                needed = Math.max(needed, cell.scrollWidth - cell.clientWidth);
            }
        }
    }
    return needed;
}"""


async def test_no_time_is_cut_off_in_any_month_and_font(visit: Visit, live: Server) -> None:
    dispatch(live, "when", description="x" * 400)
    page = await opened(visit, "when")
    for width in (320, 768, 901, 1280, 1800, 2560):
        await page.set_viewport_size({"width": width, "height": 900})
        assert await page.locator("tbody time").evaluate(WIDEST_TIMES) == 0, width


async def test_the_description_has_the_most_room(visit: Visit, live: Server) -> None:
    dispatch(live, "room", description="x" * 400)
    page = await opened(visit, "room")
    for width in (768, 901, 1024, 1101, 1280, 1800, 2200, 2560):
        await page.set_viewport_size({"width": width, "height": 900})
        boxes = [await page.locator(f"tbody .cell-{name}").bounding_box() for name in ("description", "topic")]
        description, topic = (box["width"] if box else 0 for box in boxes)
        assert description >= max(240, topic), width
        assert topic >= 140, width


async def test_a_wide_list_tells_how_long_and_by_whom(visit: Visit, live: Server) -> None:
    job = dispatch(live, "wide", finished=False, sender="rn-01")
    patch(live, job, status="in_progress")
    page = await opened(visit, "wide", width=2200)
    sender, took = (page.locator(f"tbody .cell-{name}") for name in ("sender", "took"))
    await expect(sender).to_have_text("rn-01")
    await expect(took).to_contain_text("since")
    patch(live, job, status="finished")
    await expect(took).not_to_contain_text("since")
    await expect(took).to_contain_text(" s")
    await page.set_viewport_size({"width": 2199, "height": 900})
    await expect(sender).to_be_hidden()
    await expect(took).to_be_hidden()
