from typing import Any

from django.core.management.base import BaseCommand, CommandError

from partnerships.clause_library import BadClauseFile, load_clauses


class Command(BaseCommand):
    help = "Load the general clauses and appendices. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            changed = load_clauses()
        except BadClauseFile as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(str(changed))
