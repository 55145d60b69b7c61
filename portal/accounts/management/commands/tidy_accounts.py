from typing import Any

from django.core.management.base import BaseCommand

from portal.accounts.tidying import tidy


class Command(BaseCommand):
    help = "Forget kept forms, sign-in tries and sessions that are over, as the daily job does."

    def handle(self, *args: Any, **options: Any) -> None:
        tidy()
