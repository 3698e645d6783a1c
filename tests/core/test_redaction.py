import pytest

from events.redaction import MASK, is_secret, masked, masked_text


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


TEXTS = [
    "GET /api/users/me?token={}&x=1 HTTP/1.1",
    'said {"password": "{}", "x": 1}',
    "log_in(name='x', password='{}')",
    "(b'x-api-key', b'{}'), (b'host', b'z')",
    "[('Authorization', 'Bearer {}')]",
    "X-Api-Key: {}",
    "Authorization: Bearer {}",
    "authorization: ApiKey {}",
    "tried Bearer {}, in vain",
    "Cookie: a=b; sessionid={}; c=d",
    "cookie: accessToken={}",
    "sessionid={}",
    "redis://:{}@host:6379/0",
    "postgres://user:{}@host/name",
    'TEXT \'{"topic": "auth", "token": "{} ... ',
    "client_secret = {}",
]


@pytest.mark.parametrize("text", TEXTS)
def test_in_a_text_the_value_after_a_secret_name_is_masked(text: str) -> None:
    shown = masked_text(text.replace("{}", "s3cret-value"))
    assert "s3cret" not in shown
    assert MASK in shown


@pytest.mark.parametrize(
    "text",
    [
        "Forbidden (CSRF token missing.): /api/events",
        "Not Found: /api/tokens",
        "Listening on http://127.0.0.1:8000/admin/@x",
        "the token of the artist has ended",
    ],
)
def test_a_text_without_a_value_stays(text: str) -> None:
    assert masked_text(text) == text


def test_what_stands_around_a_secret_stays() -> None:
    assert masked_text("GET /api/events?limit=5&token=abc&user=bob HTTP/1.1") == (
        f"GET /api/events?limit=5&token={MASK}&user=bob HTTP/1.1"
    )
    assert masked_text("{'password': 'a b', 'name': 'bob'}") == f"{{'password': '{MASK}', 'name': 'bob'}}"
