import json

import pytest

from tests.e2e.server import Server
from tests.viewer.browsing import LIST, Visit

PAGES = [
    "/admin/",
    LIST,
    f"{LIST}{'0' * 32}/change/",
    "/admin/auth/user/",
    "/admin/auth/user/add/",
    "/admin/auth/user/1/change/",
    "/admin/auth/user/1/password/",
    "/admin/auth/group/",
    "/admin/auth/group/1/change/",
    "/admin/auth/group/add/",
    "/admin/events/apikey/",
    "/admin/events/projectgrant/",
    "/admin/events/projectgrant/add/",
    "/admin/events/topicpolicy/",
    "/admin/events/topicpolicy/add/",
    "/admin/events/apikey/add/",
    "/admin/events/",
    "/admin/password_change/",
]


@pytest.mark.parametrize("path", ["/admin/login/", "/admin/nonesuch", "/", "/api/info", "/static/events/viewer.css"])
async def test_every_answer_has_a_policy_that_allows_this_host_alone(live: Server, path: str) -> None:
    policy = live.get(path).headers["Content-Security-Policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'self'"
    assert rules["frame-ancestors"] == "'none'"
    assert "unsafe" not in policy


async def test_no_page_of_the_admin_breaks_the_policy(visit: Visit) -> None:
    visit.allowed = ("404 (Not Found)",)
    page = await visit("/admin/")
    for path in PAGES:
        await page.goto(path)
        assert await page.locator("#header").count() == 1


async def test_a_script_in_a_page_is_not_run(visit: Visit) -> None:
    page = await visit("/admin/")
    visit.allowed = ("Content Security Policy",)
    await page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.wasRun = true";
            document.body.append(script);
        }"""
    )
    assert await page.evaluate("window.wasRun") is None


async def test_a_socket_of_this_host_may_be_opened(visit: Visit) -> None:
    page = await visit("/admin/")
    first = await page.evaluate(
        """() => new Promise((resolve, reject) => {
            const socket = new WebSocket(location.origin.replace("http", "ws") + "/ws");
            socket.onopen = () => socket.send('{"topic": "auth", "subscribe": ["*"]}');
            socket.onmessage = (message) => { resolve(message.data); socket.close(); };
            socket.onerror = reject;
        })"""
    )
    assert json.loads(first)["topic"] == "heartbeat"
