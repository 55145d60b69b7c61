from typing import Any

from django.core.management.base import BaseCommand

from referrals import retention


class Command(BaseCommand):
    help = "Erase personal fields whose retention has ended."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(retention.erase_what_is_old()))
