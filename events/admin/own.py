"""A user's keys are his to look after; the permissions of the admin are about those of others."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from events.models import ApiKey

if TYPE_CHECKING:
    KeyModelAdmin = admin.ModelAdmin[ApiKey]
else:
    KeyModelAdmin = admin.ModelAdmin


class OwnMixin(KeyModelAdmin):
    """Lets everybody on the staff see, make, change and delete his own, and nobody else's without the permission."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Lead everybody there."""
        return self.has_add_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Tell whether somebody may make his own: the admin lets in nobody else."""
        return bool(request.user.is_active and request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        """Tell whether it is his own, or he may see all."""
        return _is_own(request, obj) or super().has_view_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        """Tell whether it is his own, or he may change all."""
        return _is_own(request, obj) or super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        """Tell whether it is his own, or he may delete all."""
        return _is_own(request, obj) or super().has_delete_permission(request, obj)

    def makes_for_others(self, request: HttpRequest) -> bool:
        """Tell whether somebody may say whose it is."""
        return super().has_add_permission(request)

    def get_exclude(self, request: HttpRequest, obj: ApiKey | None = None) -> tuple[str, ...]:
        """Ask nobody whose it is who has no choice."""
        return () if self.makes_for_others(request) else ("user",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiKey]:
        """Return his own, or all to who may see them."""
        found = super().get_queryset(request)
        return found if super().has_view_permission(request) else found.filter(user=request.user.pk)


def _is_own(request: HttpRequest, obj: ApiKey | None) -> bool:
    """Tell whether a key is the user's; the list is, as it shows him his own."""
    return obj is None or obj.user_id == request.user.pk
