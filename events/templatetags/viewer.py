"""How times and texts look, for templates: ``{% load viewer %}``."""

from django import template

from events import redaction
from events.admin import render, texts

register = template.Library()
register.filter("long_time", render.long_time)
register.filter("short_time", render.short_time)
register.filter("number", render.number)
register.filter("beginning", texts.beginning)
register.filter("visible", texts.visible)
register.filter("isolated", texts.isolated)
register.filter("masked", redaction.masked)
