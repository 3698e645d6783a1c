import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.errors import InvalidField
from events.realtime import protocol
from events.realtime.protocol import Auth, Publish, Subscription


def read(**said: object) -> Auth:
    frame = protocol.read(json.dumps({"topic": "auth", **said}))
    assert isinstance(frame, Auth)
    return frame


def test_an_auth_frame_says_who_and_what() -> None:
    assert read(token="k", subscribe=["log.", "entity."], project="alpha") == Auth(
        token="k", subscription=Subscription(("entity.", "log."), "alpha")
    )


def test_deletions_are_told_to_who_asks_for_them() -> None:
    assert read(deletions=True).subscription.deletions
    assert not any(read(**said).subscription.deletions for said in ({}, {"deletions": None}, {"deletions": False}))
    with pytest.raises(InvalidField, match="expected true or false"):
        read(deletions=1)


@pytest.mark.parametrize(
    "nothing", [{}, {"token": None, "subscribe": None, "project": None}, {"token": "", "project": ""}]
)
def test_what_is_absent_null_or_empty_is_not_given(nothing: dict[str, object]) -> None:
    assert read(**nothing) == Auth(token=None, subscription=Subscription((), None))


@pytest.mark.parametrize(
    ("patterns", "prefixes"),
    [
        ([], ()),
        (["entity.folder."], ("entity.folder.",)),
        (["entity.*"], ("entity.",)),
        (["entity.*.created"], ("entity.",)),
        (["log.info", "*", "entity."], ("",)),
        (["*.created"], ("",)),
        (["log", "log.info", "log.", "lo", "la"], ("la", "lo")),
        (["a.b", "a.b"], ("a.b",)),
    ],
)
def test_patterns_become_the_beginnings_of_topics(patterns: list[str], prefixes: tuple[str, ...]) -> None:
    assert read(subscribe=patterns).subscription.prefixes == prefixes


@given(st.lists(st.text("ab.", max_size=4)), st.text("ab.", max_size=6))
def test_leaving_out_what_another_prefix_includes_changes_nothing(patterns: list[str], topic: str) -> None:
    covered = read(subscribe=patterns).subscription.covers(topic, None)
    assert covered == any(topic.startswith(pattern) for pattern in patterns)


@pytest.mark.parametrize(
    ("topic", "project", "covered"),
    [
        ("entity.folder.created", "alpha", True),
        ("entity.folder.created", None, True),
        ("entity.folder.created", "beta", False),
        ("log.info", "alpha", False),
        ("server.started", None, True),
        ("server.restart_requested", "beta", True),
        ("inbox.message", "beta", True),
    ],
)
def test_a_subscription_covers_its_topics_of_its_project(topic: str, project: str | None, covered: bool) -> None:
    assert Subscription(("entity.", "inbox."), "alpha").covers(topic, project) is covered


def test_a_subscription_without_a_project_covers_all_projects() -> None:
    assert Subscription(("",)).covers("log.info", "beta")


@pytest.mark.parametrize("said", [{"topic": "ping"}, {"topic": None}, {"topic": ["auth"]}, {}, {"type": "auth"}])
def test_frames_about_something_else_say_nothing(said: object) -> None:
    assert protocol.read(json.dumps(said)) is None


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"token": 5}, "token"),
        ({"since": -1}, "since"),
        ({"since": 1.5}, "since"),
        ({"since": True}, "since"),
        ({"since": "latest"}, "since"),
        ({"since": 2**63}, "since"),
        ({"since": "9" * 5000}, "since"),
        ({"token": "\ud800"}, "token"),
        ({"token": "with space"}, "token"),
        ({"token": "k" * 513}, "token"),
        ({"project": ["alpha"]}, "project"),
        ({"subscribe": "entity."}, "subscribe"),
        ({"subscribe": {"entity.": 1}}, "subscribe"),
        ({"subscribe": ["entity.", None]}, "subscribe"),
        ({"subscribe": ["a"] * 501}, "subscribe"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_by_name(said: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        read(**said)
    assert refusal.value.field == field


@pytest.mark.parametrize(("since", "position"), [(0, 0), (7, 7), ("7", 7), ("", None), (None, None)])
def test_a_client_says_where_it_was(since: object, position: int | None) -> None:
    assert read(since=since).since == position


def test_a_client_publishes_an_event() -> None:
    event = {
        "topic": "chat.typing",
        "sender": "tab",
        "project": "alpha",
        "description": "…",
        "summary": {"a": 1},
        "recipients": ["artist"],
        "payload": {"ignored": True},
    }
    assert protocol.read(json.dumps({"topic": "publish", "event": event})) == Publish(
        "chat.typing", "tab", "alpha", "…", {"a": 1}, ("artist",)
    )


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (None, "event"),
        ([], "event"),
        ({"topic": 5}, "topic"),
        ({"topic": "a.b", "summary": []}, "summary"),
        ({"topic": "a.b", "recipients": "artist"}, "recipients"),
        ({"topic": "a.b", "recipients": [1]}, "recipients"),
        ({"topic": "a.b", "sender": {}}, "sender"),
    ],
)
def test_an_event_of_the_wrong_shape_is_refused_by_name(event: object, field: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        protocol.read(json.dumps({"topic": "publish", "event": event}))
    assert refusal.value.field == field


# Few characters, but those that have a meaning to JSON, to patterns or to the encoding.
TEXTS = st.text('a.*" {}[]:,\\u0\x00\ud800é', max_size=20)
JSON = st.recursive(st.none() | TEXTS, lambda some: st.lists(some) | st.dictionaries(TEXTS, some), max_leaves=5)


def refused_field(text: str) -> str | None:
    """Return which field is refused; None if all is well."""
    try:
        protocol.read(text)
    except InvalidField as refusal:
        return refusal.field
    return None


@given(TEXTS | JSON.map(json.dumps))
def test_any_text_is_ignored_or_refused(text: str) -> None:
    assert refused_field(text) in (None, "frame")


@given(
    st.dictionaries(st.sampled_from(["token", "subscribe", "project", "since"]), JSON | st.integers() | st.lists(TEXTS))
)
def test_any_values_are_taken_or_refused(said: dict[str, object]) -> None:
    assert refused_field(json.dumps({"topic": "auth", **said})) in (None, *said)
