"""What query strings say."""

from rest_framework.request import Request

from events.errors import InvalidField

FLAGS = {"true": True, "1": True, "false": False, "0": False}


def flag_in(request: Request, name: str) -> bool | None:
    """Return the truth value of a parameter; None if it is not given, or empty."""
    given = request.query_params.get(name, "")
    if not given:
        return None
    if given.lower() not in FLAGS:
        raise InvalidField(name, "expected true or false")
    return FLAGS[given.lower()]
