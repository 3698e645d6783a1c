"""GraphiQL in a browser."""

import json
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.e2e.server import Server
from tests.viewer.browsing import Visit


async def answer_of(page: Page) -> object:
    """Run the query that the editor shows, and return what is answered."""
    async with page.expect_response(lambda response: "Newest" in (response.request.post_data or "")) as awaited:
        await page.click("button.graphiql-execute-button")
    answer = await awaited.value
    assert answer.status == 200
    return await answer.json()


async def test_the_example_runs_and_its_answer_is_shown(visit: Visit, live: Server, tmp_path: Path) -> None:
    made = live.post("/api/events", {"topic": "explorer.test", "description": "Seen in GraphiQL"}).json()["id"]
    page = await visit("/graphql")
    await page.wait_for_selector(".graphiql-query-editor .CodeMirror-line")
    answer = await answer_of(page)
    assert isinstance(answer, dict)
    assert made in [edge["node"]["id"] for edge in answer["data"]["events"]["edges"]]
    await page.get_by_text("Seen in GraphiQL").first.wait_for()
    await page.screenshot(path=tmp_path / "explorer.png")


async def test_the_documentation_shows_the_schema(visit: Visit) -> None:
    page = await visit("/graphql")
    await page.click("[aria-label='Show Documentation Explorer']")
    await page.get_by_role("link", name="Query", exact=True).click()
    await page.get_by_text("EventsConnection!").wait_for()


async def test_without_a_login_the_browser_is_sent_there_and_comes_back(visit: Visit) -> None:
    page = await visit("/graphql", name="")
    assert page.url.endswith("/admin/login/?next=/graphql")


@pytest.mark.parametrize(
    ("accept", "query"), [("application/json", ""), ("*/*", ""), ("text/html", "?query={me{name}}"), ("", "")]
)
def test_programs_get_json(live: Server, accept: str, query: str) -> None:
    answer = live.session.get(f"{live.url}/graphql{query}", headers={"Accept": accept}, timeout=30)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert "data" in json.loads(answer.text)
