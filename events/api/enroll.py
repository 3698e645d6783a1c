"""``POST /api/enroll``: jobs for workers, at once or as soon as there are some."""

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, PolymorphicProxySerializer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from events import message, validation, waiting
from events.actor import Actor
from events.api import answers
from events.api.authentication import actor_behind
from events.api.describing import SENDER, documented
from events.api.fields import Number, Texts, WireSerializer
from events.api.headers import sender_of
from events.api.serializers import ENROLL, EnrollSerializer
from events.enroll import EnrollRequest, Job, enroll_batch
from events.errors import InvalidField
from events.handover import give_back
from events.models import Event

PREFERENCE = re.compile(r'(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})', re.IGNORECASE)
"""``wait`` of the header ``Prefer``: whole seconds."""


SOURCE_EVENT = "sourceEvent"
INCLUDABLE = frozenset({SOURCE_EVENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrollOptions:
    """How a worker wants its answer."""

    wait: float | None = None
    """Seconds that the answer may take if there is nothing to do; None: it does not say."""
    limit: int | None = None
    """How many jobs it takes at once, in a list; None: one, and no list."""
    include: tuple[str, ...] = ()
    """What it wants to know of each job besides the four keys."""

    def __post_init__(self) -> None:
        """Raise InvalidField for the first value that its field does not take."""
        if self.wait is not None:
            validation.check_wait("wait", self.wait)
        if self.limit is not None:
            validation.check_limit("limit", self.limit)
        if unknown := set(self.include) - INCLUDABLE:
            raise InvalidField("include", f"expected some of {', '.join(INCLUDABLE)}, got {min(unknown)[:100]!a}")


class OptionsSerializer(WireSerializer):
    """What the body of ``POST /api/enroll`` says about the answer."""

    wait = Number()
    limit = Number(whole=True)
    include = Texts()

    def options(self, data: object) -> EnrollOptions:
        """Return them."""
        values = self.run_validation(data)
        return EnrollOptions(**values | {"include": tuple(values.get("include", ()))})


OPTIONS = OptionsSerializer()


class EnrollBodySerializer(EnrollSerializer, OptionsSerializer):
    """The body of ``POST /api/enroll``."""


class EnrollAnswer(Response):
    """An answer to a worker; see ``ayonevents.longpoll`` for what becomes of its two attributes."""

    hold: waiting.Hold | None = None
    give_back: Callable[[], None] | None = None


class EnrollView(APIView):
    """``/api/enroll``."""

    @documented(
        "enroll",
        who="services",
        body=EnrollBodySerializer,
        answer={
            200: PolymorphicProxySerializer("Enrolled", [answers.Job, answers.Jobs], None),
            204: OpenApiResponse(description="There is nothing to do."),
        },
        refusals=[403],
        parameters=[*SENDER, OpenApiParameter("Prefer", str, OpenApiParameter.HEADER, description="wait=SECONDS")],
    )
    def post(self, request: Request) -> Response:
        """Hand out a job: 200 with ``id dependsOn hash status``, or 204 if there is nothing to do.

        With ``limit`` (1 to 100) the 200 has ``jobs``, a list of up to so many. With ``"include": ["sourceEvent"]``
        each job has its source under this key, whole, or null if the key or a policy keeps from reading it. With
        ``wait`` (seconds, 0 to 60, fractions too) or the header ``Prefer: wait=N`` the 200 comes as soon as there is
        a job, and the 204 after that time.
        """
        started, heard = time.monotonic(), waiting.room.heard
        wanted = ENROLL.command(request.data, **sender_of(request))
        options = OPTIONS.options(request.data)
        actor = actor_behind(request)
        jobs = enroll_batch(wanted, actor, options.limit or 1)
        if jobs:
            return _handed_out(jobs, options, actor)
        answer = EnrollAnswer(status=204)
        if seconds := _patience(request, options.wait):
            answer.hold = waiting.Hold(wish=_wish(wanted), until=started + seconds, heard=heard)
        return answer


def _handed_out(jobs: list[Job], options: EnrollOptions, by: Actor) -> EnrollAnswer:
    sources = None
    if SOURCE_EVENT in options.include:
        found = Event.objects.readable_by(by).in_bulk([job.depends_on for job in jobs])
        sources = {pk: message.full(source, clear=by.sees_secrets) for pk, source in found.items()}
    listed = [_facts(job, sources) for job in jobs]
    answer = EnrollAnswer(listed[0] if options.limit is None else {"jobs": listed})
    if handovers := [job.handover for job in jobs if job.handover]:
        answer.give_back = partial(give_back, handovers)
    return answer


def _facts(job: Job, sources: Mapping[UUID, object] | None) -> dict[str, object]:
    facts: dict[str, object] = {
        "id": job.id.hex,
        "dependsOn": job.depends_on.hex,
        "hash": job.hash,
        "status": job.status,
    }
    if sources is not None:
        facts[SOURCE_EVENT] = sources.get(job.depends_on)  # None: not to be read, or just deleted, the job with it
    return facts


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
