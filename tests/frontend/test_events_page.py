"""The event page of AYON's frontend, request by request."""

from uuid import uuid4

from tests.e2e.server import Server
from tests.frontend.conftest import TAB, Tab
from tests.frontend.recorded import EVENTS_BY_ID, events_page

NODE = {"id", "topic", "user", "sender", "project", "description", "dependsOn", "updatedAt", "status"}
MESSAGE = {
    *("id", "topic", "project", "user", "dependsOn", "description", "summary", "status", "sender", "senderType"),
    *("createdAt", "updatedAt"),
}


def dispatch(live: Server, topic: str, **fields: object) -> str:
    made: str = live.post("/api/events", {"topic": topic, **fields}).json()["id"]
    return made


def word() -> str:
    """Return a text that no other test uses."""
    return uuid4().hex


def test_the_first_page_has_what_the_table_shows(tab: Tab, live: Server) -> None:
    event = dispatch(live, "entity.folder.created", project="alpha", description="A folder", sender="here")
    log = dispatch(live, "log.info", description="A log")
    told = tab.ask(events_page())
    [newest_event, newest_log] = (told[name]["edges"][0] for name in ("events", "logs"))
    assert (newest_event["node"]["id"], newest_log["node"]["id"]) == (event, log)
    assert (set(newest_event["node"]), set(newest_event)) == (NODE, {"node", "cursor"})
    assert {"topic": "entity.folder.created", "project": "alpha", "user": "service", "status": "finished"}.items() <= (
        newest_event["node"].items()
    )
    assert event in [edge["node"]["id"] for edge in told["logs"]["edges"]]
    assert set(told["events"]["pageInfo"]) == {"hasPreviousPage"}


def test_scrolling_goes_on_from_the_cursor_of_the_last_edge(tab: Tab, live: Server) -> None:
    text = word()
    made = [dispatch(live, "log.info" if number % 3 == 0 else "test.event", description=text) for number in range(9)]
    shown: dict[str, list[str]] = {"events": [], "logs": []}
    cursors = {"events": "", "logs": ""}
    for _ in range(5):
        told = tab.ask(events_page(before=cursors["events"], before_logs=cursors["logs"], text=text, last=2))
        for name, page in told.items():
            shown[name] += [edge["node"]["id"] for edge in page["edges"]]
            cursors[name] = page["edges"][-1]["cursor"] if page["edges"] else cursors[name]
    assert shown["logs"] == made[::-1]
    assert shown["events"] == [event for number, event in reversed(list(enumerate(made))) if number % 3]
    assert [page["pageInfo"]["hasPreviousPage"] for page in told.values()] == [False, False]


def test_the_search_field_takes_any_case(tab: Tab, live: Server) -> None:
    text = word()
    made = dispatch(live, "test.event", description=f"Approved {text}")
    for typed in (f"approved {text}", f"{text.upper()} APPROVED"):
        assert [edge["node"]["id"] for edge in tab.ask(events_page(text=typed))["events"]["edges"]] == [made]
    assert tab.ask(events_page(text=f"{text} rejected"))["events"]["edges"] == []


def test_a_click_shows_the_whole_event(tab: Tab, live: Server) -> None:
    made = dispatch(live, "test.event", summary={"a": 1}, payload={"b": [2]})
    shown = tab.get(f"/api/events/{made}").json()
    assert shown.keys() >= {*MESSAGE, "payload", "retries", "hash"}
    assert (shown["summary"], shown["payload"]) == ({"a": 1}, {"b": [2]})


def test_events_are_fetched_by_their_ids(tab: Tab, live: Server) -> None:
    ids = [dispatch(live, "log.info"), dispatch(live, "test.event")]
    query = {"query": EVENTS_BY_ID, "variables": {"ids": ids, "includeLogs": True}}
    assert [edge["node"]["id"] for edge in tab.ask(query)["events"]["edges"]] == ids


def test_the_tab_hears_of_new_and_changed_events(tab: Tab, live: Server) -> None:
    source = dispatch(live, "test.source")
    with tab.socket() as socket:
        tab.subscribe(socket, "test.", "log.")
        made = dispatch(live, "test.job", dependsOn=source, finished=False)
        created = tab.next_message(socket)
        assert (created["id"], created["status"], created["store"]) == (made, "pending", True)
        assert created.keys() >= {*MESSAGE, "progress", "store"}
        changes = {"status": "in_progress", "progress": 40}
        live.session.patch(f"{live.url}/api/events/{made}", json=changes, timeout=30).raise_for_status()
        changed = tab.next_message(socket)
        assert (changed["id"], changed["status"], changed["progress"]) == (made, "in_progress", 40)
        assert changed.keys() >= {*MESSAGE, "progress"}
        assert not {"payload", "store"} & changed.keys()


def test_a_restart_in_the_tab_comes_back_with_the_id_of_the_tab(tab: Tab, live: Server) -> None:
    source = dispatch(live, "test.source")
    job = dispatch(live, "test.job", dependsOn=source)
    with tab.socket() as socket:
        tab.subscribe(socket, "*")
        assert tab.patch(f"/api/events/{job}", {"status": "restarted"}).status_code == 204
        message = tab.next_message(socket)
    assert (message["id"], message["status"], message["sender"]) == (job, "restarted", TAB)
    [first] = tab.ask({"query": EVENTS_BY_ID, "variables": {"ids": [job]}})["events"]["edges"]
    assert first["node"]["status"] == "restarted"


def test_a_tab_that_changes_its_topics_hears_of_the_new_ones_only(tab: Tab, live: Server) -> None:
    with tab.socket() as socket:
        for prefix in ("test.", "other."):
            tab.subscribe(socket, prefix, project="alpha")
        dispatch(live, "test.event", project="alpha")
        dispatch(live, "other.event", project="beta")
        wanted = dispatch(live, "other.event", project="alpha")
        assert tab.next_message(socket)["id"] == wanted
