"""The paths of the REST door, as AYON has them."""

from django.urls import path, re_path

from events.api import operations, query, session, studio, system, views
from events.api.batch import BatchView
from events.api.enroll import EnrollView
from events.api.errors import not_found

urlpatterns = [
    path("events", views.EventViewSet.as_view({"post": "create", "get": "list"})),
    path("events/batch", BatchView.as_view()),
    path(
        "events/<str:event_id>",
        views.EventViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
    ),
    path("query", query.QueryView.as_view(), name="query"),
    path("eventops", operations.OperationsView.as_view()),
    path("enroll", EnrollView.as_view()),
    path("info", session.InfoView.as_view()),
    path("auth/login", session.LoginView.as_view()),
    path("auth/logout", session.LogoutView.as_view()),
    path("users/me", studio.MeView.as_view()),
    path("users/<str:name>", studio.UserView.as_view()),
    path("projects", studio.ProjectsView.as_view()),
    path("projects/<str:name>", studio.ProjectView.as_view()),
    path("attributes", studio.AttributesView.as_view()),
    path("system/restart", system.RestartView.as_view()),
    re_path("", not_found),
]
