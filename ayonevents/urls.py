"""Which door has which path."""

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path
from django.views.generic import RedirectView

from ayonevents.failure import missing
from events.admin.index import index as overview
from events.admin.login import login
from events.api.errors import not_found
from events.api.openapi import OpenApiView
from events.graphql.views import graphql_view


def nothing(request: HttpRequest, rest: str) -> HttpResponse:
    """Answer 404 to everybody."""
    return missing(request, Http404(rest))


urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin", RedirectView.as_view(pattern_name="admin:index", query_string=True)),
    path("admin/", overview),
    path("admin/login/", login),
    path("admin/r/<path:rest>", nothing),  # Django's way to objects on a site of their own, which events have not
    path("admin/", admin.site.urls),
    path("api", not_found),
    path("api/", include("events.api.urls")),
    path("openapi.json", OpenApiView.as_view()),
    path("graphql", graphql_view),
]

handler400 = "ayonevents.failure.misunderstood"
handler403 = "ayonevents.failure.forbidden"
handler404 = "ayonevents.failure.missing"
handler500 = "ayonevents.failure.answer"
