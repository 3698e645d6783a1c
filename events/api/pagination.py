"""Pages of ``GET /api/events``."""

from rest_framework.pagination import CursorPagination
from rest_framework.response import Response


class EventPages(CursorPagination):
    """Newest first, by keys and not by offsets: page ten thousand costs what the first one costs."""

    ordering = "-creation_order"
    page_size = 100
    page_size_query_param = "limit"
    max_page_size = 1000

    def get_paginated_response(self, data: object) -> Response:
        """Return the events with the addresses of the neighbouring pages, null where there is none."""
        return Response({"events": data, "next": self.get_next_link(), "previous": self.get_previous_link()})
