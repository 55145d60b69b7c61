#!/usr/bin/env python
"""Django's command line. `manage.py demo` needs nothing else; the rest reads DJANGO_SETTINGS_MODULE."""

import os
import sys


def main() -> None:
    default = "portal.settings.demo" if sys.argv[1:2] == ["demo"] else "portal.settings.dev"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", default)
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
