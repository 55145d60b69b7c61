from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from portal.common.reference_csv import BadReferenceFile
from portal.geography.loading import REFERENCE, load_geography


class Command(BaseCommand):
    help = "Loads regions, health councils, municipalities and postal codes. Safe to run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, default=REFERENCE)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            changed = load_geography(folder)
        except BadReferenceFile as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(_("Geografi: %(rows)d rækker ændret.") % {"rows": sum(changed.values())})
