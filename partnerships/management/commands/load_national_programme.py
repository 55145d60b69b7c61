from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from organisations.models import Organisation
from partnerships.services.programme import Programme, load_programme
from portal.access.actor import system_actor
from portal.common.errors import DomainError
from portal.common.reference_csv import BadReferenceFile


class Command(BaseCommand):
    help = "Load the national cancer plan as an agreement with its status report."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--public", required=True, help="slug of the public party")
        parser.add_argument("--association", required=True, help="slug of the association")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = load_programme(
                programme=Programme(),
                public=_organisation(options["public"]),
                association=_organisation(options["association"]),
                actor=system_actor("partnerships.programme"),
            )
        except (BadReferenceFile, DomainError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{report.agreement.number}: {report.title}")


def _organisation(slug: str) -> Organisation:
    found = Organisation.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError(f"No organisation has the address {slug!r}.")
    return found
