"""The page of one event, and texts that are up to no good."""

import json
import re

import pytest
from playwright.async_api import Page, expect

from tests.e2e.server import Server
from tests.viewer.browsing import LIST, Visit, dispatch, opened

HOSTILE = """<script>document.title = "run"</script><img src=x onerror="document.title = 'run'"></pre>{{ 1 }}"'&"""
RTL = "\u202eשלחם 🧨🎬 \u2066"


async def test_a_payload_folds_and_is_copied_whole(visit: Visit, live: Server) -> None:
    payload = {"outer": {"inner": [1, 2, 3]}, "text": "x"}
    page = await opened(visit, dispatch(live, payload=payload), permissions=["clipboard-read", "clipboard-write"])
    card = page.locator("#part-payload")
    await card.get_by_text("inner").click()
    await expect(card.get_by_text("3 items")).to_have_count(0)  # what stands there is made by the stylesheet
    await expect(card.locator(".json-number").first).to_be_hidden()
    await card.get_by_role("button", name="Copy").click()
    await expect(card.get_by_role("button", name="Copied")).to_be_visible()
    assert json.loads(await page.evaluate("navigator.clipboard.readText()")) == payload


async def test_an_open_event_shows_how_far_it_is_also_after_a_reload(visit: Visit, live: Server) -> None:
    job = dispatch(live, topic="test.page_progress", finished=False)
    page = await opened(visit, job)
    await expect(page.locator(".live-state")).to_have_text("Live")
    bar = page.locator(".event-state progress")
    for changes in ({"status": "in_progress"}, {"progress": 42}):
        assert live.session.patch(f"{live.url}/api/events/{job}", json=changes, timeout=30).status_code == 204
    await expect(bar).to_have_js_property("value", 42, timeout=30_000)
    await page.reload()
    await expect(bar).to_have_js_property("value", 42)
    await expect(page.locator(".event-state")).to_contain_text("42 %")


async def test_an_open_event_changes_with_its_timeline(visit: Visit, live: Server) -> None:
    source = dispatch(live, topic="test.page_source")
    request = {"sourceTopic": "test.page_source", "targetTopic": "test.page_job", "sender": "rn-07"}
    job = live.post("/api/enroll", request).json()["id"]
    assert live.get(f"/api/events/{job}").json()["dependsOn"] == source
    page = await opened(visit, job)
    await expect(page.locator(".live-state")).to_have_text("Live")
    await page.get_by_role("button", name="Delete …").focus()
    await expect(page.locator("#part-operate button")).to_have_text(["Abort …", "Delete …"])
    for changes in ({"status": "in_progress"}, {"status": "failed", "description": "No milk"}):
        assert live.session.patch(f"{live.url}/api/events/{job}", json=changes, timeout=30).status_code == 204
    await expect(page.locator(".event-state .status")).to_have_text("Failed")
    await expect(page.locator(".event-description")).to_have_text("No milk")
    await expect(page.locator("#part-operate button")).to_have_text(["Restart …", "Delete …"])
    assert live.post("/api/enroll", {**request, "sender": "rn-08"}).json()["id"] == job
    moments = page.locator(".story-what")
    told = [
        "test.page_source was dispatched",
        "Created as a job",
        "Started",
        "Ended",
        "Handed out again",
        "Waiting for",
    ]
    await expect(moments).to_have_text([re.compile(f"^{each}") for each in told])
    await expect(page.locator(".story-note")).to_have_text("No milk")
    await expect(page.locator("#part-operate button")).to_have_text(["Abort …", "Delete …"])
    await expect(page.get_by_role("button", name="Delete …")).to_be_focused()


async def change(page: Page, live: Server, event: str, **changes: object) -> None:
    """Change an event whose open page shows it as soon as it does the description."""
    await expect(page.locator(".live-state")).to_have_text("Live")
    changes["description"] = f"Changed {sorted(changes)}"
    assert live.session.patch(f"{live.url}/api/events/{event}", json=changes, timeout=30).status_code == 204
    await expect(page.locator(".event-description")).to_have_text(str(changes["description"]))


async def test_an_open_event_shows_a_traceback_that_comes_with_its_failure(visit: Visit, live: Server) -> None:
    event = dispatch(live, finished=False)
    page = await opened(visit, event, permissions=["clipboard-read", "clipboard-write"])
    payload, traceback = page.locator("#part-payload"), "Traceback:\n  line 1"
    await expect(payload).to_contain_text("empty")
    await change(page, live, event, status="failed", payload={"traceback": traceback}, summary={"code": 7})
    await expect(page.get_by_role("region", name="payload.traceback").locator("pre")).to_have_text(traceback)
    await expect(page.locator("#part-summary").locator(".json-number")).to_have_text("7")
    await payload.get_by_role("button", name="Copy").click()
    await expect(payload.get_by_role("button", name="Copied")).to_be_visible()


async def test_what_is_folded_stays_folded_when_a_document_changes(visit: Visit, live: Server) -> None:
    event = dispatch(live, payload={"one": {"a": 1}, "two": {"a": [2]}})
    page = await opened(visit, event)
    payload = page.locator("#part-payload")
    await payload.get_by_text("one").click()
    await page.locator("h1").click()
    await change(page, live, event, payload={"new": {"a": 0}, "one": {"a": 10}, "two": {"a": [20]}})
    await expect(payload.locator(".json-number:visible")).to_have_text(["0", "20"])
    await payload.get_by_text("one").click()
    await expect(payload.locator(".json-number:visible")).to_have_text(["0", "10", "20"])


async def test_a_large_document_that_is_read_says_that_it_has_changed(visit: Visit, live: Server) -> None:
    frames = {f"frame{number}": number for number in range(2_000)}
    event = dispatch(live, payload={"frames": frames})
    page = await opened(visit, event)
    payload = page.locator("#part-payload")
    await payload.get_by_text('"frames"').click()
    await expect(payload.get_by_text('"frame99"')).to_be_visible()
    await page.locator("h1").click()
    await change(page, live, event, payload={"frames": {"other": 1, **frames}})
    await expect(payload.get_by_text("This has changed.")).to_be_visible()
    await expect(payload.get_by_text('"other"')).to_have_count(0)
    await payload.get_by_role("button", name="Show it").click()
    await expect(payload.get_by_text('"other"')).to_be_visible()
    await expect(payload.get_by_text("This has changed.")).to_have_count(0)


async def test_an_open_event_says_that_it_was_deleted_and_asks_no_more(visit: Visit, live: Server) -> None:
    event = dispatch(live)
    page = await opened(visit, event)
    await page.clock.install()
    async with page.expect_event("requestfinished", lambda request: request.resource_type == "fetch"):
        await page.reload()  # it looks as soon as the feed is open; after that it has nothing to ask for a while
    await expect(page.locator(".live-state")).to_have_text("Live")
    assert live.session.delete(f"{live.url}/api/events/{event}", timeout=30).status_code == 204
    await expect(page.get_by_text("This event has been deleted.")).to_be_visible()
    await expect(page.get_by_role("button", name="Delete …")).to_have_count(0)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await page.clock.run_for(60_000)
    await page.evaluate("fetch('/static/events/status.svg')")  # the last: what was asked before is known by now
    assert [url for url in asked if "status.svg" not in url] == []


@pytest.mark.parametrize("text", [HOSTILE, RTL, "x" * 240])
async def test_hostile_texts_are_shown_as_texts(visit: Visit, live: Server, text: str) -> None:
    source = dispatch(live, description=text)
    event = dispatch(
        live,
        description=text,
        user=text,
        sender=text,
        hash=text,
        dependsOn=source,
        summary={text: text},
        payload={text: [f"{text}\n{text}"], "nested": {"a": text}},
    )
    page = await opened(visit, event, width=320)
    shown = text.replace("\u202e", r"\u202e").replace("\u2066", r"\u2066")
    await expect(page.locator(".event-description")).to_have_text(shown)
    assert "run" not in await page.title()
    assert await page.evaluate("document.documentElement.scrollWidth") == 320
    await page.goto(f"{LIST}?sender={text[:9]}&q={text[:9]}")
    await page.goto(LIST)
    await expect(page.locator("tbody .cell-description").first).to_have_text(shown)
    assert "run" not in await page.title()


async def test_words_from_right_to_left_stay_behind_their_names(visit: Visit, live: Server) -> None:
    word = "שלום"
    event = dispatch(live, payload={word: word}, sender=word)
    page = await opened(visit, event)
    document = page.locator(".document").last
    key, value = document.locator(".json-key").first, document.locator(".json-string").first
    boxes = await key.bounding_box(), await value.bounding_box()
    assert boxes[0]
    assert boxes[1]
    assert boxes[0]["x"] + boxes[0]["width"] < boxes[1]["x"]
    await expect(page.locator(".story-what").first).to_have_text("Dispatched by service")


async def test_a_megabyte_unfolds_bit_by_bit_and_is_copied_whole(visit: Visit, live: Server) -> None:
    blob, traceback = HOSTILE * 7_000, f"{HOSTILE}\n" * 300
    shots = [{"name": f"sh{number:04}", "token": "hush"} for number in range(350)]
    payload = {"blob": blob, "shots": shots, "traceback": traceback}
    page = await opened(visit, dispatch(live, payload=payload), permissions=["clipboard-read", "clipboard-write"])
    card = page.locator(".document").last
    await card.get_by_text("shots").click()
    await expect(card.locator("[data-count='2 keys']")).to_have_count(100)
    await card.get_by_text("100 of 250 more").press("Enter")
    await expect(card.locator("[data-count='2 keys']")).to_have_count(200)
    await expect(card.locator("summary").nth(102)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(card.get_by_text('"sh0100"')).to_be_visible()
    shown = len(await card.inner_text())
    await card.get_by_text("more characters").first.click()
    await expect(card.get_by_text(re.compile(f"^{len(blob) - 22_000:,} more characters"))).to_be_visible()
    assert len(await card.inner_text()) > shown + 15_000
    assert "run" not in await page.title()
    assert len(await page.content()) < 250_000
    await card.get_by_role("button", name="Copy").click()
    await expect(card.get_by_role("button", name="Copied")).to_be_visible()
    masked = [shot | {"token": "••••••"} for shot in shots]
    assert json.loads(await page.evaluate("navigator.clipboard.readText()")) == {**payload, "shots": masked}
    passage = page.get_by_role("region", name="payload.traceback")
    await passage.get_by_role("button", name="Copy").click()
    await expect(passage.get_by_role("button", name="Copied")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == traceback


async def test_a_document_that_has_changed_meanwhile_is_not_unfolded(visit: Visit, live: Server) -> None:
    payload: dict[str, object] = {"list": list(range(2_000))}
    event = dispatch(live, payload=payload)
    page = await opened(visit, event)
    await page.get_by_role("button", name="Pause").click()
    answer = live.session.patch(f"{live.url}/api/events/{event}", json={"payload": {"other": [1]}}, timeout=30)
    assert answer.status_code == 204
    visit.allowed = ("409 (Conflict)",)
    await page.get_by_text('"list"').click()
    await expect(page.get_by_text("It has changed meanwhile: load the page again.")).to_be_visible()


async def test_what_does_not_exist_says_so(visit: Visit) -> None:
    visit.allowed = ("404 (Not Found)",)
    page = await opened(visit, "0" * 32)
    await expect(page.get_by_text("There is no event with this id")).to_be_visible()
