"""The pages on which operators restart, abort and delete events."""

from copy import copy
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.admin import ModelAdmin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from events import access, listviews, topics
from events.actor import Actor
from events.admin import counting, questions, render, runs
from events.admin.changelist import Chip, EventChangeList, number_in
from events.admin.counting import Expected
from events.admin.offers import reasons
from events.admin.plans import RUN_TOPIC, Plan, plan_from
from events.admin.reader import reader_of
from events.admin.run import Run
from events.admin.ways import way_back, way_to_list
from events.errors import EventError, InvalidField
from events.models import Event
from events.operations import Kind
from events.queryset import EventQuerySet

if TYPE_CHECKING:
    EventModelAdmin = ModelAdmin[Event]
else:
    EventModelAdmin = ModelAdmin

BEGIN = "#begin"
"""With it in the address a run's page carries the run on by itself; a page that is opened again has none."""
RECORDS = f"{topics.AUDIT_PREFIX}operation."
"""Where the topics of the records of operations begin."""
DRIVER_LENGTH = 64
DONE = {Kind.DELETE: "deleted", Kind.RESTART: "restarted", Kind.ABORT: "aborted"}


class WholeView(EventChangeList):
    """All events of a view, none of which is fetched."""

    def fetched(self, request: HttpRequest) -> list[Event]:
        """Fetch nothing."""
        return []

    def visible(self) -> EventQuerySet:
        """Return the events, as far as the reader sees them."""
        assert isinstance(self.queryset, EventQuerySet)  # noqa: S101 - for mypy: it is the manager's
        return self.queryset


class OperatingMixin(EventModelAdmin):
    """Adds to the events' admin what operators do: preview an operation, start it, and see it through."""

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Ask the access rules, as all doors do; besides, there has to be something to look at."""
        return self.has_view_permission(request) and access.operates(reader_of(request))

    def operating_urls(self) -> list[URLPattern]:
        """Return where operations are previewed, started and carried on."""
        entrance = require_http_methods(["GET", "HEAD", "POST"])(self.operate_entrance)
        return [
            path("operate/", entrance, name="events_event_operate"),
            path("operate/<str:question>/", self.admin_site.admin_view(self.preview_view), name="events_event_preview"),
            path("operation/<str:run_id>/", self.admin_site.admin_view(self.run_view), name="events_event_operation"),
        ]

    def operate_entrance(self, request: HttpRequest) -> HttpResponse:
        """Lead on whoever sends a form, and others to where such a form is; after the login, too."""
        back = way_back(request.POST.get("back", ""), request.POST.get("view", ""))
        if request.method != "POST":
            return HttpResponseRedirect(back)
        if not self.admin_site.has_permission(request):
            return redirect_to_login(back, reverse("admin:login"))
        return self.admin_site.admin_view(self.operate_view)(request)

    def operate_view(self, request: HttpRequest) -> HttpResponse:
        """Lead on to the preview of what is asked for, or count on for it; with ``confirmed`` begin."""
        by = self._operator(request)
        given = request.POST
        back = way_back(given.get("back", ""), given.get("view", ""))
        below, is_confirmed = number_in(given, "below"), given.get("confirmed") == "yes"
        try:
            if below:
                plan, looked_at = self._asked(request, given, by)
                part = counting.count(plan, looked_at.visible(), by, below=below, patience=counting.PATIENCE)
                counts = {"affected": part.affected, "skippedFor": dict(part.skipped_for), "blocked": part.blocked}
                return JsonResponse({**counts, "below": part.reached})
            if is_confirmed and (run_id := self._begun(request, by)):
                back = urlencode({"back": way_to_list(back) if given["kind"] == Kind.DELETE else back})
                run_url = reverse("admin:events_event_operation", args=[run_id.hex])
                return HttpResponseRedirect(f"{run_url}?{back}{BEGIN}")
        except EventError as problem:
            return self._page(request, "refused", HTTPStatus.BAD_REQUEST, problem=problem, back=back)
        return HttpResponseRedirect(reverse("admin:events_event_preview", args=[questions.keep(request)]))

    def preview_view(self, request: HttpRequest, question: str) -> HttpResponse:
        """Show what an operation would do that was asked for, as things are now."""
        by = self._operator(request)
        given = questions.find(request, question)
        if given is None:
            return self._page(request, "forgotten", HTTPStatus.GONE, back=way_back("", ""))
        back = way_back(given.get("back", ""), given.get("view", ""))
        try:
            plan, looked_at = self._asked(request, given, by)
            expected = counting.preview(plan, looked_at.visible(), by)
        except EventError as problem:
            return self._page(request, "refused", HTTPStatus.BAD_REQUEST, problem=problem, back=back)
        skips = [(why, words, expected.skipped_for.get(why, 0)) for why, words in reasons(plan.kind)]
        shown: dict[str, Any] = {"plan": plan, "expected": expected, "skips": skips, "by": by, "back": back}
        return self._page(request, "preview", is_all=not plan.ids, chips=looked_at.chips(), **shown)

    def _asked(self, request: HttpRequest, given: QueryDict, by: Actor) -> tuple[Plan, WholeView]:
        """Return what a form asks for, and what its sender sees. Raise InvalidField for what no form would send."""
        is_all = given.get("scope") == "matching"
        ids = [] if is_all else given.getlist("ids")
        cascade = given.get("cascade") == "yes" and by.is_manager
        plan = plan_from(given.get("kind", ""), ids, given.get("view", ""), given.get("bound", ""), cascade=cascade)
        if not ids and not is_all:
            raise InvalidField("ids", "expected events: choose some first")
        return plan, self._view_of(request, plan)

    def _begun(self, request: HttpRequest, by: Actor) -> UUID | None:
        """Begin what a form confirms, and return the id of the run; None if there is nothing to do any more."""
        plan, looked_at = self._asked(request, request.POST, by)
        visible = looked_at.visible()
        expected = counting.preview(plan, visible, by)
        if not (expected.affected or expected.reached):
            return None
        run_id = runs.begin(plan, visible, expected, by)
        self.log_change(request, Event.objects.get(pk=run_id), _told(plan, expected))
        return run_id

    def run_view(self, request: HttpRequest, run_id: str) -> HttpResponse:
        """Show how a run stands. A POST carries it on, by whoever has started it, or stops it; scripts get numbers."""
        by = self._operator(request)
        try:
            run = runs.find(UUID(run_id))  # it may have dashes
        except (ValueError, Event.DoesNotExist) as missing:
            raise Http404("No such operation") from missing
        if not access.may_read(by, topic=RUN_TOPIC, project=None, user=run.user):
            raise PermissionDenied
        back = way_back(request.GET.get("back", ""), run.plan.view)
        if request.method == "POST":
            try:
                run = self._moved(request, run, by)
            except Event.DoesNotExist as missing:  # somebody has deleted it meanwhile
                raise Http404("No such operation") from missing
            except InvalidField as problem:
                return self._page(request, "refused", HTTPStatus.BAD_REQUEST, problem=problem, back=back)
        if request.headers.get("Accept") == "application/json":
            standing = {"isOver": run.is_over, "isHalted": run.is_halted, "isYours": run.driver == _driver_in(request)}
            counts = {"affected": run.affected, "blocked": run.blocked, "total": run.total}
            return JsonResponse({**standing, **counts, "isCounted": run.uncounted is None})
        record = Event.objects.get(pk=run.id)
        times: dict[str, Any] = {
            "begun": record.created_at,
            "took": render.duration(record.updated_at - record.created_at),
        }
        return self._page(request, "run", run=run, plan=run.plan, is_own=run.user == by.name, back=back, **times)

    def _moved(self, request: HttpRequest, run: Run, by: Actor) -> Run:
        """Do with a run what a form asks for: stop it, or else carry it on, again if it was stopped."""
        if "stop" in request.POST:
            return runs.stop(run, by)
        if run.user != by.name:
            raise PermissionDenied
        driver = _driver_in(request)
        if "continue" in request.POST:
            run = runs.resume(run, driver, by)
        if not run.is_over and run.driver != driver:
            run = runs.take(run, driver, by)
        if run.is_over or run.driver != driver:
            return run
        return runs.step(run, self._view_of(request, run.plan).visible(), by)

    def _operator(self, request: HttpRequest) -> Actor:
        """Return who operates; raise PermissionDenied if that is not for them."""
        if not self.has_operate_permission(request):
            raise PermissionDenied
        return reader_of(request)

    def _view_of(self, request: HttpRequest, plan: Plan) -> WholeView:
        """Return what the operator sees: the view, or everything if some events were chosen.

        Raise InvalidField for a view that has all events, or an address that is not understood.
        """
        view = self._looked_at(request, "" if plan.ids else plan.view)
        if view.problems:
            raise InvalidField("view", "; ".join(view.problems))
        if not plan.ids and not view.is_narrowed():
            raise InvalidField("filter", "expected a view that is narrowed down: this one has all events")
        return view

    def _looked_at(self, request: HttpRequest, view: str) -> WholeView:
        looking = copy(request)
        looking.method = "GET"
        looking.GET = QueryDict(view)
        return cast("WholeView", self.get_changelist_instance(looking))

    def filters_of(self, request: HttpRequest, record: Event) -> list[Chip]:
        """Return the filters that the operation was for that a record tells of; none if it was for chosen events."""
        view = record.summary.get("view")
        if not (runs.is_run(record) or record.topic.startswith(RECORDS)) or not isinstance(view, str) or not view:
            return []
        looked_at = self._looked_at(request, view)
        return [] if looked_at.problems or record.summary.get("chosen") is not None else looked_at.chips()

    def _page(self, request: HttpRequest, name: str, status: int = HTTPStatus.OK, **context: Any) -> HttpResponse:
        plan = context.get("plan")
        words = {"verb": plan.kind, "done": DONE[Kind(plan.kind)]} if plan else {}
        site = {**self.admin_site.each_context(request), "opts": self.opts, "title": "Operation"}
        template = f"admin/events/event/operate_{name}.html"
        return TemplateResponse(request, template, {**site, **words, **context}, status=status)


def _driver_in(request: HttpRequest) -> str:
    """Return how the page names itself that carries a run on."""
    return request.POST.get("driver", "")[:DRIVER_LENGTH]


def _told(plan: Plan, expected: Expected) -> str:
    """Return what the admin's log keeps."""
    count = f"{'at least ' * (expected.reached is not None)}{expected.affected}"
    which = f"{len(plan.ids)} chosen" if plan.ids else f"all matching ?{listviews.masked(plan.view)}"
    return f"{plan.kind}: {count} events ({which}{', with what depends on them' if plan.cascade else ''})"
