"""A real browser in front of a real server: one of each for all the tests here.

Without Chromium on the path these tests are not run; with ``CI`` set that is a failure.
"""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from tests.e2e.server import Server
from tests.viewer.browsing import Visit, Visitors

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
expect.set_options(timeout=30_000)  # milliseconds; what is awaited comes at once on a machine with nothing else to do


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser belongs to one event loop, so all the tests run in that one."""
    for item in items:
        if Path(__file__).parent in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server; its sockets hear of its own events only."""
    with Server(tmp_path_factory.mktemp("viewer"), REDIS_PREFIX=f"ayonevents-viewer-{os.getpid()}") as running:
        yield running.let_services_log()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser, with a fresh profile."""
    if CHROMIUM is None:
        message = "there is no Chromium on the path"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def visitors(chromium: Browser, live: Server) -> Visitors:
    """Who can visit: each logs in once."""
    return Visitors(chromium, live)


@pytest_asyncio.fixture(loop_scope="session")
async def visit(visitors: Visitors) -> AsyncIterator[Visit]:
    """``await visit(path)``: a page of the viewer as the admin sees it, in a window of its own.

    The test fails if any page wrote an error to the console, broke the Content-Security-Policy or asked another host.
    """
    visit = Visit(visitors)
    yield visit
    await visit.close()
    assert visit.complaints == []
