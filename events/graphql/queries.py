"""What can be asked: each resolver turns its arguments into phrases of a queryset and a page of it.

The context of a query is the actor who asks.
"""

from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from events import people, projects
from events.graphql import columns, filters
from events.graphql import people as people_fields
from events.graphql import projects as project_fields
from events.graphql.connection import PageInfo, cursor_at, objects_of, page_info, page_of, rows_of, window_for
from events.graphql.execution import Edges, mentioned
from events.graphql.types import (
    EventsConnection,
    ProjectNode,
    ProjectsConnection,
    UserNode,
    UsersConnection,
    texts,
)

PAGING = ("first", "after", "last", "before")


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A page, as the types of the schema want it."""

    edges: Edges
    page_info: PageInfo
    field_stats: tuple[()] = ()


class Query(graphene.ObjectType):
    """What can be asked."""

    events = graphene.Field(
        EventsConnection,
        required=True,
        ids=texts(),
        topics=graphene.Argument(texts(), description="topics, or patterns with * for any text"),
        projects=texts(),
        users=texts(),
        states=graphene.Argument(texts(), deprecation_reason="Use statuses."),
        statuses=texts(),
        has_children=graphene.Boolean(description="whether other events depend on the event"),
        older_than=graphene.String(description="ISO 8601; UTC if it has no offset"),
        newer_than=graphene.String(description="ISO 8601; UTC if it has no offset"),
        filter=graphene.String(description="words that topic, project, user or description contain"),
        include_logs=graphene.Boolean(required=True, default_value=False),
        first=graphene.Int(description="oldest first; 100 if nothing is given, at most 1000"),
        after=graphene.String(),
        last=graphene.Int(description="newest first"),
        before=graphene.String(),
    )
    users = graphene.Field(
        UsersConnection,
        required=True,
        names=texts(),
        emails=texts(),
        project_name=graphene.String(description="users who may see the project"),
        first=graphene.Int(description="by name; 100 if nothing is given, at most 1000"),
        after=graphene.String(),
        last=graphene.Int(description="by name, backwards"),
        before=graphene.String(),
    )
    user = graphene.Field(UserNode, required=True, name=graphene.String(required=True))
    me = graphene.Field(UserNode, required=True)
    projects = graphene.Field(
        ProjectsConnection,
        required=True,
        name=graphene.String(description="only the project of this name"),
        include_skeleton=graphene.Boolean(default_value=False, description="changes nothing: no project is a skeleton"),
        first=graphene.Int(description="by name; 100 if nothing is given, at most 1000"),
        after=graphene.String(),
        last=graphene.Int(description="by name, backwards"),
        before=graphene.String(),
    )
    project = graphene.Field(ProjectNode, required=True, name=graphene.String(required=True))

    @staticmethod
    def resolve_events(_root: None, info: GraphQLResolveInfo, **arguments: Any) -> Connection:
        """Return a page of the events that the actor may see: one query."""
        window = window_for(**_page(arguments))
        found = filters.events_for(info.context, filters.Wanted(**arguments))
        asked = mentioned(info, "edges", "node")
        rows, more = rows_of(found, "creation_order", columns.columns_of(asked), window)
        return Connection(
            edges=Edges(rows=rows, node=columns.node_of(asked, clear=info.context.sees_secrets), cursor=columns.cursor),
            page_info=page_info(window, [row[0] for row in rows], more=more),
        )

    @staticmethod
    def resolve_users(_root: None, info: GraphQLResolveInfo, **arguments: Any) -> Connection:
        """Return a page of the users that the actor may know of, by name."""
        window = window_for(**_page(arguments), key=str)
        found = people.people_for(info.context, people.Wanted(**arguments))
        page, more = objects_of(found, "username", window)
        return Connection(
            edges=Edges(
                rows=[people.seen_by(info.context, person) for person in people.described(page)],
                node=people_fields.NODE,
                cursor=lambda person: cursor_at(person.name),
            ),
            page_info=page_info(window, [user.username for user in page], more=more),
        )

    @staticmethod
    def resolve_user(_root: None, info: GraphQLResolveInfo, name: str) -> dict[str, object]:
        """Return one user, as far as the actor may see him."""
        return people_fields.node_for(people.seen_by(info.context, people.person_named(name)))

    @staticmethod
    def resolve_me(_root: None, info: GraphQLResolveInfo) -> dict[str, object]:
        """Return who asks."""
        return Query.resolve_user(None, info, info.context.name)

    @staticmethod
    def resolve_projects(_root: None, info: GraphQLResolveInfo, **arguments: Any) -> Connection:
        """Return a page of the projects that the actor may see, by name."""
        window = window_for(**_page(arguments), key=str)
        named = arguments.get("name")
        found = [each for each in projects.projects_for(info.context) if named is None or each.name == named]
        page, more = page_of(found, attrgetter("name"), window)
        return Connection(
            edges=Edges(rows=page, node=project_fields.NODE, cursor=lambda project: cursor_at(project.name)),
            page_info=page_info(window, [project.name for project in page], more=more),
        )

    @staticmethod
    def resolve_project(_root: None, info: GraphQLResolveInfo, name: str) -> dict[str, object]:
        """Return one project; ProjectMissing also if the actor may not see it."""
        return project_fields.node_for(projects.project_named(name, info.context))


def _page(arguments: dict[str, Any]) -> dict[str, Any]:
    """Take the arguments that say which page is wanted out of the others."""
    return {name: arguments.pop(name, None) for name in PAGING}
