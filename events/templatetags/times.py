"""Times in templates that no view of ours has made ready."""

from django import template

from events.admin import render

register = template.Library()
register.filter("long_time", render.long_time)
