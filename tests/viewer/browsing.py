"""Looking at the live viewer with a browser."""

from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, StorageState

from tests.e2e.server import PASSWORD, Server

LIST = "/admin/events/event/"


class Visitors:
    """The people in front of the browser."""

    def __init__(self, browser: Browser, server: Server) -> None:
        self.browser = browser
        self.server = server
        self._sessions: dict[str, StorageState] = {}

    async def session_of(self, name: str) -> StorageState:
        """The cookies of somebody who has logged in; everybody has the same password."""
        if name not in self._sessions:
            context = await self.browser.new_context(base_url=self.server.url)
            page = await context.new_page()
            await page.goto("/admin/login/")
            await page.fill("#id_username", name)
            await page.fill("#id_password", PASSWORD)
            await page.click("[type=submit]")
            await page.wait_for_url("**/admin/")
            self._sessions[name] = await context.storage_state()
            await context.close()
        return self._sessions[name]


class Visit:
    """Windows of one test, and what went wrong in them."""

    def __init__(self, visitors: Visitors) -> None:
        self._visitors = visitors
        self._contexts: list[BrowserContext] = []
        self.server = visitors.server
        self.complaints: list[str] = []
        self.allowed: tuple[str, ...] = ()
        """Parts of console messages that the test means to see, such as that of an answer 403."""

    async def __call__(self, path: str, *, name: str = "admin", width: int = 1280, **options: Any) -> Page:
        """Open a page in a new window; ``options`` are those of a browser context."""
        options = {
            "base_url": self.server.url,
            "storage_state": await self._visitors.session_of(name) if name else None,
            "viewport": {"width": width, "height": 900},
            **options,
        }
        context = await self._visitors.browser.new_context(**options)
        self._contexts.append(context)
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("request", self._on_request)
        page = await context.new_page()
        await page.goto(path)
        return page

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(part in message.text for part in self.allowed):
            self.complaints.append(message.text)

    def _on_request(self, request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(self.server.url).netloc:
            self.complaints.append(f"asked another host: {request.url}")

    async def close(self) -> None:
        for context in self._contexts:
            await context.close()


def dispatch(live: Server, **event: object) -> str:
    """Store an event, and return its id."""
    answer = live.post("/api/events", {"topic": "test.event", **event})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


async def opened(visit: Visit, event: str, **options: Any) -> Page:
    """Open the page of an event."""
    return await visit(f"{LIST}{event}/change/", **options)
