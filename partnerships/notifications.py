"""Which mails an agreement sends, and to whom. How they are put together stands in `mails.py`."""

from partnerships.models import Agreement, AgreementEvent, SectionComment
from partnerships.reports import mails as report_mails  # noqa: F401 - found with this module
from portal.access.actor import Actor


def queue_for(event: AgreementEvent, agreement: Agreement) -> None:
    """What the others hear of an event. Who did it has seen it."""


def queue_for_comment(comment: SectionComment, agreement: Agreement, actor: Actor) -> None:
    """A comment or a suggestion reaches the contacts of the other parties."""
