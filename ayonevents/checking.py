"""What a setting takes; ValidationError says what was expected, and the name of the variable goes before it."""

from ipaddress import ip_network

import limits
from marshmallow import ValidationError


def check_rate(text: str) -> None:
    """Refuse what is no rate of the ``limits`` library; an empty one is no limit."""
    if text:
        try:
            limits.parse(text)
        except ValueError as error:
            raise ValidationError("expected a rate such as 10/minute, or nothing for no limit") from error


def check_networks(given: list[str]) -> None:
    """Raise ValidationError unless each is an address, a network, or ``*`` for all."""
    for each in given:
        try:
            ip_network(each if each != "*" else "0.0.0.0/0")
        except ValueError as error:
            raise ValidationError(f"{error}; expected an address, a network such as 10.0.0.0/8, or *") from error
