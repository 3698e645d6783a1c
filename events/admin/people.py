"""Users and groups as Django's admin has them, with what they may do in plain words."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse

from events.admin import render
from events.admin.rights import ROLE_GROUPS, ROLES, rights_of_group, rights_of_user
from events.admin.sign_ins import SignInsMixin

admin.site.unregister(Group)
admin.site.unregister(User)


@admin.register(Group)
class RightsGroupAdmin(GroupAdmin):
    """Groups: three of them are roles, the others share projects and policies."""

    fields = ("name", "permissions")
    list_display = ("name", "is_role", "members")
    change_list_template = "admin/auth/group/change_list.html"
    change_form_template = "admin/auth/group/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        """Count the members."""
        return super().get_queryset(request).annotate(members=Count("user"))

    @admin.display(description="role", boolean=True)
    def is_role(self, group: Group) -> bool:
        """Tell whether the group stands for a role."""
        return group.name in ROLE_GROUPS

    @admin.display(ordering="members")
    def members(self, group: Any) -> int:
        """Return how many users are in it."""
        count: int = group.members
        return count

    def get_readonly_fields(self, request: HttpRequest, obj: Group | None = None) -> tuple[str, ...]:
        """Keep the names that stand for roles."""
        return ("name",) if obj and obj.name in ROLE_GROUPS else ()

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """Keep the groups that stand for roles."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.name not in ROLE_GROUPS)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the roles above the groups."""
        return super().changelist_view(request, {"roles": ROLES, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show what the members may do."""
        group = self.get_object(request, object_id)
        context = {"rights": rights_of_group(group), "whose": "being in this group brings"} if group else {}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})


@admin.register(User)
class RightsUserAdmin(SignInsMixin):
    """Users, services included."""

    change_form_template = "admin/auth/user/change_form.html"
    list_display = ("username", "email", "first_name", "last_name", "is_staff", "seen")
    readonly_fields = ("seen", "joined")
    fieldsets = (*(UserAdmin.fieldsets or ())[:-1], ("Times", {"fields": readonly_fields}))

    @admin.display(description="last login", ordering="last_login")
    def seen(self, user: User) -> str:
        """Return when the user logged in to the viewer last."""
        return render.long_time(user.last_login) if user.last_login else "never"

    @admin.display(description="date joined", ordering="date_joined")
    def joined(self, user: User) -> str:
        """Return when the user was made."""
        return render.long_time(user.date_joined)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show what the user may do."""
        user = self.get_object(request, object_id)
        context = {"rights": rights_of_user(user), "whose": f"{user} may do"} if user else {}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})
