from typing import Any

from django.core.management.base import BaseCommand

from partnerships import forum_clocks


class Command(BaseCommand):
    help = "Remind the owners of action points that are due."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(forum_clocks.remind_of_action_points()))
