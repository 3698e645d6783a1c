from playwright.async_api import expect

from tests.e2e.server import Server
from tests.viewer.browsing import Visit


async def test_the_overview_leads_to_the_events_behind_its_numbers(visit: Visit, live: Server) -> None:
    source = live.post("/api/events", {"topic": "test.source"}).json()["id"]
    job = {"topic": "overview.job", "dependsOn": source, "finished": False, "sender": "rn-01"}
    job_id = live.post("/api/events", job).json()["id"]
    page = await visit("/admin/")
    queues = page.get_by_role("region", name="Jobs by target topic")
    await queues.get_by_role("link", name="overview.job").click()
    await expect(page.locator("tbody tr")).to_have_count(1)
    await page.go_back()
    await queues.get_by_role("row", name="overview.job").get_by_role("link").last.click()
    await expect(page.locator(".facts code").first).to_have_text(job_id)


async def test_the_overview_stays_up_to_date_without_jumping(visit: Visit, live: Server) -> None:
    live.post("/api/events", {"topic": "test.event"})
    page = await visit("/admin/")
    await expect(page.locator(".live-state")).to_have_text("Live")
    connected = page.get_by_role("region", name="Connected")
    await expect(connected.get_by_role("row", name="admin")).to_be_visible(timeout=30_000)
    await page.set_viewport_size({"width": 1280, "height": 500})
    await page.evaluate("window.scrollTo(0, 100)")
    assert await page.evaluate("scrollY") == 100
    chart = page.locator(".chart-frame")
    before = await chart.bounding_box()
    event = live.post("/api/events", {"topic": "overview.fails", "finished": False}).json()["id"]
    changes = {"status": "failed", "description": "Disk full"}
    assert live.session.patch(f"{live.url}/api/events/{event}", json=changes, timeout=30).status_code == 204
    failure = page.get_by_role("region", name="Latest failures").get_by_role("listitem").first
    await expect(failure).to_contain_text("Disk full", timeout=15_000)
    assert await chart.bounding_box() == before
    await failure.get_by_role("link").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("overview.fails")


async def test_a_bar_of_the_chart_leads_to_its_events(visit: Visit, live: Server) -> None:
    live.post("/api/events", {"topic": "test.event"})
    page = await visit("/admin/")
    await page.locator("svg .bar").last.click()
    await expect(page.locator(".chip-name")).to_contain_text(["From", "To"])
    assert await page.locator("tbody tr").count() > 0


async def test_the_overview_fits_any_width(visit: Visit, live: Server) -> None:
    live.post("/api/events", {"topic": "a" * 65, "sender": "x" * 255})
    page = await visit("/admin/")
    for width in (320, 1280, 2560):
        await page.set_viewport_size({"width": width, "height": 900})
        assert await page.evaluate("document.documentElement.scrollWidth") == width
    await page.get_by_role("link", name="Last hour").click()
    await expect(page.locator(".windows [aria-current]")).to_have_text("Last hour")
    assert await page.locator("svg .bar").count() > 0
