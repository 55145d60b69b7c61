from typing import Any

from django.core.management.base import BaseCommand

from offers.services.reminders import remind_of_reviews


class Command(BaseCommand):
    help = "Ask associations to confirm the offers whose review is near, due or late."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(remind_of_reviews()))
