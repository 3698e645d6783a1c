"""The REST endpoints of what surrounds the events: users, projects, and the attributes that both have."""

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from events import installation, people, projects
from events.api import answers
from events.api.authentication import actor_behind
from events.api.describing import documented
from events.api.parameters import flag_in

NAME = OpenApiParameter("name", str, OpenApiParameter.PATH)
ATTRIBUTES = tuple(
    {
        "name": name,
        "scope": ["user"],
        "position": position,
        "builtin": True,
        "data": {"type": "string", "title": title, "default": None},
    }
    for position, (name, title) in enumerate({"fullName": "Full name", "email": "E-mail"}.items())
)
"""What ``attrib`` of users holds; projects have none here."""


class MeView(APIView):
    """``GET /api/users/me``: who asks. Clients find out with it what kind of credential they have."""

    @documented("getMe", who="everybody with a credential", answer={200: answers.WholeUser})
    def get(self, request: Request) -> Response:
        """Return all of the user who asks."""
        actor = actor_behind(request)
        return Response(people.whole(people.seen_by(actor, people.person_named(actor.name))))


class UserView(APIView):
    """``GET /api/users/{name}``."""

    @documented(
        "getUser",
        who="everybody with a credential",
        answer={200: answers.User},
        parameters=[NAME],
    )
    def get(self, request: Request, name: str) -> Response:
        """Return all of the user to managers and to the user, and the name to anybody else."""
        actor = actor_behind(request)
        person = people.seen_by(actor, people.person_named(name))
        return Response(
            people.whole(person) if installation.may_see_user(actor, person.name) else people.glimpse(person)
        )


class ProjectsView(APIView):
    """``GET /api/projects``."""

    @documented(
        "listProjects",
        who="everybody with a credential; managers see all projects, the others those granted to them",
        answer={200: answers.ProjectList},
        parameters=[OpenApiParameter("active", bool), OpenApiParameter("library", bool)],
    )
    def get(self, request: Request) -> Response:
        """Return the projects that the actor may see, by name; all of them are active, and none is a library."""
        wanted = flag_in(request, "active") is not False and flag_in(request, "library") is not True
        found = projects.projects_for(actor_behind(request)) if wanted else []
        listed = [projects.listing(project) for project in found]
        return Response({"detail": f"{len(listed)} projects", "count": len(listed), "projects": listed})


class ProjectView(APIView):
    """``GET /api/projects/{name}``."""

    @documented(
        "getProject",
        who="everybody who may see the project",
        answer={200: answers.WholeProject},
        parameters=[NAME],
    )
    def get(self, request: Request, name: str) -> Response:
        """Return a project; 404 also if the actor may not see it."""
        return Response(projects.full(projects.project_named(name, actor_behind(request))))


class AttributesView(APIView):
    """``GET /api/attributes``."""

    @documented("listAttributes", who="everybody with a credential", answer={200: answers.AttributeList})
    def get(self, _request: Request) -> Response:
        """Return the attributes of users."""
        return Response({"attributes": ATTRIBUTES})
