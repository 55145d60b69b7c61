import gc
import os
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from portal.demo.world.building import build_world


class Command(BaseCommand):
    help = "Build what a visitor of the demo meets at once. Safe to repeat."

    def handle(self, *args: Any, verbosity: int = 1, **options: Any) -> None:
        # Short-lived and full of small objects: looking for garbage cost a seventh of its time.
        gc.set_threshold(200_000, 50, 50)
        say = self.stdout.write if verbosity else lambda _line: None
        try:
            build_world(say, hands=min(2, os.cpu_count() or 1))
        except ImproperlyConfigured as refusal:
            raise CommandError(str(refusal)) from refusal
