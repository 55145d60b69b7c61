from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.urls import reverse

from organisations.services.operators import create_operator
from portal.access.actor import system_actor
from portal.notifications.registry import absolute


class Command(BaseCommand):
    help = (
        "Make the first administrator (or one more). Prints a link, good once, where that person "
        "chooses a password; a second factor is set up at the first sign-in."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            validate_email(options["email"])
        except ValidationError as error:
            raise CommandError("That is no e-mail address.") from error
        user = create_operator(
            email=options["email"], name=options["name"], actor=system_actor("create_operator")
        )
        # A link and no password: nothing secret ends in a shell's history.
        path = reverse(
            "account_reset_password_from_key",
            kwargs={
                "uidb36": user_pk_to_url_str(user),
                "key": default_token_generator.make_token(user),
            },
        )
        self.stdout.write(f"{user.name} is an operator. Choose a password here:\n{absolute(path)}")
