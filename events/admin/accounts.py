"""Who may get in: API keys can be looked at and revoked, projects can be opened to people."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import HttpRequest

from events.models import ApiKey, ProjectGrant

if TYPE_CHECKING:
    ApiKeyModelAdmin = admin.ModelAdmin[ApiKey]
    ProjectGrantModelAdmin = admin.ModelAdmin[ProjectGrant]
else:
    ApiKeyModelAdmin = ProjectGrantModelAdmin = admin.ModelAdmin


@admin.register(ApiKey)
class ApiKeyAdmin(ApiKeyModelAdmin):
    """Shows the keys without their secrets, which the server does not have; deleting a key revokes it."""

    list_display = ("name", "user", "preview", "created_at", "expires_at")
    fields = ("name", "user", "preview", "created_at", "expires_at")
    search_fields = ("name", "user__username")
    list_select_related = ("user",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: a key is made where it can be shown once."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        """Refuse: a key is revoked and replaced."""
        return False


@admin.register(ProjectGrant)
class ProjectGrantAdmin(ProjectGrantModelAdmin):
    """Opens projects to users and groups."""

    list_display = ("project", "user", "group")
    search_fields = ("project", "user__username", "group__name")
    list_select_related = ("user", "group")
    raw_id_fields = ("user",)
