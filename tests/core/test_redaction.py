import pytest

from events.redaction import MASK, is_secret, masked


@pytest.mark.parametrize(
    "key",
    [
        "token",
        "accessToken",
        "ACCESS_TOKEN",
        "password",
        "db-password",
        "clientSecret",
        "Authorization",
        "apiKey",
        "X-Api-Key",
        "private_key",
        "set-cookie",
    ],
)
def test_a_key_is_secret_by_its_name(key: str) -> None:
    assert is_secret(key)


@pytest.mark.parametrize("key", ["topic", "keyframe", "author", "pass", "passes", "name", "", "ключ"])
def test_other_keys_are_not(key: str) -> None:
    assert not is_secret(key)


def test_secrets_are_masked_at_any_depth_and_the_rest_stays() -> None:
    value = {"user": "bob", "login": [{"password": "p", "at": 1}], "token": {"a": 1}, "hasToken": True, "cookie": None}
    assert masked(value) == {
        "user": "bob",
        "login": [{"password": MASK, "at": 1}],
        "token": MASK,
        "hasToken": True,
        "cookie": None,
    }
    assert value["token"] == {"a": 1}


def test_what_holds_no_secret_is_not_copied() -> None:
    value = {"a": [{"b": 1}, "token"], "c": {"d": None}}
    assert masked(value) is value


def test_the_words_can_be_chosen(settings: object) -> None:
    settings.EVENTS_SECRET_KEYS = ("codename",)  # type: ignore[attr-defined]
    assert masked({"code_name": "x", "token": "y"}) == {"code_name": MASK, "token": "y"}
    settings.EVENTS_SECRET_KEYS = ()  # type: ignore[attr-defined]
    assert masked({"code_name": "x", "token": "y"}) == {"code_name": "x", "token": "y"}
