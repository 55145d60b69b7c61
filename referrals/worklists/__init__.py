"""What waits for whom: the reads behind the inbox, the sent list and the coordinator's overview.

Each is a constant number of statements, whatever the number of rows.
"""

from referrals.worklists.inbox import (
    AnswerBy,
    OwnYear,
    answer_by,
    consent_feedback,
    inbox_ended,
    inbox_in_hand,
    inbox_to_tell,
    inbox_waiting,
    offers_for_needs,
    own_offers,
    own_year,
)
from referrals.worklists.measures import ENDED, OPEN, TWO_WEEKS
from referrals.worklists.oversight import (
    Month,
    MyTurn,
    Overdue,
    StateAge,
    ages_of_states,
    my_turn,
    stale_offers,
    twelve_months,
)
from referrals.worklists.sent import (
    SENT_GROUPS,
    Eye,
    needs_eyes,
    own_drafts,
    sent_counts,
    sent_rows,
)

__all__ = [
    "ENDED",
    "OPEN",
    "SENT_GROUPS",
    "TWO_WEEKS",
    "AnswerBy",
    "Eye",
    "Month",
    "MyTurn",
    "Overdue",
    "OwnYear",
    "StateAge",
    "ages_of_states",
    "answer_by",
    "consent_feedback",
    "inbox_ended",
    "inbox_in_hand",
    "inbox_to_tell",
    "inbox_waiting",
    "my_turn",
    "needs_eyes",
    "offers_for_needs",
    "own_drafts",
    "own_offers",
    "own_year",
    "sent_counts",
    "sent_rows",
    "stale_offers",
    "twelve_months",
]
