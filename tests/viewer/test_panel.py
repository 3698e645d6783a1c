"""The panel that says whether a page lives, on the overview and on the list."""

import re

import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from tests.e2e.server import Server
from tests.viewer.browsing import LIST, Visit

PAGES = {"/admin/": "**/admin/", LIST: "**/live/?*"}
"""What each page asks for when it looks at what has changed."""


async def says(page: Page, words: str) -> None:
    await expect(page.locator(".live-state")).to_have_text(re.compile(f"^{words}$"))


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_without_its_connection_says_as_of_when_it_stands(visit: Visit, path: str) -> None:
    sockets: list[WebSocketRoute] = []

    async def first_only(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        if len(sockets) == 1:
            socket.connect_to_server()
        else:
            await socket.close()

    page = await visit("/admin/password_change/")
    await page.route_web_socket("**/ws", first_only)
    await page.goto(path)
    await says(page, "Live")
    await sockets[0].close()
    await says(page, r"Reconnecting · as of \d\d:\d\d")


@pytest.mark.parametrize(("path", "asked"), PAGES.items())
async def test_a_page_that_is_not_answered_says_so_until_it_is(
    visit: Visit, live: Server, path: str, asked: str
) -> None:
    visit.allowed = ("503",)
    page = await visit(path)
    await says(page, "Live")
    await page.route(asked, lambda route: route.fulfill(status=503))
    live.post("/api/events", {"topic": "test.event"})
    await says(page, r"No answer · as of \d\d:\d\d")
    await page.unroute(asked)
    live.post("/api/events", {"topic": "test.event"})
    await says(page, "Live")
