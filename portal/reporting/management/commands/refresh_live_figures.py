from typing import Any

from django.core.management.base import BaseCommand

from portal.reporting.linked_offers import refresh_linked_offers


class Command(BaseCommand):
    help = "Count the referrals of linked offers and store them on the agreements."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(refresh_linked_offers()))
