import pytest

from tests.core.filtering import holds

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("Approved", "appr%"),
        ("Approved", "APPROVED"),
        ("Approved", "%rov%"),
        ("Approved", "_pprove_"),
        ("ÉMILE", "émile"),
        ("straße", "STRAßE"),
        ("aba", "%a%b%a"),
        ("aba", "%a%b%"),
        ("a\nb", "a%b"),
        ("a\nb", "a_b"),
        ("", ""),
        ("", "%"),
        ("100%", r"100\%"),
        ("sh_010", r"sh\_010"),
        ("a\\b", r"a\\b"),
        ("[a-z].*", "[A-Z].*"),
        ("😀", "_"),
    ],
)
def test_a_pattern_matches(text: str, pattern: str) -> None:
    assert holds("description", "like", pattern, description=text, payload={"a": text})
    assert holds("payload/a", "like", pattern, payload={"a": text})


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("Approved", "appr"),
        ("Approved", "proved"),
        ("Approved", "%x%"),
        ("ab", "%b%a%"),
        ("a", "a_"),
        ("a\n", "a"),
        ("1000", r"100\%"),
        ("shx010", r"sh\_010"),
        ("b", "[a-z]"),
        ("a", "."),
    ],
)
def test_a_pattern_must_match_the_whole_text(text: str, pattern: str) -> None:
    assert not holds("description", "like", pattern, description=text, payload={"a": text})
    assert not holds("payload/a", "like", pattern, payload={"a": text})


def test_the_longest_pattern_is_taken() -> None:
    assert not holds("description", "like", "%é" * 127, description="é" * 126)


@pytest.mark.parametrize("value", [5, True, None, ["a"], {"a": "a"}])
def test_a_pattern_matches_texts_only(value: object) -> None:
    assert not holds("payload/a", "like", "%", payload={"a": value})
