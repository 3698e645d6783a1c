"""The event viewer: the Django admin, in which events are read and operated on, and never written."""

from django.contrib import admin

from events.admin import accounts, event, keys, people
from events.admin.login import LoginForm

__all__ = ["accounts", "event", "keys", "people"]

admin.site.login_form = LoginForm

admin.site.site_header = "ayonevents"
admin.site.site_title = "ayonevents"
admin.site.index_title = "Overview"
admin.site.site_url = None  # the root of the site leads here anyway
admin.site.enable_nav_sidebar = False  # the table needs the width
