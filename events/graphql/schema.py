"""The GraphQL schema."""

import graphene

from events.graphql.queries import Query

schema = graphene.Schema(query=Query)
