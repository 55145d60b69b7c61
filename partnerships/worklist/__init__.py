"""What waits for the actor: one line per fact, with whose turn it is and one way on.

A handful of statements whatever the number of agreements; each fact is a question to the rows of
the actor's own organisation. Nothing is stored: what is done disappears by itself.
"""

from typing import Final

from partnerships.worklist import deciding, following, writing
from partnerships.worklist.item import Item
from portal.access.actor import Actor

_FACTS: Final = (
    following.enquiries,
    deciding.reviews,
    deciding.reviewed,
    deciding.signatures,
    deciding.amendments,
    deciding.amendments_to_review,
    writing.sections,
    writing.suggestions,
    writing.answers,
    following.reports,
    following.milestones,
    following.obligations,
    following.action_points,
    following.notice,
    following.ending,
    following.ended,
    following.contacts,
    following.data_protection,
)


def waiting(actor: Actor) -> list[Item]:
    """Everything that waits for the actor, the most urgent first."""
    found = [item for fact in _FACTS for item in fact(actor)]
    return sorted(found, key=lambda item: item.order)


def queue(actor: Actor) -> list[Item]:
    """The reviewer's own queue, the oldest first: of a lawyer, a data protection officer, a
    coordinator."""
    return sorted(deciding.reviews(actor), key=lambda item: item.on)


__all__ = ["Item", "queue", "waiting"]
