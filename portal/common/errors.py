"""What a service raises when the answer is no. Each carries a Danish sentence the user may read.

`portal.views` and the API turn them into answers with the class's `status`; nothing else catches
them.
"""

from collections.abc import Mapping
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A rule of the field said no. The message is shown as it stands."""

    status: ClassVar[int] = 400
    default_message: ClassVar[str | Promise] = _("Det kan ikke lade sig gøre.")

    def __init__(self, message: str | Promise = "") -> None:
        self._message = message or self.default_message
        super().__init__(self._message)

    @property
    def message(self) -> str:
        """In the reader's language, so it is looked up when read and not when raised."""
        return str(self._message)

    def __str__(self) -> str:
        return self.message


class WrongState(DomainError):
    """The row is no longer where the action starts, often because somebody was quicker."""

    status = 409
    default_message = _("Det er ikke muligt længere. Andre kan have svaret i mellemtiden.")


class NotAllowed(DomainError):
    """The actor may see the row but not do this to it."""

    status = 403
    default_message = _("Du har ikke adgang til at gøre det.")


class NotFound(DomainError):
    """No such row *for this actor*: someone else's row is not found either."""

    status = 404
    default_message = _("Vi kan ikke finde siden.")


class InvalidInput(DomainError):
    """What was written cannot be used; `errors` has one sentence per field name."""

    status = 422
    default_message = _("Ret det, der er markeret.")

    def __init__(self, errors: Mapping[str, str | Promise], message: str | Promise = "") -> None:
        super().__init__(message)
        self._errors = dict(errors)

    @property
    def errors(self) -> dict[str, str]:
        return {field: str(sentence) for field, sentence in self._errors.items()}

    def __str__(self) -> str:
        return " ".join([self.message, *self.errors.values()])


class Throttled(DomainError):
    """Too many tries; `retry_after` is in seconds when it is known."""

    status = 429
    default_message = _("Du har prøvet for mange gange. Vent lidt, og prøv igen.")

    def __init__(self, message: str | Promise = "", *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NeedsStrongSignIn(DomainError):
    """The session was made with one factor only; the page asks for the second one first (AUT-2)."""

    status = 403
    default_message = _("Du skal bekræfte, hvem du er, med to faktorer, før du kan se siden.")
