"""API keys in the admin: made, shown once, limited, rotated and revoked."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from events import accounts
from events.admin import render
from events.admin.own import OwnMixin
from events.models import ApiKey
from events.policies import Verb

if TYPE_CHECKING:
    ApiKeyModelAdmin = admin.ModelAdmin[ApiKey]
    KeyModelForm = forms.ModelForm[ApiKey]
else:
    ApiKeyModelAdmin = admin.ModelAdmin
    KeyModelForm = forms.ModelForm

VERBS = {
    Verb.DISPATCH: "Dispatch events, stored or not",
    Verb.READ: "Read, list and receive events",
    Verb.ENROLL: "Pull jobs",
    Verb.UPDATE: "Update events",
    Verb.OPERATE: "Restart, abort and delete events (takes reading, too)",
}
"""What a key can be limited to, in plain words."""


PRESETS: Mapping[str, tuple[str, Sequence[Verb]]] = {
    "reader": ("Reader: looks on", (Verb.READ,)),
    "dispatcher": ("Dispatcher: tells what has happened", (Verb.DISPATCH,)),
    "worker": ("Worker: pulls jobs and does them", (Verb.ENROLL, Verb.READ, Verb.UPDATE, Verb.DISPATCH)),
    "operator": ("Operator: looks on, restarts, aborts and deletes", (Verb.READ, Verb.OPERATE)),
}
"""What a program that does one thing needs."""


class Lines(forms.CharField):
    """A list, one entry in each line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        """Write the list."""
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Read it."""
        return [line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()]


class Moment(forms.DateTimeField):
    """A moment in ISO 8601, in UTC if it has no offset; a script of the page shows it in the reader's zone."""

    widget = forms.TextInput(attrs={"data-moment": "", "autocomplete": "off"})

    def prepare_value(self, value: Any) -> Any:
        """Write it in UTC."""
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> Any:
        """Read it."""
        with timezone.override(UTC):
            return super().to_python(value)


class KeyForm(KeyModelForm):
    """What can be said about a key."""

    preset = forms.ChoiceField(
        choices=[("", "The verbs below"), *((name, words) for name, (words, _) in PRESETS.items())],
        required=False,
        label="Made for",
        help_text="What a program like this needs, in the place of verbs chosen one by one.",
    )
    verbs = forms.MultipleChoiceField(
        choices=[(verb.value, words) for verb, words in VERBS.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="What the key may be used for; none: everything that its user may.",
    )
    topics = Lines(required=False, help_text="The topics that it reaches, one in a line, * for any text; none: all.")
    projects = Lines(
        required=False,
        help_text="The projects that it reaches, one in a line; none: all of its user's, and what has no project.",
    )

    expires_at = Moment(
        required=False,
        help_text='Date and time<span class="zone"> in UTC, such as 2026-01-31T14:00</span>; empty: it does not end.',
    )

    class Meta:
        model = ApiKey
        fields = ("user", "name", "expires_at", "verbs", "topics", "projects", "wait_seconds")

    def clean_expires_at(self) -> datetime | None:
        """Refuse a key that has ended, unless it had before."""
        end: datetime | None = self.cleaned_data["expires_at"]
        before = self.instance.expires_at
        is_new = before is None or end != before.replace(microsecond=0)
        if end and is_new and end <= timezone.now():
            raise ValidationError("This is in the past. To end a key at once, delete it.")
        return end

    def clean(self) -> dict[str, Any]:
        """Let a preset fill the verbs."""
        given = super().clean() or {}
        if preset := given.get("preset"):
            needed = [verb.value for verb in PRESETS[preset][1]]
            if "verbs" in self.changed_data and set(given.get("verbs", needed)) != set(needed):
                self.add_error("preset", "Choose what it is made for, or verbs, not both.")
            given["verbs"] = needed
        return given


@admin.register(ApiKey)
class ApiKeyAdmin(OwnMixin, ApiKeyModelAdmin):
    """Makes keys and shows them once; the server keeps only digests. Who deletes a key revokes it."""

    form = KeyForm
    list_display = ("name", "user", "preview", "limits", "wait_seconds", "created", "last_used", "expires")
    search_fields = ("name", "user__username")
    list_select_related = ("user",)
    autocomplete_fields = ("user",)
    readonly_fields = ("preview", "created", "last_used")
    change_form_template = "admin/events/apikey/change_form.html"

    @admin.display(description="reaches")
    def limits(self, key: ApiKey) -> str:
        """Return all limits in one line."""
        return ", ".join([*key.verbs, *key.topics, *key.projects]) or "everything"

    @admin.display(ordering="created_at")
    def created(self, key: ApiKey) -> str:
        """Return when it was made."""
        return render.long_time(key.created_at)

    @admin.display(ordering="last_used_at")
    def last_used(self, key: ApiKey) -> str:
        """Return when somebody came with it last."""
        return render.long_time(key.last_used_at) if key.last_used_at else "never"

    @admin.display(ordering="expires_at")
    def expires(self, key: ApiKey) -> str:
        """Return when it ends."""
        return render.long_time(key.expires_at) if key.expires_at else "never"

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> list[Any]:
        """Ask what it is made for before the verbs."""
        fields = [*super().get_fields(request, obj)]
        fields.remove("preset")
        fields.insert(fields.index("verbs"), "preset")
        return fields

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> tuple[str, ...]:
        """Keep the user of a key that there is: another one's key is another key."""
        return ("user", *self.readonly_fields) if obj else ()

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        """Make the secret of a new key, and let every change count at once in this process."""
        if not change:
            if not self.makes_for_others(request):
                obj.user = cast("User", request.user)
            obj.issued = accounts.new_secret(obj)
        super().save_model(request, obj, form, change)
        accounts.forget()

    def delete_model(self, request: HttpRequest, obj: ApiKey) -> None:
        """Revoke it, in this process at once."""
        super().delete_model(request, obj)
        accounts.forget()

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None) -> HttpResponse:
        """Show the key, this once."""
        return self._shown(request, obj, obj.issued)

    def get_urls(self) -> list[URLPattern]:
        """Add where a key is rotated."""
        rotate = self.admin_site.admin_view(require_POST(self.rotate))
        return [path("<int:pk>/rotate/", rotate, name="events_apikey_rotate"), *super().get_urls()]

    def rotate(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make a new key that may do the same, and let the old one run out."""
        key = self.get_object(request, str(pk))
        if key is None:
            raise Http404
        if not self.has_add_permission(request) or not self.has_change_permission(request, key):
            raise PermissionDenied
        if key.is_ending:
            messages.error(request, "This key is ending, and so would the new one. Add a key instead.")
            return HttpResponseRedirect(reverse("admin:events_apikey_change", args=[pk]))
        successor, secret = accounts.rotate_key(key)
        return self._shown(request, successor, secret, replaces=key)

    def _shown(self, request: HttpRequest, key: ApiKey, secret: str, replaces: ApiKey | None = None) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"The key of {key.user}",
            "key": key,
            "secret": secret,
            "replaces": replaces,
        }
        return TemplateResponse(request, "admin/events/apikey/issued.html", context)
