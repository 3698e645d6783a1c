"""What operators ask for: kept with their login, so that a preview has an address to which a browser's Back leads."""

import hashlib
from itertools import islice

from django.http import HttpRequest, QueryDict

KEPT = "questions"
"""Under this name a session has them, the newest first."""
MOST = 10
"""Questions of one login; the address of an older one says that it is no longer kept."""
FIELDS = ("kind", "scope", "view", "ids", "cascade", "back")
"""What a form says of the events that are meant; the rest is found anew each time that somebody looks."""


def keep(request: HttpRequest) -> str:
    """Keep what the form of a request asks for, and return the name under which it is found."""
    given = QueryDict(mutable=True)
    for field in FIELDS:
        given.setlist(field, request.POST.getlist(field))
    question = given.urlencode()
    name = hashlib.sha256(question.encode()).hexdigest()[:32]
    kept = {name: question, **{each: other for each, other in _kept(request).items() if each != name}}
    request.session[KEPT] = dict(islice(kept.items(), MOST))
    return name


def find(request: HttpRequest, name: str) -> QueryDict | None:
    """Return what the same login has asked for under a name; None if that is no longer kept, or never was."""
    question = _kept(request).get(name)
    return None if question is None else QueryDict(question)


def _kept(request: HttpRequest) -> dict[str, str]:
    kept: dict[str, str] = request.session.get(KEPT, {})
    return kept
