"""Who may see and do what: projects are opened to people, and topics are ruled by policies."""

from typing import TYPE_CHECKING

from django.contrib import admin

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
    autocomplete_fields = ("user", "group")


@admin.register(TopicPolicy)
class TopicPolicyAdmin(TopicPolicyModelAdmin):
    """Rules topics; the model says which of several policies counts."""

    list_display = ("__str__", "verb", "topic", "allows", "subject", "note")
    list_filter = ("verb", "allows")
    search_fields = ("topic", "note")
    list_select_related = ("group", "key")
    autocomplete_fields = ("group", "key")
    fieldsets = (
        (None, {"fields": ("verb", "topic", "allows", "note"), "description": TopicPolicy.__doc__ or ""}),
        ("To whom", {"fields": ("role", "group", "key"), "description": "One of them, or none for everybody."}),
    )

    @admin.display(description="whom")
    def subject(self, policy: TopicPolicy) -> str:
        """Return whom the policy names."""
        return policy.subject
