"""Who may get in: API keys can be looked at and revoked, projects can be opened to people."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from events import accounts
from events.models import ApiKey, ProjectGrant

if TYPE_CHECKING:
    ApiKeyModelAdmin = admin.ModelAdmin[ApiKey]
    ProjectGrantModelAdmin = admin.ModelAdmin[ProjectGrant]
else:
    ApiKeyModelAdmin = ProjectGrantModelAdmin = admin.ModelAdmin


@admin.register(ApiKey)
class ApiKeyAdmin(ApiKeyModelAdmin):
    """Shows the keys without their secrets, which the server does not have; deleting a key revokes it.

    What can be set is how long requests for jobs wait; any other change is a new key.
    """

    list_display = ("name", "user", "preview", "wait_seconds", "created_at", "expires_at")
    fields = ("name", "user", "preview", "wait_seconds", "created_at", "expires_at")
    readonly_fields = ("name", "user", "preview", "created_at", "expires_at")
    search_fields = ("name", "user__username")
    list_select_related = ("user",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: a key is made where it can be shown once."""
        return False

    def save_model(self, request: HttpRequest, obj: ApiKey, form: "ModelForm[ApiKey]", change: bool) -> None:
        """Let it count at once in this process."""
        super().save_model(request, obj, form, change)
        accounts.forget()


@admin.register(ProjectGrant)
class ProjectGrantAdmin(ProjectGrantModelAdmin):
    """Opens projects to users and groups."""

    list_display = ("project", "user", "group")
    search_fields = ("project", "user__username", "group__name")
    list_select_related = ("user", "group")
    raw_id_fields = ("user",)
