"""Sign-ins: the tokens and the browser sessions with which a user is in at this moment, and their end."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, user_logged_in
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from events import accounts, audit, origin
from events.models import AccessToken
from events.models.credential import PROGRAM_LENGTH


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """One way in that is open."""

    id: str
    """Names it, and lets nobody in."""
    kind: str
    """``token`` or ``session``."""
    address: str
    """The network address that it came from; empty if nobody knows."""
    program: str
    """What it said that it is: the browser, or the program."""
    began: datetime | None
    """None: nobody knows."""
    ends: datetime | None
    """None: never by itself."""


NOTE = "sign_in"
"""What a session says of its beginning, under this name."""


def watch() -> None:
    """Note from now on where sessions begin; called once, when Django is ready."""
    user_logged_in.connect(_note, dispatch_uid="sign_ins")


def _note(request: HttpRequest, **_: object) -> None:
    request.session[NOTE] = {
        "address": request.META.get("REMOTE_ADDR", ""),
        "program": request.headers.get("User-Agent", "")[:PROGRAM_LENGTH],
        "began": timezone.now().isoformat(),
    }


def sign_ins_of(user: User) -> list[SignIn]:
    """Return all of a user that let him in now, tokens first."""
    return [*map(_of_token, _tokens(user)), *map(_of_session, _sessions(user))]


def end(user: User, ids: Collection[str] | None = None) -> int:
    """End those with the ids, or all of the user's; return how many there were. It is on record.

    Open sockets and streams that came with one of them end within seconds.
    """
    with transaction.atomic():
        tokens = [each for each in _tokens(user) if ids is None or _of_token(each).id in ids]
        sessions = [each for each in _sessions(user) if ids is None or _name_of(each) in ids]
        AccessToken.objects.filter(pk__in=[each.pk for each in tokens]).delete()
        Session.objects.filter(pk__in=[each.pk for each in sessions]).delete()
        if tokens or sessions:
            ended = ["token"] * len(tokens) + ["session"] * len(sessions)
            by = origin.current().who()
            audit.record("user.signed_out", f"User {user} signed out", by=by, id=user.pk, name=str(user), ended=ended)
    accounts.forget()
    return len(tokens) + len(sessions)


def _tokens(user: User) -> list[AccessToken]:
    lasting = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    return list(AccessToken.objects.filter(lasting, user=user).order_by("-pk"))


def _sessions(user: User) -> list[Session]:
    """Return the sessions of the viewer; whose they are stands in each, so that all of them are looked through."""
    open_now = Session.objects.filter(expire_date__gt=timezone.now()).order_by("-expire_date")
    return [each for each in open_now.iterator() if _is_of(each, user)]


def _is_of(session: Session, user: User) -> bool:
    """Tell whether the session lets the user in: one that began with an old password does not."""
    said = session.get_decoded()
    current = user.get_session_auth_hash()
    return said.get(SESSION_KEY) == str(user.pk) and constant_time_compare(said.get(HASH_SESSION_KEY, ""), current)


def _of_token(token: AccessToken) -> SignIn:
    return SignIn(
        id=f"token-{token.pk}",
        kind="token",
        address=token.address,
        program=token.program,
        began=token.created_at,
        ends=token.expires_at,
    )


def _of_session(session: Session) -> SignIn:
    note = session.get_decoded().get(NOTE, {})
    return SignIn(
        id=_name_of(session),
        kind="session",
        address=note.get("address", ""),
        program=note.get("program", ""),
        began=datetime.fromisoformat(note["began"]) if note else None,
        ends=session.expire_date,
    )


def _name_of(session: Session) -> str:
    return f"session-{hashlib.sha256(session.session_key.encode()).hexdigest()[:32]}"
