"""``POST /api/enroll``: jobs for workers, at once or as soon as there are some."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from events import validation, waiting
from events.api.authentication import actor_behind
from events.api.fields import Number, WireSerializer
from events.api.headers import sender_of
from events.api.serializers import ENROLL
from events.enroll import EnrollRequest, Job, enroll
from events.handover import give_back

PREFERENCE = re.compile(r"(?:^|[,;\s])wait\s*=\s*(\d{1,6})", re.IGNORECASE)
"""``wait`` of the header ``Prefer``: whole seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrollOptions:
    """How a worker wants its answer."""

    wait: float | None = None
    """Seconds that the answer may take if there is nothing to do; None: it does not say."""

    def __post_init__(self) -> None:
        """Raise InvalidField for the first value that its field does not take."""
        if self.wait is not None:
            validation.check_wait("wait", self.wait)


class OptionsSerializer(WireSerializer):
    """What the body of ``POST /api/enroll`` says about the answer."""

    wait = Number()

    def options(self, data: object) -> EnrollOptions:
        """Return them."""
        return EnrollOptions(**self.run_validation(data))


OPTIONS = OptionsSerializer()


class EnrollAnswer(Response):
    """An answer to a worker; see ``ayonevents.longpoll`` for what becomes of its two attributes."""

    hold: waiting.Hold | None = None
    give_back: Callable[[], None] | None = None


class EnrollView(APIView):
    """``/api/enroll``."""

    def post(self, request: Request) -> Response:
        """Hand out a job: 200 with ``id dependsOn hash status``, or 204 if there is nothing to do.

        With ``wait`` (seconds, 0 to 60, fractions too) or the header ``Prefer: wait=N`` the 200 comes as soon as
        there is a job, and the 204 after that time.
        """
        started, heard = time.monotonic(), waiting.room.heard
        wanted = ENROLL.command(request.data, **sender_of(request))
        given = OPTIONS.options(request.data)
        job = enroll(wanted, actor_behind(request))
        if job is not None:
            return _handed_out(job)
        answer = EnrollAnswer(status=204)
        if seconds := _patience(request, given.wait):
            answer.hold = waiting.Hold(wish=_wish(wanted), until=started + seconds, heard=heard)
        return answer


def _handed_out(job: Job) -> EnrollAnswer:
    facts = {"id": job.id.hex, "dependsOn": job.depends_on.hex, "hash": job.hash, "status": job.status}
    answer = EnrollAnswer(facts)
    if job.handover:
        answer.give_back = partial(give_back, [job.handover])
    return answer


def _patience(request: Request, wait: float | None) -> float:
    """Return how many seconds the client would wait: it says so, prefers it, or is known to."""
    if wait is not None:
        return wait
    if preferred := PREFERENCE.search(request.headers.get("Prefer", "")):
        return float(min(int(preferred[1]), validation.WAIT_MAX))
    return actor_behind(request).default_wait


def _wish(wanted: EnrollRequest) -> waiting.Wish:
    sources = wanted.sources
    details = [sources.filter, sorted(sources.ignored_sender_types), sources.max_age_days, wanted.max_retries]
    return waiting.Wish(
        source_topics=tuple(sorted(set(sources.topics))),
        target_topic=sources.target_topic,
        sequential=wanted.sequential,
        details=json.dumps(details, sort_keys=True),
    )
