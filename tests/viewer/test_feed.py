"""The JavaScript client of the live feed, in a page of the viewer; each test follows a project of its own."""

from typing import Any

from playwright.async_api import Page

from tests.e2e.server import Server
from tests.viewer.browsing import LIST, Visit

FOLLOW = """async ([project, token]) => {
    const sockets = window.sockets = [];
    window.WebSocket = class extends WebSocket {
        constructor(...given) { super(...given); sockets.push(this); }
    };
    const { EventFeed } = await import("/static/events/feed.js");
    window.heard = [];
    window.states = [];
    window.feed = new EventFeed({
        topics: ["test.", "chat."], project, token,
        onEvent: (event, { replayed }) => heard.push([event.description, replayed, event.sender === feed.sender]),
        onResync: () => heard.push("resync"),
        onState: (state, detail) => states.push(detail ? [state, detail.code] : state),
    });
}"""


async def following(visit: Visit, project: str, token: str | None = None) -> Page:
    page = await visit(LIST, bypass_csp=True)  # Playwright waits by eval
    await page.evaluate(FOLLOW, [project, token])
    return page


async def heard(page: Page, count: int) -> Any:
    await page.wait_for_function(f"heard.length >= {count}")
    return await page.evaluate("heard")


def dispatch(live: Server, project: str, description: str, topic: str = "test.event") -> None:
    assert live.post("/api/events", {"topic": topic, "project": project, "description": description}).ok


async def test_a_page_that_lost_its_connection_gets_what_it_has_missed_and_then_what_comes(
    visit: Visit, live: Server
) -> None:
    page = await following(visit, "feed_lost")
    await page.wait_for_function("feed.state === 'open' && feed.position !== null")
    dispatch(live, "feed_lost", "first")
    assert await heard(page, 1) == [["first", False, False]]
    before = await page.evaluate("feed.position")
    await page.evaluate("sockets.at(-1).close(); states.length = 0")
    await page.wait_for_function("states.includes('connecting') || states.length > 0")
    dispatch(live, "feed_lost", "missed 1")
    dispatch(live, "feed_lost", "missed 2")
    await page.wait_for_function("feed.state === 'open' && heard.filter(([what]) => what === 'missed 2').length === 1")
    dispatch(live, "feed_lost", "live")
    await page.wait_for_function("heard.at(-1)[0] === 'live'")
    told = [what for what, _, _ in await page.evaluate("heard") if what != "first"]
    assert told == ["missed 1", "missed 2", "live"]
    assert await page.evaluate("feed.position") > before
    assert [each if isinstance(each, str) else each[0] for each in await page.evaluate("states")][:3] == [
        "waiting",
        "connecting",
        "open",
    ]


async def test_what_a_page_publishes_comes_back_as_its_own(visit: Visit, live: Server) -> None:
    page = await following(visit, "feed_chat")
    assert await page.evaluate("feed.publish({topic: 'chat.typing'})") is False
    await page.wait_for_function("feed.state === 'open'")
    assert await page.evaluate("feed.publish({topic: 'chat.typing', project: 'feed_chat', description: 'me'})") is True
    dispatch(live, "feed_chat", "somebody else")
    assert sorted(await heard(page, 2)) == [["me", False, True], ["somebody else", False, False]]


async def test_a_page_follows_other_topics_when_it_says_so(visit: Visit, live: Server) -> None:
    page = await following(visit, "feed_topics")
    await page.wait_for_function("feed.state === 'open'")
    await page.evaluate("feed.unsubscribe('test.')")
    await page.evaluate("feed.publish({topic: 'chat.mark', project: 'feed_topics', description: 'from here on'})")
    await heard(page, 1)
    dispatch(live, "feed_topics", "not asked for")
    dispatch(live, "feed_topics", "asked for", "chat.event")
    assert [what for what, _, _ in await heard(page, 2)] == ["from here on", "asked for"]


async def test_a_page_that_may_not_come_in_gives_up(visit: Visit, live: Server) -> None:
    page = await following(visit, "feed_nobody", "nobody")
    await page.wait_for_function("feed.state === 'closed'")
    assert await page.evaluate("states") == ["connecting", ["closed", 4401]]
    assert await page.evaluate("sockets.length") == 1
