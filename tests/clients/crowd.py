"""A thousand events of every kind, for lists; made by Python in the server's project, on its database."""

from itertools import product

from django.db import transaction

from events import dispatch_event, update_event

TOPICS = ("crowd.folder.created", "crowd.folder.deleted", "crowd.task.created", "log.info", "crowd_folder")
PROJECTS = ("crowd_0", "crowd_1", "crowd_2", None)
STATUSES = ("finished", "failed", "pending", "aborted", "in_progress")
DESCRIPTIONS = ("Approved by Mara", "approved in haste", "Größe changed", "100% done", "")
USERS = ("crowd_user_1", "crowd_user_2")


@transaction.atomic
def make() -> None:
    """Dispatch every combination once; every third event depends on an earlier one."""
    ids: list[str] = []
    for number, combination in enumerate(product(USERS, DESCRIPTIONS, STATUSES, PROJECTS, TOPICS)):
        user, description, status, project, topic = combination
        event_id = dispatch_event(
            topic,
            project=project,
            user=user,
            description=description,
            summary={"number": number},
            depends_on=ids[-10] if number % 3 == 1 and number > 10 else None,
            finished=status == "finished",
        )
        if status not in ("finished", "pending"):
            update_event(event_id, status=status)
        ids.append(event_id)
