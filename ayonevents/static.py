"""The applications' static files, served from where they lie: there is no collecting step before a start."""

from wsgiref.headers import Headers

from django.conf import settings
from django.contrib.staticfiles import finders
from servestatic import ServeStaticASGI

from ayonevents.middleware import POLICY

MAX_AGE = 60
"""Seconds for which a browser need not ask; after that the answer is mostly 304, without a look at the file."""


def with_static_files(application: object) -> ServeStaticASGI:
    """Return the application with the static files in front of it.

    Which files there are is looked up once, now; with DEBUG it is looked up at each request.
    """
    front = ServeStaticASGI(
        application,
        autorefresh=settings.DEBUG,
        max_age=0 if settings.DEBUG else MAX_AGE,
        allow_all_origins=False,
        add_headers_function=_add_headers,
    )
    # The first application that has a file wins; here the later directory would.
    for directory in reversed(_directories()):
        front.add_files(directory, prefix=settings.STATIC_URL)
    return front


def _directories() -> list[str]:
    """Return the ``static`` folders that have files, in the order of the applications."""
    files = (file for finder in finders.get_finders() for file in finder.list([]))
    return list(dict.fromkeys(storage.path("") for _, storage in files))


def _add_headers(headers: Headers, path: str, url: str) -> None:  # noqa: ARG001 - the signature is ServeStatic's
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Content-Security-Policy"] = POLICY  # a picture may be opened as a page, too
