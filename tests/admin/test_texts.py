import pytest
from django.contrib.auth.models import User
from django.utils.html import format_html

from events.admin.texts import isolated, visible
from tests.admin.viewing import LIST, browser, path_of
from tests.factories import make_event

TURNED = "moc.\u202eexe.gnp\u2066"
SHOWN = r"moc.\u202eexe.gnp\u2066"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("שלום, мир 🎬", "שלום, мир 🎬"),
        ("👩\u200d🎨", "👩\u200d🎨"),
        (TURNED, SHOWN),
        ("a\nb\tc", "a\nb\tc"),
        ("a\x07b\x85\ufeff", r"a\u0007b\u0085\ufeff"),
    ],
)
def test_characters_that_hide_or_turn_others_about_are_shown_as_escapes(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_a_text_is_isolated_from_what_stands_beside_it() -> None:
    assert isolated("<b>") == "<bdi>&lt;b&gt;</bdi>"
    assert isolated(format_html("<b>{}</b>", "&")) == "<bdi><b>&amp;</b></bdi>"


@pytest.mark.parametrize("path", ["{event}", LIST, f"{LIST}?user={TURNED}&sender={TURNED}", "/admin/"])
def test_no_page_has_characters_that_turn_it_about(people: dict[str, User], path: str) -> None:
    cause = make_event(description=TURNED)
    texts = dict.fromkeys(("description", "user", "sender", "hash"), TURNED)
    event = make_event(depends_on=cause.id, payload={TURNED: f"{TURNED}\n."}, finished=False, **texts)
    answer = browser(people["admin"]).get(path.format(event=path_of(event)))
    assert answer.status_code == 200
    page = answer.text.replace(f'value="{TURNED}"', "")  # what a field holds stays in it
    assert SHOWN in page
    assert "\u202e" not in page
