"""A dispatcher process: Python code that dispatches one by one, and in transactions, long, short and rolled back."""

import os
import random
import sys
import time

import django

from tests.races.journal import Journal

UNDONE = 0.2
"""The share of the longer transactions that are rolled back."""


def dispatch(folder: str, name: str, count: int, longest: float) -> None:
    from django.db import transaction  # noqa: PLC0415 - Django is set up by now

    from events import dispatch_event  # noqa: PLC0415

    journal = Journal(folder, name)

    left = count
    while left:
        many = random.choice((1, 1, 1, min(left, 5)))
        undo = many > 1 and random.random() < UNDONE
        with transaction.atomic():
            sources = []
            for _ in range(many):
                sources.append(dispatch_event("race.source", payload={"wanted": True}, sender=name))
                time.sleep(random.choice((0, 0, random.uniform(0, longest))))
            transaction.set_rollback(undo)
        journal.write("undone" if undo else "dispatched", sources=sources)
        if undo:
            continue
        left -= many
    journal.write("over")


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "ayonevents.settings"
    django.setup()
    random.seed(sys.argv[1])
    dispatch(sys.argv[2], sys.argv[3], int(sys.argv[4]), float(sys.argv[5]))
