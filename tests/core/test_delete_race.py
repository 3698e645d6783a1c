"""Events that get children while they are deleted."""

import pytest

from events import dispatch_event
from events.delete import delete
from events.errors import DependencyMissing
from events.models import Event
from tests.core.test_enroll_race import at_once
from tests.factories import make_event

pytestmark = pytest.mark.django_db(transaction=True)


def test_whoever_depends_on_a_deleted_event_is_told_so_or_goes_with_it() -> None:
    roots = [make_event().id for _ in range(15)]

    def work(number: int) -> None:
        for root in roots:
            if number == 0:
                delete(root, cascade=True)
                continue
            try:
                child = dispatch_event("test.child", depends_on=root)
                dispatch_event("test.grandchild", depends_on=child)
            except DependencyMissing:
                continue

    at_once(4, work)
    assert Event.objects.count() == 0
