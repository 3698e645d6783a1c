"""The types of the GraphQL schema; their names and the types of their fields are AYON's, which clients write down."""

from typing import ClassVar

import graphene
from graphene_django import DjangoObjectType

from events.models import Event


def texts() -> graphene.List:
    """Return the type ``[String!]``."""
    return graphene.List(graphene.NonNull(graphene.String))


def required_list(of: type[graphene.ObjectType]) -> graphene.NonNull:
    """Return the type ``[of!]!``."""
    return graphene.NonNull(graphene.List(graphene.NonNull(of)))


class ColumnStats(graphene.ObjectType):
    """Statistics of a column; there are none for events."""

    name = graphene.String(required=True)


class PageInfo(graphene.ObjectType):
    """Where the page is in the list."""

    has_next_page = graphene.Boolean(required=True)
    has_previous_page = graphene.Boolean(required=True)
    start_cursor = graphene.String()
    end_cursor = graphene.String()
    column_metadata = graphene.List(graphene.NonNull(ColumnStats))


class EventNode(DjangoObjectType):
    """One event, without its payload, which only REST gives."""

    id = graphene.String(required=True, description="32 hexadecimal digits")
    depends_on = graphene.String(description="the id of the event that caused this one")
    summary = graphene.String(required=True, description="JSON text")
    data = graphene.String(description="always null; ask REST")
    payload = graphene.String(description="always null; ask REST")

    class Meta:
        model = Event
        fields: ClassVar = [
            *("hash", "topic", "project", "user", "sender", "sender_type", "status", "retries"),
            *("description", "created_at", "updated_at"),
        ]
        convert_choices_to_enum = False


class EventEdge(graphene.ObjectType):
    """An event and its place in the list."""

    node = graphene.Field(EventNode, required=True)
    cursor = graphene.String()


class EventsConnection(graphene.ObjectType):
    """A page of events."""

    edges = graphene.Field(required_list(EventEdge))
    page_info = graphene.Field(PageInfo, required=True)
    field_stats = graphene.Field(required_list(ColumnStats))


class UserNode(graphene.ObjectType):
    """A user or a service. To who may not know more than the name and the full name the rest is null."""

    name = graphene.String(required=True)
    active = graphene.Boolean()
    created_at = graphene.DateTime()
    updated_at = graphene.DateTime()
    access_groups = graphene.String(description="JSON text: for each project, the groups that open it")
    default_access_groups = graphene.Field(graphene.NonNull(texts()), description="always empty")
    is_admin = graphene.Boolean()
    is_manager = graphene.Boolean()
    is_service = graphene.Boolean()
    is_guest = graphene.Boolean()
    has_password = graphene.Boolean()
    api_key_preview = graphene.String(description="the first characters of the newest API key")
    all_attrib = graphene.String(required=True, description="JSON text: fullName and email, if they are known")


class UserEdge(graphene.ObjectType):
    """A user and the place in the list."""

    node = graphene.Field(UserNode, required=True)
    cursor = graphene.String()


class UsersConnection(graphene.ObjectType):
    """A page of users."""

    edges = graphene.Field(required_list(UserEdge))
    page_info = graphene.Field(PageInfo, required=True)


class ProjectNode(graphene.ObjectType):
    """A project, which is a name that events or grants carry."""

    name = graphene.String(required=True)
    code = graphene.String(required=True, description="the name")
    label = graphene.String(description="always null")
    active = graphene.Boolean(required=True, description="always true")
    library = graphene.Boolean(required=True, description="always false")
    skeleton = graphene.Boolean(required=True, description="always false")
    created_at = graphene.DateTime(description="when its oldest event was made; null if it has none")
    updated_at = graphene.DateTime(description="when its newest event was made; null if it has none")
    config = graphene.String(required=True, description="JSON text, always {}")
    data = graphene.String(required=True, description="JSON text, always {}")
    all_attrib = graphene.String(required=True, description="JSON text, always {}")
    own_attrib = graphene.Field(graphene.NonNull(texts()), description="always empty")


class ProjectEdge(graphene.ObjectType):
    """A project and its place in the list."""

    node = graphene.Field(ProjectNode, required=True)
    cursor = graphene.String()


class ProjectsConnection(graphene.ObjectType):
    """A page of projects."""

    edges = graphene.Field(required_list(ProjectEdge))
    page_info = graphene.Field(PageInfo, required=True)
