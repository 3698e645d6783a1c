"""The lineage of an event: what is shown of it, and the way from failure to failure."""

import pytest
from playwright.async_api import expect

from tests.e2e.server import Server
from tests.viewer.browsing import Visit, dispatch, opened


async def test_the_lineage_leads_from_event_to_event(visit: Visit, live: Server) -> None:
    source = dispatch(live, topic="test.source")
    job = dispatch(live, topic="test.job", dependsOn=source)
    page = await opened(visit, job)
    await expect(page.locator(".node[aria-current]")).to_contain_text("test.job")
    await page.get_by_role("region", name="Lineage").get_by_role("link", name="test.source").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("test.source")
    await expect(page.locator(".tree a")).to_have_text(["test.job"])


async def test_a_relative_that_is_deleted_leaves_the_lineage(visit: Visit, live: Server) -> None:
    source = dispatch(live, topic="test.source")
    job = dispatch(live, topic="test.job", dependsOn=source)
    page = await opened(visit, source)
    await expect(page.locator(".live-state")).to_have_text("Live")
    assert live.session.delete(f"{live.url}/api/events/{job}", timeout=30).status_code == 204
    await expect(page.locator(".tree a")).to_have_count(0)


async def test_five_hundred_descendants_are_shown(visit: Visit, live: Server) -> None:
    source = dispatch(live, topic="test.source")
    batch = [{"topic": "test.target", "dependsOn": source} for _ in range(501)]
    assert live.post("/api/events/batch", {"events": batch}).status_code == 200
    page = await opened(visit, source)
    await expect(page.locator(".tree a.node-topic")).to_have_count(500)
    await expect(page.get_by_text("These are the first 500 descendants")).to_be_visible()


async def test_failures_are_found_in_folded_branches_from_the_keyboard(visit: Visit, live: Server) -> None:
    source = dispatch(live, topic="test.source")
    jobs = [dispatch(live, topic=f"test.job{number}", dependsOn=source) for number in range(2)]
    batch = [{"topic": "test.target", "dependsOn": job, "finished": True} for job in jobs for _ in range(20)]
    assert live.post("/api/events/batch", {"events": batch}).status_code == 200
    for number, job in enumerate(jobs):
        failed = dispatch(live, topic=f"test.failed{number}", dependsOn=job, finished=False)
        assert live.session.patch(f"{live.url}/api/events/{failed}", json={"status": "failed"}, timeout=30).ok
    page = await opened(visit, source)
    await expect(page.locator(".live-state")).to_have_text("Live")
    for words in await page.locator(".tree details:not([open]) .node-below").all_inner_texts():
        assert words == "21 below, 1 failed"
    await expect(page.locator(".tree details:not([open])")).to_have_count(2)
    for name in ("test.failed0", "test.failed1", "test.failed0"):
        await page.keyboard.press("f")
        await expect(page.get_by_role("link", name=name)).to_be_focused()
        await expect(page.get_by_role("link", name=name)).to_be_in_viewport()
    await page.get_by_role("link", name="test.job1").locator("xpath=ancestor::summary").press("Enter")
    await expect(page.locator(".tree details:not([open])")).to_have_count(1)
    await page.locator("h1").click()  # nobody is at the lineage, so it may change
    dispatch(live, topic="test.job2", dependsOn=source)
    await expect(page.get_by_role("link", name="test.job2")).to_be_attached()
    await expect(page.locator(".tree details:not([open])")).to_have_count(1)
    await page.get_by_role("button", name="Next of 2 failures").click()
    await expect(page.get_by_role("link", name="test.failed1")).to_be_focused()


async def test_the_next_failure_comes_to_the_middle_of_its_box_and_of_the_window(visit: Visit, live: Server) -> None:
    source = dispatch(live, topic="test.source")
    batch = [{"topic": "test.target", "dependsOn": source} for _ in range(249)]
    assert live.post("/api/events/batch", {"events": batch}).status_code == 200
    job = dispatch(live, topic="test.failed", dependsOn=source, finished=False)
    assert live.session.patch(f"{live.url}/api/events/{job}", json={"status": "failed"}, timeout=30).ok
    assert live.post("/api/events/batch", {"events": batch}).status_code == 200
    page = await opened(visit, source)
    await page.set_viewport_size({"width": 1280, "height": 600})
    await expect(page.locator(".live-state")).to_have_text("Live")
    await page.keyboard.press("f")
    failed = page.locator(".node", has=page.get_by_role("link", name="test.failed"))
    await expect(failed.get_by_role("link")).to_be_focused()
    places = await failed.evaluate(
        """node => [node, node.closest(".tree")].map((each) => each.getBoundingClientRect())
            .map(({top, bottom}) => (top + bottom) / 2)"""
    )
    assert places == [pytest.approx(places[1], abs=4), pytest.approx(300, abs=60)]
