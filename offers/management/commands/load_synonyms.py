"""Load the synonyms that come with the project. Groups that an editor has added stay."""

from typing import Any

from django.core.management.base import BaseCommand

from offers.search.synonyms import load_synonyms


class Command(BaseCommand):
    help = "Load the reference file of synonyms; safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        count = load_synonyms()
        if options["verbosity"]:
            self.stdout.write(f"{count} grupper af synonymer er indlæst.")
