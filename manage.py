#!/usr/bin/env python
"""Django's command line for ayonevents; ``manage.py serve`` starts the server."""

import os
import sys


def main() -> None:
    """Run the command that is named on the command line."""
    if sys.version_info < (3, 11):
        version = ".".join(str(part) for part in sys.version_info[:3])
        sys.exit("ayonevents needs Python 3.11 or newer, and this is Python " + version + ".")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ayonevents.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - after the check
    from environs import EnvError  # noqa: PLC0415

    try:
        execute_from_command_line(sys.argv)
    except EnvError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
