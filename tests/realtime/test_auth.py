from typing import Any

import pytest

from events import adispatch_event
from tests.realtime.sockets import Socket

pytestmark = pytest.mark.django_db(transaction=True)
HOST = "localhost"
TRUSTED = ["https://studio.example.com", "https://*.tools.example.com"]


async def test_a_key_is_answered_with_a_heartbeat_at_once(keys: dict[str, str]) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["service"])


async def test_a_login_token_lets_its_user_in(token: str) -> None:
    async with Socket() as socket:
        await socket.log_in(token)


async def test_the_handshake_may_bring_the_key(keys: dict[str, str]) -> None:
    for header in ({"x_api_key": keys["artist"]}, {"authorization": f"apikey {keys['artist']}"}):
        async with Socket(**header) as socket:
            await socket.log_in()


async def test_the_handshake_may_bring_the_token(token: str) -> None:
    async with Socket(authorization=f"Bearer {token}") as socket:
        await socket.log_in()


@pytest.mark.parametrize("is_said", [True, False])
async def test_a_service_speaks_for_nobody_that_there_is_not(keys: dict[str, str], is_said: bool) -> None:
    async with Socket(x_api_key=keys["service"], x_as_user="somebody") as socket:
        await socket.say({"topic": "auth", "token": keys["service"] if is_said else None, "subscribe": ["*"]})
        assert await socket.close_code() == 4401


async def test_a_token_in_the_frame_goes_before_the_handshake(keys: dict[str, str]) -> None:
    async with Socket(x_api_key=keys["service"]) as socket:
        await socket.say({"topic": "auth", "token": "wrong"})
        assert await socket.close_code() == 4401


@pytest.fixture
def little_time(settings: Any) -> None:
    """A client has to say at once who it is."""
    settings.EVENTS_SOCKET_AUTH_SECONDS = 0.3


async def test_who_does_not_say_who_he_is_is_hung_up_on(little_time: None) -> None:
    async with Socket() as socket:
        assert await socket.close_code() == 4401


async def test_a_key_in_the_handshake_alone_is_not_yet_a_login(keys: dict[str, str], little_time: None) -> None:
    async with Socket(x_api_key=keys["service"]) as socket:
        assert await socket.close_code() == 4401


@pytest.mark.parametrize("token", [None, "", "nobody", "0" * 32, "0" * 64])
async def test_a_credential_of_nobody_gets_no_frame(db: None, token: str | None) -> None:
    async with Socket() as socket:
        await socket.say({"topic": "auth", "token": token, "subscribe": ["*"]})
        assert await socket.close_code() == 4401


@pytest.mark.parametrize("header", ["Bearer {key}", "Basic {key}", "{key}", "Bearer"])
async def test_other_headers_count_for_nothing(keys: dict[str, str], header: str) -> None:
    async with Socket(authorization=header.format(key=keys["service"])) as socket:
        await socket.say({"topic": "auth"})
        assert await socket.close_code() == 4401


@pytest.mark.parametrize("own", ["http://localhost", "https://studio.example.com", "https://a.tools.example.com"])
async def test_a_logged_in_browser_needs_no_token(session: str, own: str, settings: Any) -> None:
    settings.CSRF_TRUSTED_ORIGINS = TRUSTED
    async with Socket(cookie=session, host=HOST, origin=own) as socket:
        await socket.log_in(None, "auth.")
        await adispatch_event("auth.login")
        assert (await socket.event())["topic"] == "auth.login"


async def test_a_key_is_bound_to_no_page(keys: dict[str, str]) -> None:
    async with Socket(host=HOST, origin="http://elsewhere.example.com") as socket:
        await socket.log_in(keys["service"])


@pytest.mark.parametrize(
    "cookie", ["sessionid=nobody", "sessionid=", "sessionid=\x7f", 'sessionid="\\000bcdefghi"', ";;;"]
)
async def test_a_bad_cookie_is_no_credential(db: None, cookie: str, caplog: pytest.LogCaptureFixture) -> None:
    async with Socket(cookie=cookie, host=HOST, origin="http://localhost") as socket:
        await socket.say({"topic": "auth"})
        assert await socket.close_code() == 4401
    assert caplog.records == []


async def test_the_first_frames_credential_holds_for_later_ones(keys: dict[str, str]) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["service"])
        await socket.log_in(None, "log.")


async def test_a_later_frame_with_a_bad_token_ends_the_socket(keys: dict[str, str]) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["service"], "*")
        await socket.say({"topic": "auth", "token": "nobody", "subscribe": ["*"]})
        assert await socket.close_code() == 4401


async def test_a_later_frame_may_bring_another_user(keys: dict[str, str]) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["service"], "*")
        await socket.log_in(keys["guest"], "*")
        await adispatch_event("log.info")
        await adispatch_event("server.started")
        assert await socket.topics_until("server.started") == []


@pytest.mark.parametrize("path", ["/", "/ws/", "/wss", "/api/ws", "/ws%0A", "//", "/%00"])
async def test_there_is_no_socket_under_another_path(path: str) -> None:
    async with Socket(path) as socket:
        assert await socket.close_code() == 4404
