"""The root of the GraphQL schema."""

import graphene


class Query(graphene.ObjectType):
    """What can be asked."""

    ok = graphene.Boolean()


schema = graphene.Schema(query=Query)
