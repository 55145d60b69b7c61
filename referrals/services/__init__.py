"""The doors: every change of a referral is one of these functions."""

from referrals.services.answering import (
    accept,
    assign_handler,
    complete,
    decline,
    give_up,
    keep_waiting,
    redeem_code,
    start,
    undo,
    waitlist,
    write_message,
)
from referrals.services.codes import SentCode, draw_code, read_code, reissue_code
from referrals.services.concerns import close_concern, report_concern, take_concern
from referrals.services.drafts import discard_draft, load_draft, save_draft
from referrals.services.ending import (
    approve,
    expire,
    mark_error,
    reassign_sender,
    refuse,
    withdraw,
    withdraw_feedback,
)
from referrals.services.intake import CodedFacts, load_offer_for_sending
from referrals.services.people import ConsentGiven, PatientDetails
from referrals.services.phone_codes import ask_for_phone_code, give_phone_code
from referrals.services.sending import send_code, send_identified, send_self
from referrals.services.signposts import count_signpost

__all__ = [
    "CodedFacts",
    "ConsentGiven",
    "PatientDetails",
    "SentCode",
    "accept",
    "approve",
    "ask_for_phone_code",
    "assign_handler",
    "close_concern",
    "complete",
    "count_signpost",
    "decline",
    "discard_draft",
    "draw_code",
    "expire",
    "give_phone_code",
    "give_up",
    "keep_waiting",
    "load_draft",
    "load_offer_for_sending",
    "mark_error",
    "read_code",
    "reassign_sender",
    "redeem_code",
    "refuse",
    "reissue_code",
    "report_concern",
    "save_draft",
    "send_code",
    "send_identified",
    "send_self",
    "start",
    "take_concern",
    "undo",
    "waitlist",
    "withdraw",
    "withdraw_feedback",
    "write_message",
]
