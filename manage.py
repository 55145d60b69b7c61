#!/usr/bin/env python
"""Django's command line. `manage.py demo` starts everything; the rest is Django's own."""

import os
import sys


def main() -> None:
    if sys.argv[1:2] == ["demo"]:
        # The demo starts Django in its children; loading it here as well would cost two seconds.
        try:
            from portal.demo.start import main as start_demo
        except ModuleNotFoundError as error:
            sys.stderr.write(f"Pakken {error.name} mangler. Kør `make demo`, som henter den.\n")
            sys.exit(2)
        sys.exit(start_demo(sys.argv[2:]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.dev")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
