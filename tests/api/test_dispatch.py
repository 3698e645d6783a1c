from django.test import Client

from events.models import Event


def post(api: Client, path: str, body: object) -> tuple[int, dict[str, str]]:
    answer = api.post(path, body, content_type="application/json")
    return answer.status_code, answer.json()


def test_a_topic_is_enough(api: Client) -> None:
    status, answer = post(api, "/api/events", {"topic": "ftrack.leech"})
    assert status == 200
    event = Event.objects.get(pk=answer["id"])
    assert (event.topic, event.status, event.user, event.hash) == ("ftrack.leech", "finished", "service", event.id.hex)


def test_the_same_hash_is_refused_with_the_id_of_the_first(api: Client) -> None:
    _, first = post(api, "/api/events", {"topic": "ftrack.leech", "hash": "h"})
    status, answer = post(api, "/api/events", {"topic": "ftrack.leech", "hash": "h"})
    assert (status, answer) == (
        409,
        {"code": 409, "detail": "Event with the same hash already exists", "id": first["id"]},
    )
