"""Looking at the viewer, and at what it shows."""

from html.parser import HTMLParser
from typing import Any

from django.contrib.auth.models import Permission, User
from django.test import Client

LIST = "/admin/events/event/"


class Parsed(HTMLParser):
    """A page as a browser takes it: its text, and what a strict Content-Security-Policy would not let pass."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text = ""
        self.refused: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.refused.append(tag)
        self.refused += [name for name in given if name == "style" or name.startswith("on")]
        links = (given.get(name) or "" for name in ("href", "src", "action"))
        self.refused += [link for link in links if ":" in link or link.startswith("//")]

    def handle_data(self, data: str) -> None:
        self.text += data


def viewer(user: User) -> Client:
    """A browser of somebody who may look at events."""
    user.is_staff = True
    user.save()
    user.user_permissions.add(Permission.objects.get(codename="view_event"))
    return browser(user)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def shown(client: Client, query: str = "", *, status: int = 200) -> list[str]:
    """The descriptions in the list, from top to bottom."""
    return descriptions(client.get(f"{LIST}?{query}"), status=status)


def descriptions(answer: Any, *, status: int = 200) -> list[str]:
    assert answer.status_code == status
    return [event.description for event in answer.context["cl"].result_list]


def path_of(event: Any) -> str:
    return f"{LIST}{event.id.hex}/change/"
