from typing import Any

from django.core.management.base import BaseCommand

from partnerships import entrance_clocks


class Command(BaseCommand):
    help = "Remind of enquiries that wait, and forget who wrote what came to nothing long ago."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(entrance_clocks.run_entrance_clocks()))
