"""Who may see and do what: projects are opened to people, and topics are ruled by policies."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from events import logins
from events.errors import TooManyRequests
from events.models import ProjectGrant, TopicPolicy

if TYPE_CHECKING:
    ProjectGrantModelAdmin = admin.ModelAdmin[ProjectGrant]
    TopicPolicyModelAdmin = admin.ModelAdmin[TopicPolicy]
else:
    ProjectGrantModelAdmin = TopicPolicyModelAdmin = admin.ModelAdmin


@admin.register(ProjectGrant)
class ProjectGrantAdmin(ProjectGrantModelAdmin):
    """Opens projects to users and groups."""

    list_display = ("project", "user", "group")
    search_fields = ("project", "user__username", "group__name")
    list_select_related = ("user", "group")
    raw_id_fields = ("user",)


@admin.register(TopicPolicy)
class TopicPolicyAdmin(TopicPolicyModelAdmin):
    """Rules topics; the model says which of several policies counts."""

    list_display = ("__str__", "verb", "topic", "allows", "subject", "note")
    list_filter = ("verb", "allows")
    search_fields = ("topic", "note")
    list_select_related = ("group", "key")
    fieldsets = (
        (None, {"fields": ("verb", "topic", "allows", "note"), "description": TopicPolicy.__doc__ or ""}),
        ("To whom", {"fields": ("role", "group", "key"), "description": "One of them, or none for everybody."}),
    )

    @admin.display(description="whom")
    def subject(self, policy: TopicPolicy) -> str:
        """Return whom the policy names."""
        return policy.subject


class LoginForm(AdminAuthenticationForm):
    """Lets nobody guess passwords: EVENTS_LOGIN_RATE, counted together with the logins over REST."""

    def clean(self) -> dict[str, object]:
        """Check name and password, unless there were too many wrong ones."""
        name, address = str(self.cleaned_data.get("username", "")), _address(self.request)
        try:
            logins.check(name, address)
        except TooManyRequests as error:
            raise ValidationError(f"Too many attempts. Try again in {error.wait} seconds.") from error
        try:
            return super().clean()
        except ValidationError:
            logins.note_failure(name, address)
            raise


def _address(request: HttpRequest | None) -> str | None:
    return request.META.get("REMOTE_ADDR") if request else None
