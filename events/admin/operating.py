"""The pages on which operators restart, abort and delete events."""

from copy import copy
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from events import access, accounts
from events.actor import Actor
from events.admin import runs
from events.admin.changelist import EventChangeList
from events.errors import EventError, InvalidField
from events.models import Event
from events.operations import Kind

if TYPE_CHECKING:
    EventModelAdmin = ModelAdmin[Event]
else:
    EventModelAdmin = ModelAdmin

DONE = {Kind.DELETE: "deleted", Kind.RESTART: "restarted", Kind.ABORT: "aborted"}


class WholeView(EventChangeList):
    """All events of a view, none of which is fetched."""

    def fetched(self, request: HttpRequest) -> list[Event]:
        """Fetch nothing."""
        return []


class OperatingMixin(EventModelAdmin):
    """Adds to the events' admin what operators do: preview an operation, start it, and see it through."""

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Ask for the permission to operate; the access rules decide what that opens."""
        return request.user.has_perm("events.operate_event") and self.has_view_permission(request)

    def operating_urls(self) -> list[URLPattern]:
        """Return where operations are previewed, started and carried on."""
        wrap = self.admin_site.admin_view
        return [
            path("operate/", wrap(require_POST(self.operate_view)), name="events_event_operate"),
            path("operation/<uuid:run_id>/", wrap(self.run_view), name="events_event_operation"),
        ]

    def operate_view(self, request: HttpRequest) -> HttpResponse:
        """Show what an operation would do; with ``confirmed`` begin it."""
        by = self._operator(request)
        given = request.POST
        try:
            is_all = given.get("scope") == "matching"
            ids = [] if is_all else given.getlist("ids")
            cascade = given.get("cascade") == "yes" and by.is_manager
            view = given.get("view", "")
            plan = runs.plan_from(given.get("kind", ""), ids, view, given.get("bound", ""), cascade=cascade)
            if not ids and not is_all:
                raise InvalidField("ids", "expected events: choose some first")
            expected = runs.preview(plan, self._visible(request, plan), by)
        except EventError as problem:
            return self._page(request, "refused", HTTPStatus.BAD_REQUEST, problem=problem, view=given.get("view", ""))
        if given.get("confirmed") != "yes" or not expected.affected:
            return self._page(request, "preview", plan=plan, expected=expected, is_all=is_all, by=by, view=view)
        run_id = runs.begin(plan, expected, by)
        self.log_change(request, Event.objects.get(pk=run_id), _told(plan, expected.affected))
        return HttpResponseRedirect(reverse("admin:events_event_operation", args=[run_id]))

    def run_view(self, request: HttpRequest, run_id: UUID) -> HttpResponse:
        """Show how a run stands; a POST carries it on, by whoever has started it."""
        by = self._operator(request)
        try:
            run = runs.find(run_id)
        except Event.DoesNotExist as missing:
            raise Http404("No such operation") from missing
        if request.method == "POST":
            if run.user != by.name:
                raise PermissionDenied
            if not run.is_over:
                run = runs.step(run, self._visible(request, run.plan), by)
            if request.headers.get("Accept") == "application/json":
                return JsonResponse({"isOver": run.is_over, "affected": run.affected, "total": run.total})
        return self._page(request, "run", run=run, plan=run.plan, is_own=run.user == by.name, view=run.plan.view)

    def _operator(self, request: HttpRequest) -> Actor:
        """Return who operates; raise PermissionDenied if that is not for them."""
        by = accounts.actor_of(cast("User", request.user))
        if not self.has_operate_permission(request) or not access.operates(by):
            raise PermissionDenied
        return by

    def _visible(self, request: HttpRequest, plan: runs.Plan) -> Q:
        """Return the condition of the events that the operator sees: the view's, or all if some were chosen."""
        looking = copy(request)
        looking.method = "GET"
        looking.GET = QueryDict("" if plan.ids else plan.view)
        view = cast("EventChangeList", self.get_changelist_instance(looking))
        if not plan.ids and not view.is_narrowed():
            raise InvalidField("filter", "expected a view that is narrowed down: this one has all events")
        return Q(pk__in=view.queryset.order_by().values("pk"))

    def _page(self, request: HttpRequest, name: str, status: int = HTTPStatus.OK, **context: Any) -> HttpResponse:
        back = f"{reverse('admin:events_event_changelist')}?{context['view']}".rstrip("?")
        plan = context.get("plan")
        words = {"verb": plan.kind, "done": DONE[Kind(plan.kind)]} if plan else {}
        site = {**self.admin_site.each_context(request), "opts": self.opts, "title": "Operation"}
        template = f"admin/events/event/operate_{name}.html"
        return TemplateResponse(request, template, {**site, "back": back, **words, **context}, status=status)


def _told(plan: runs.Plan, count: int) -> str:
    """Return what the admin's log keeps."""
    which = f"{len(plan.ids)} chosen" if plan.ids else f"all matching ?{plan.view}"
    return f"{plan.kind}: {count} events ({which}{', with what depends on them' if plan.cascade else ''})"
