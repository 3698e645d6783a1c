"""The filter language of enroll and query, compiled to a condition."""

from collections.abc import Mapping

from django.db.models import Q


def condition_for(tree: Mapping[str, object]) -> Q:
    """Placeholder, replaced by the compiler."""
    return Q()
