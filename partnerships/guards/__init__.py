"""What is missing before a move: each as a sentence that says what to do, and in which section.

The page shows them as they are; the mover refuses with the same. What the database can see, its
triggers refuse too (`0002_agreement_guards`).
"""

from partnerships.guards.ending import missing_for_close, missing_for_signature
from partnerships.guards.missing import Missing
from partnerships.guards.reviews import (
    facts_for_review,
    largest_year_ore,
    legal_review_reasons,
    missing_for_negotiation,
    outdated_reviews,
    required_reviews,
)
from partnerships.guards.written import bars_the_way, missing_for_review

__all__ = [
    "Missing",
    "bars_the_way",
    "facts_for_review",
    "largest_year_ore",
    "legal_review_reasons",
    "missing_for_close",
    "missing_for_negotiation",
    "missing_for_review",
    "missing_for_signature",
    "outdated_reviews",
    "required_reviews",
]
