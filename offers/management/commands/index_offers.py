"""Build the search index and the vocabulary anew, with the Danish dictionary. Safe at any time."""

from typing import Any

from django.core.management.base import BaseCommand

from offers.search.indexing import rebuild_index


class Command(BaseCommand):
    help = "Index every public offer for search and count the vocabulary anew."

    def handle(self, *args: Any, **options: Any) -> None:
        count = rebuild_index()
        if options["verbosity"]:
            self.stdout.write(f"{count} tilbud er indekseret.")
