"""Every change of an offer goes through one of these. Pages, API, tasks, demo and imports alike."""

from offers.services.drafts import discard_draft, load_draft, save_draft
from offers.services.figures import store_answer_figures
from offers.services.freshness import confirm_offer, set_capacity
from offers.services.importing import import_offer, import_offers
from offers.services.publishing import (
    approve_offer,
    archive,
    pause,
    publish,
    reopen,
    resume,
    send_back_offer,
    submit_for_review,
)
from offers.services.writing import (
    ChangedMeanwhile,
    approve_edit,
    create_offer,
    edit_offer,
    refuse_edit,
    version_of,
)

__all__ = [
    "ChangedMeanwhile",
    "approve_edit",
    "approve_offer",
    "archive",
    "confirm_offer",
    "create_offer",
    "discard_draft",
    "edit_offer",
    "import_offer",
    "import_offers",
    "load_draft",
    "pause",
    "publish",
    "refuse_edit",
    "reopen",
    "resume",
    "save_draft",
    "send_back_offer",
    "set_capacity",
    "store_answer_figures",
    "submit_for_review",
    "version_of",
]
