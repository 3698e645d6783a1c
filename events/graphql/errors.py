"""What an error looks like in the answer to a query; the only place that knows ``extensions.code``."""

import logging

from graphql import GraphQLError, GraphQLFormattedError

from events.errors import EventError, InvalidField

logger = logging.getLogger(__name__)

INVALID_QUERY = "invalid_query"
"""The query is no GraphQL, does not fit the schema, or its variables do not."""


def formatted(error: GraphQLError) -> GraphQLFormattedError:
    """Return the error for the answer: message, place in the query and ``extensions.code``.

    What nobody has foreseen is logged, and answered without telling what it was.
    """
    told = error.formatted
    # Without a path it is about the query or its variables, and nothing has been executed.
    match error.original_error if error.path else None:
        case None | GraphQLError():
            told["extensions"] = {"code": INVALID_QUERY, **(error.extensions or {})}
        case InvalidField() as cause:
            told["message"] = f"{cause.field}: {cause}"
            told["extensions"] = {"code": cause.code, "field": cause.field}
        case EventError() as cause:
            told["message"] = str(cause)
            told["extensions"] = {"code": cause.code}
        case cause:
            logger.error("A query failed at %s", error.path, exc_info=cause)
            told["message"] = "Internal server error"
            told["extensions"] = {"code": "internal_error"}
    return told
