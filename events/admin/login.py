"""The viewer's login form, which lets nobody guess passwords."""

from http import HTTPStatus
from typing import cast

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from events import logins
from events.errors import TooManyRequests


class LoginForm(AdminAuthenticationForm):
    """Checks a name and a password: EVENTS_LOGIN_RATE, counted together with the logins over REST."""

    wait = 0
    """Seconds after which it may be tried again; 0: now."""

    def clean(self) -> dict[str, object]:
        """Check name and password, unless there were too many wrong ones."""
        name, address = str(self.cleaned_data.get("username", "")), _address(self.request)
        try:
            logins.check(name, address)
        except TooManyRequests as error:
            self.wait = error.wait
            raise ValidationError(f"Too many attempts. Try again in {error.wait} seconds.") from error
        try:
            given = super().clean()
        except ValidationError:
            logins.note_failure(name, address)
            raise
        if self.user_cache:
            logins.note_success(name, address)
        return given


def login(request: HttpRequest) -> HttpResponse:
    """Show the form or take it; 429 with ``Retry-After`` to whoever was wrong too often."""
    answer = admin.site.login(request)
    if isinstance(answer, TemplateResponse) and (wait := _form_in(answer).wait):
        answer.status_code = HTTPStatus.TOO_MANY_REQUESTS
        answer["Retry-After"] = str(wait)
    return answer


def _form_in(answer: TemplateResponse) -> LoginForm:
    return cast("LoginForm", (answer.context_data or {})["form"])


def _address(request: HttpRequest | None) -> str | None:
    return request.META.get("REMOTE_ADDR") if request else None
