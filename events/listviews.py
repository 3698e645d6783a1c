"""The view of a list, as its address has it: what of it may be kept."""

import json
from urllib.parse import parse_qsl, urlencode

from events import filters, redaction


def masked(view: str) -> str:
    """Return the query string of a list with what it compares secrets with masked."""
    return urlencode([(name, _written(_masked(value))) for name, value in _read(view)])


def compares_secrets(view: str) -> bool:
    """Tell whether the query string of a list has something to mask."""
    return any(_masked(value) != value for _, value in _read(view))


def _read(view: str) -> list[tuple[str, str | dict[str, object]]]:
    """Return the parameters of a query string, filters as what their JSON says."""
    return [(name, _filter_in(text) or text) for name, text in parse_qsl(view, keep_blank_values=True)]


def _filter_in(text: str) -> dict[str, object] | None:
    try:
        written = json.loads(text)
    except ValueError:
        return None
    return written if isinstance(written, dict) else None


def _masked(value: str | dict[str, object]) -> str | dict[str, object]:
    return filters.masked(value) if isinstance(value, dict) else redaction.masked_text(value)


def _written(value: str | dict[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value
