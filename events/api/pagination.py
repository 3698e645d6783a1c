"""Pages of ``GET /api/events``."""

import re
from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from events.errors import InvalidField

CURSOR_EXPECTED = "expected a cursor from the next or previous of a page"
NUMBER = re.compile(r"[0-9]{1,18}")


class EventPages(CursorPagination):
    """Newest first, by keys and not by offsets: page ten thousand costs what the first one costs."""

    ordering = "-creation_order"
    page_size = 100
    page_size_query_param = "limit"
    max_page_size = 1000

    def get_page_size(self, request: Request) -> int:
        """Return how many events the page has, at most a thousand however many are asked for."""
        given = request.query_params.get("limit", "100")
        if not NUMBER.fullmatch(given) or int(given) == 0:
            raise InvalidField("limit", "expected a whole number from 1 to 1000")
        return min(int(given), self.max_page_size)

    def decode_cursor(self, request: Request) -> Any:
        """Return where to go on; what no page has given out is refused."""
        try:
            cursor = super().decode_cursor(request)
        except NotFound as error:
            raise InvalidField("cursor", CURSOR_EXPECTED) from error
        if cursor and cursor.position is not None and not NUMBER.fullmatch(str(cursor.position)):
            raise InvalidField("cursor", CURSOR_EXPECTED)
        return cursor

    def get_paginated_response(self, data: object) -> Response:
        """Return the events with the addresses of the neighbouring pages, null where there is none."""
        return Response({"events": data, "next": self.get_next_link(), "previous": self.get_previous_link()})
