"""``GET /readyz``: for proxies and orchestrators, whether this process can do its work.

200 if the database answers and 503 with Retry-After if not, with a word for each service:
``{"database": "ok", "redis": "away"}``; ``redis`` is null in an installation without one. Without Redis only
the live feed is late, and no other host would do better, so that alone is 200. Anybody may ask, by any host
name, over plain HTTP and as often as he likes: the services are asked once a second at most. A database that takes
connections and says nothing is away as well: whoever asks while somebody waits for it is told so after two seconds.
"""

import threading
import time
from collections.abc import Callable

import redis
from django.conf import settings
from django.db import Error, connections
from django.http import HttpRequest, HttpResponse, JsonResponse

from events import outage

PATH = "/readyz"
LASTING = 1.0
"""Seconds for which an answer is given again."""
REDIS_SECONDS = 1.0
"""For how long Redis may think about it."""
PATIENCE = 2.0
"""Seconds after which a database that has not answered counts as away."""

OK, AWAY = "ok", "away"


class ReadinessMiddleware:
    """Answers ``/readyz``, before anybody asks for host names, HTTPS or credentials."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain."""
        self._get_response = get_response
        self._checking = threading.Lock()
        self._asked = 0.0
        self._checked: tuple[float, dict[str, str | None]] | None = None
        limits = {"socket_timeout": REDIS_SECONDS, "socket_connect_timeout": REDIS_SECONDS}
        self._redis = redis.Redis.from_url(settings.REDIS_URL, **limits) if settings.REDIS_URL else None

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or pass the request on."""
        if request.path != PATH:
            return self._get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        services = self._services()
        answer = JsonResponse(services, headers={"Cache-Control": "no-store"})
        if services["database"] != OK:
            answer.status_code = 503
            answer["Retry-After"] = str(outage.RETRY_AFTER)
        return answer

    def _services(self) -> dict[str, str | None]:
        """Return how the services are; while one thread finds out, the others give the last answer for a while."""
        if self._checked and time.monotonic() - self._checked[0] < LASTING:
            return self._checked[1]
        if self._checking.acquire(timeout=0 if self._checked else PATIENCE):
            try:
                self._asked = time.monotonic()
                self._checked = self._asked, {"database": _database(), "redis": self._redis_state()}
            finally:
                self._checking.release()
        elif self._checked is None or time.monotonic() - self._asked > PATIENCE:
            return {"database": AWAY, "redis": self._redis_state()}
        return self._checked[1]

    def _redis_state(self) -> str | None:
        if self._redis is None:
            return None
        try:
            self._redis.ping()
        except redis.RedisError:
            return AWAY
        return OK


def _database() -> str:
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        if not outage.behind(error, f"GET {PATH}"):
            raise
        return AWAY
    return OK
