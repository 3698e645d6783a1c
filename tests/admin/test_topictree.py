import pytest
from django.contrib.auth.models import User
from django.test import Client

from events.admin import topictree
from events.admin.topictree import Branch, topics_in_use, tree_of
from events.models import Event
from tests.admin.viewing import LIST, browser, viewer
from tests.factories import make_event


def outline(branches: list[Branch]) -> list[object]:
    """Names, and lists of what is below them."""
    return [[branch.name, *outline(branch.branches)] if branch.branches else branch.name for branch in branches]


def tree(*topics: str, chosen: str = "") -> list[Branch]:
    return tree_of(sorted(topics), chosen, lambda pattern: f"?topic={pattern}")


@pytest.mark.parametrize(
    ("topics", "shape"),
    [
        ([], []),
        (["log.info"], ["log.info"]),
        (["log.error", "log.info"], [["log.*", "error", "info"]]),
        (["ftrack", "ftrack.leech", "ftrack.sync"], ["ftrack", ["ftrack.*", "leech", "sync"]]),
        (
            ["entity.folder.created", "entity.folder.deleted", "entity.task.created"],
            [["entity.*", ["folder.*", "created", "deleted"], "task.created"]],
        ),
        (["entity.folder.created", "entity.folder.deleted"], [["entity.folder.*", "created", "deleted"]]),
        (["a.b", "ab.c", "a..b", "a...b"], [["a.*", [".*", ".b", "b"], "b"], "ab.c"]),
    ],
)
def test_topics_are_grouped_by_what_they_have_in_common(topics: list[str], shape: list[object]) -> None:
    assert outline(tree(*topics)) == shape


def test_a_branch_chooses_its_pattern_and_gives_it_up_again() -> None:
    (group,) = tree("entity.task.created", "entity.task.deleted", chosen="entity.task.deleted")
    created, deleted = group.branches
    assert (group.url, created.url, deleted.url) == (
        "?topic=entity.task.*",
        "?topic=entity.task.created",
        "?topic=None",
    )
    assert (group.is_open, created.is_chosen, deleted.is_chosen) == (True, False, True)


def test_only_topics_of_readable_events_are_listed(people: dict[str, User]) -> None:
    make_event("test.own", project="alpha")
    make_event("test.foreign", project="beta")
    assert topics_in_use(Event.objects.all()) == ["test.foreign", "test.own"]
    page = viewer(people["artist"]).get(LIST).text
    assert "test.own" in page
    assert "test.foreign" not in page


def test_a_burst_on_one_topic_hides_no_other(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topictree, "NEAR", 2)
    make_event("test.rare")
    for _ in range(5):
        make_event("test.burst")
    assert topics_in_use(Event.objects.all()) == ["test.burst", "test.rare"]


def test_the_sidebar_keeps_the_other_filters(people: dict[str, User]) -> None:
    make_event("test.one")
    client: Client = browser(people["admin"])
    page = client.get(f"{LIST}?status=finished&before=999999").text
    assert 'href="?status=finished&amp;topic=test.one"' in page
