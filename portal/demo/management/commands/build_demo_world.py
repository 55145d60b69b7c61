from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from portal.demo.world.building import build_world


class Command(BaseCommand):
    help = "Build what a visitor of the demo meets at once. Safe to repeat."

    def handle(self, *args: Any, verbosity: int = 1, **options: Any) -> None:
        try:
            build_world(self.stdout.write if verbosity else lambda _line: None)
        except ImproperlyConfigured as refusal:
            raise CommandError(str(refusal)) from refusal
