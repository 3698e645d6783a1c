"""Operating on events through the viewer, and what becomes of them."""

import re
from typing import Any

from django.test import Client

from events import update_event
from events.models import Event
from tests.admin.viewing import LIST, Parsed
from tests.factories import make_event

OPERATE = f"{LIST}operate/"


def make_job(status: str = "failed", **fields: Any) -> Event:
    job = make_event("test.job", depends_on=make_event("test.source").id, **fields)
    update_event(job.id, status=status)
    return Event.objects.get(pk=job.pk)


def form_of(page: str) -> dict[str, list[str]]:
    """What the preview's form sends when one confirms."""
    form = page[page.index('class="operate-confirm"') : page.index("</form>", page.index('class="operate-confirm"'))]
    fields: dict[str, list[str]] = {"confirmed": ["yes"]}
    for name, value in re.findall(r'type="hidden" name="(.*?)" value="(.*?)"', form):
        fields.setdefault(name, []).append(value.replace("&amp;", "&"))
    return fields


def states() -> dict[str, int]:
    jobs = list(Event.objects.filter(topic="test.job").values_list("status", flat=True))
    return {status: jobs.count(status) for status in set(jobs)}


def previewed(client: Client, wanted: dict[str, Any], *, status: int = 200) -> str:
    """Ask for a preview, as the forms do, and return its page, which has an address of its own."""
    answer = client.post(OPERATE, wanted)
    assert answer.status_code == 302
    page = client.get(answer["Location"])
    assert page.status_code == status
    return page.text


def confirmed(client: Client, **wanted: Any) -> str:
    """Preview, confirm, carry it out to the end; return where the run is shown."""
    answer = client.post(OPERATE, form_of(previewed(client, wanted)))
    assert answer.status_code == 302
    for _ in range(100):
        if client.post(answer["Location"], headers={"Accept": "application/json"}).json()["isOver"]:
            return str(answer["Location"])
    raise AssertionError("the run does not end")


def words(page: str) -> str:
    """The text of a page, in one line."""
    return " ".join(Parsed(page).text.split())
