from typing import Any

from django.core.management.base import BaseCommand

from partnerships.services.drafts import forget_old_drafts


class Command(BaseCommand):
    help = "Forget what was typed in agreements and nobody has touched for 7 days."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(forget_old_drafts()))
