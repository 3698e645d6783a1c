"""How a request's body is read."""

import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser


class EventParser(BaseParser):
    """Read the body as JSON, whatever its content type says: services in the field send all sorts."""

    media_type = "*/*"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,  # noqa: ARG002 - the signature is the framework's
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        """Return the value, or raise ParseError: a 400 that says where the text stops being JSON."""
        try:
            return json.loads(stream.read().decode("utf-8-sig"), parse_constant=_refuse)
        except RecursionError as error:
            raise ParseError("The body is nested too deeply") from error
        except ValueError as error:
            raise ParseError(f"The body is not JSON: {error}") from error


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON number")
