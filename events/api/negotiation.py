"""In which form an answer is given."""

from collections.abc import Iterable

from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class JsonAnyway(DefaultContentNegotiation):
    """What the client accepts, and the first form that there is, which is JSON, if it accepts none of them."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Return who writes the answer, and what it is then called."""
        first, *others = renderers
        if not others:  # as nearly always: then there is nothing to weigh
            return first, str(first.media_type)
        try:
            renderer, media_type = super().select_renderer(request, renderers, format_suffix)
        except NotAcceptable:
            renderer, media_type = first, str(first.media_type)
        return renderer, media_type
