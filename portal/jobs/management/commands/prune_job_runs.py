"""`manage.py prune_job_runs`: forget old runs of periodic jobs."""

from typing import Any

from django.core.management.base import BaseCommand

from portal.jobs.running import prune


class Command(BaseCommand):
    help = "Delete the rows of periodic runs older than two weeks."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{prune()} rows deleted.")
