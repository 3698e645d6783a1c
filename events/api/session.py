"""The REST endpoints around the session: what the server is, logging in and out."""

from django.conf import settings
from django.contrib.auth import logout
from django.db import Error
from rest_framework.exceptions import APIException
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from events import accounts, conf, outage, people
from events.api import answers, serializers
from events.api.authentication import actor_behind
from events.api.describing import documented
from events.api.studio import ATTRIBUTES
from events.credentials import TOKEN_COOKIE
from events.errors import EventError


class InfoView(APIView):
    """``GET /api/info``: for everybody, and the health check of the server."""

    permission_classes = (AllowAny,)

    def perform_authentication(self, request: Request) -> None:
        """Look at nobody's credentials unless asked: a bad one is as good as none here."""

    @documented("getInfo", who=None, answer={200: answers.Info})
    def get(self, request: Request) -> Response:
        """Return version and uptime in seconds; somebody who is logged in also gets to know who he is."""
        answer: dict[str, object] = {"version": conf.version(), "uptime": conf.uptime()}
        try:
            actor = actor_behind(request)
            person = people.seen_by(actor, people.person_named(actor.name))
            answer |= {"user": people.whole(person), "attributes": ATTRIBUTES, "sites": [], "ssoOptions": []}
        except (EventError, APIException):  # no credential, or a bad one
            pass
        except Error as error:  # who is healthy without the database says so
            if not outage.behind(error, "GET /api/info"):
                raise
        return Response(answer)


class LoginView(APIView):
    """``POST /api/auth/login``: a name and a password for a token."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @documented(
        "logIn", who=None, body=serializers.LoginSerializer, answer={200: answers.LoggedIn}, refusals=[403, 429]
    )
    def post(self, request: Request) -> Response:
        """Return the ``token`` (64 hexadecimal digits) to send as ``Authorization: Bearer``; 403 if it is not so.

        After too many wrong logins as this name or from this network address it is 429: EVENTS_LOGIN_RATE.
        """
        given = serializers.LOGIN.run_validation(request.data)
        whence = request.META.get("REMOTE_ADDR"), request.headers.get("User-Agent", "")
        token, actor = accounts.log_in(given["name"], given["password"], *whence)
        user = people.whole(people.person_named(actor.name))
        detail = f"Logged in as {actor.name}"
        return Response({"detail": detail, "error": None, "token": token, "user": user, "redirectUrl": None})


class LogoutView(APIView):
    """``POST /api/auth/logout``: ends the token, or the browser's session, that the request came with."""

    @documented("logOut", who="everybody with a credential", answer={200: answers.Detail}, refusals=[403])
    def post(self, request: Request) -> Response:
        """End the token, or the browser's session, that the request came with."""
        actor_behind(request)
        if isinstance(request.auth, str):
            accounts.log_out(request.auth)
        elif settings.SESSION_COOKIE_NAME in request.COOKIES:
            logout(request._request)  # noqa: SLF001 - the session is Django's
        answer = Response({"detail": "Logged out"})
        if TOKEN_COOKIE in request.COOKIES:
            answer.delete_cookie(TOKEN_COOKIE)
        return answer
