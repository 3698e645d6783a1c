import pytest
from django.test import Client


@pytest.mark.django_db
def test_a_session_cookie_with_a_control_character_is_nobodys(client: Client) -> None:
    client.cookies["sessionid"] = "\0bcdefghi"
    assert client.get("/api/events").status_code == 401
