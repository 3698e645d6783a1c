"""Masking in templates: ``{% load secrets %}{{ event.description|masked }}``."""

from django.template import Library

from events import redaction

register = Library()


@register.filter
def masked(text: str) -> str:
    """Return the text without what looks like a secret by its form."""
    shown: str = redaction.masked(text)
    return shown
