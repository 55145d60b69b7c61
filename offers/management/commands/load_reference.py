from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from offers.search.synonyms import load_synonyms
from portal.common.reference_csv import BadReferenceFile
from portal.geography.loading import load_geography


class Command(BaseCommand):
    help = "Loads all reference data: areas, postal codes and synonyms. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            changed = load_geography()
            groups = load_synonyms()
        except BadReferenceFile as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(
            _("Reference: %(rows)d rækker ændret, %(groups)d grupper af ord.")
            % {"rows": sum(changed.values()), "groups": groups}
        )
