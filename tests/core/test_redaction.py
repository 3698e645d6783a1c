from base64 import b64encode

import pytest

from events.redaction import MASK, masked, masked_text
from events.secret_names import is_secret


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
        "dbPwd",
        "PWD",
        "x-auth",
        "auth",
        "APIKey",
        "apikey",
        "bearer",
        "id_jwt",
        "passphrase",
        "sshPassphrase",
        "credentials",
        "privateKeyPem",
        "aws_secret_access_key",
        "pass",
        "PASS",
        "pwds",
        "API-KEYS",
        "pw",
        "dbPw",
        "Passwort",
        "\uff50assword",
        "db-\U0001d42dok\U0001d41en",
        "token\u0301",
    ],
)
def test_a_key_is_secret_by_its_name(key: str) -> None:
    assert is_secret(key)


@pytest.mark.parametrize(
    "key",
    [
        *("topic", "keyframe", "author", "authority", "passes", "renderPass", "beauty_pass", "compass", "passed"),
        *("name", "", "ключ", "oauthor", "key", "monkey", "pwdx", "pas", "pwx", "größe", "\uff4eame"),
    ],
)
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


def test_a_key_that_is_a_secret_by_its_form_is_masked() -> None:
    assert masked({"redis://:hush@a:1": "up", "b": 1}) == {f"redis://:{MASK}@a:1": "up", "b": 1}


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
    "GET /api/info?%74oken={}&x=1 HTTP/1.1",
    "GET /api/info?a=b&t%4fKEN={} HTTP/1.1",
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
    "pass={}",
    "{'pass': '{}'}",
    "--db-pwd={} --x",
    "auth: {}",
    "a: b: token={}",
    "at ftp://bob:{}@@host/path",
    "-----BEGIN RSA PRIVATE KEY-----\n{}\n{}\n-----END RSA PRIVATE KEY-----",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ{}.{}",
    "Authorization: Token {}",
    "authorization: Negotiate {}",
    "-----BEGIN PGP PRIVATE KEY BLOCK-----\n{}\n-----END PGP PRIVATE KEY BLOCK-----",
    "{'token': {'value': '{}'}, 'a': 1}",
    '{"cookies": ["{}", "{}"]}',
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
        "Render pass: 3 of 5",
        "Basic shading for the hero",
        "the bearer is bob",
        "author=bob, compass: north",
    ],
)
def test_a_text_without_a_value_stays(text: str) -> None:
    assert masked_text(text) == text


def test_what_stands_around_a_secret_stays() -> None:
    assert masked_text("GET /api/events?limit=5&token=abc&user=bob HTTP/1.1") == (
        f"GET /api/events?limit=5&token={MASK}&user=bob HTTP/1.1"
    )
    assert masked_text("{'password': 'a b', 'name': 'bob'}") == f"{{'password': '{MASK}', 'name': 'bob'}}"


BASIC = b64encode(b"bob:hush-hush").decode()
HUSH = [
    ("tried with Bearer 3f9a-hush-hush-77", "tried with Bearer ••••••"),
    (f"Authorization was basic {BASIC}.", "Authorization was basic ••••••."),
    ("from postgres://bob:hu:sh@home@db.example/prod?x=1", "from postgres://bob:••••••@db.example/prod?x=1"),
    ("redis://:hush@a:1, redis://:hush@b:2", "redis://:••••••@a:1, redis://:••••••@b:2"),
    ("Set-Cookie: session=hush; path=/", "Set-Cookie: ••••••"),
    ('sent {"password": "hush", "x": 1}', 'sent {"password": "••••••", "x": 1}'),
    (r'{"body": "{\"api_key\": \"hush\", \"x\": 1}"}', r'{"body": "{\"api_key\": \"••••••\", \"x\": 1}"}'),
    ('{"tokens": ["hush", "hush"], "x": 1}', '{"tokens": ••••••, "x": 1}'),
    ("ask({'X-Api-Key': 'hush'})", "ask({'X-Api-Key': '••••••'})"),
    ("curl -H 'X-Api-Key: hush'", "curl -H 'X-Api-Key: ••••••'"),
    ("https://h/x?access_token=hush&b=1", "https://h/x?access_token=••••••&b=1"),
    ("https://h/x?%74ok%65n=hush&b=%20", "https://h/x?%74ok%65n=••••••&b=%20"),
    ("password=hush, user: bob", "password=••••••, user: bob"),
    ("Password: hush", "Password: ••••••"),
    ("mysql --password=hush -u x", "mysql --password=•••••• -u x"),
    ("Authorization: Token hush-hush", "Authorization: Token ••••••"),
    ("-----BEGIN PGP PRIVATE KEY BLOCK-----\nhush", "-----BEGIN PGP PRIVATE KEY BLOCK-----••••••"),
    ("\uff50assword=hush", "\uff50assword=••••••"),
    ("{'\uff50w\uff3fx': 'hush'}", "{'\uff50w\uff3fx': '••••••'}"),
    (r'{"\uff50assword": "hush"}', r'{"\uff50assword": "••••••"}'),
    ("https://h/x?%EF%BD%94oken=hush", "https://h/x?%EF%BD%94oken=••••••"),
    ("Passwort: hush, pw=hush", "Passwort: ••••••, pw=••••••"),
    ("curl -u bob:hush-hush https://h/x", "curl -u bob:•••••• https://h/x"),
    ("curl --user='bob:hush hush' x", "curl --user='bob:••••••' x"),
    ("run ['curl', '-u', 'bob:hush', 'x']", "run ['curl', '-u', 'bob:••••••', 'x']"),
    ('{"name": "password", "value": "hush"}', '{"name": "password", "value": "••••••"}'),
    ('{"name": "password", "value": ["hush"]}', '{"name": "password", "value": ••••••}'),
    ("Bearer\u00a0hush-hush", "Bearer\u00a0••••••"),
]


@pytest.mark.parametrize(("text", "shown"), HUSH)
def test_in_a_value_a_secret_is_known_by_its_form(text: str, shown: str) -> None:
    assert masked(text) == shown
    assert "hush" not in masked_text(text)
    assert masked({"message": [text, "ok"], "n": 1}) == {"message": [shown, "ok"], "n": 1}


@pytest.mark.parametrize(
    "text",
    [
        "passed: 3",
        "pass: 3 of 5",
        '{"hasToken": true}',
        "http://host:80/a@b",
        "Basic lighting",
        "the bearer of it",
        "docker run -u 1000:1000 x",
        "sudo -u render: done",
        "python -u C:\\tools\\x.py",
        "open -u https://h/x",
        "sh010-u a:b",
        '{"name": "password", "type": "text"}',
    ],
)
def test_a_value_in_which_nothing_has_the_form_of_a_secret_stays(text: str) -> None:
    value = {"message": text}
    assert masked(value) is value


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "a=" * 50_000,
        '"a":' * 30_000,
        "://a:" * 20_000,
        "eyJ" * 30_000,
        "-a:'" * 20_000,
        "token=[" * 20_000,
        "token='" * 20_000,
        ".-u=" * 20_000,
        "-u " * 20_000,
        '"token", "value":' * 5_000,
        "\\" * 100_000 + "=",
        r"\u0070" * 20_000 + "=",
    ],
)
def test_no_text_takes_more_than_its_length(text: str) -> None:
    """Were it quadratic, each of them would take minutes."""
    masked(text)
    masked_text(text)
