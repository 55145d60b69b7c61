"""Every change of a plan goes through one of these."""

from portal.succession.services.approving import approve
from portal.succession.services.carrying_out import carry_out, close_what_is_finished
from portal.succession.services.planning import (
    Arrow,
    ask_for_report,
    cancel,
    change_plan,
    choose_frames,
    prepare,
)
from portal.succession.services.reporting import report_what_is_wanted, write_report

__all__ = [
    "Arrow",
    "approve",
    "ask_for_report",
    "cancel",
    "carry_out",
    "change_plan",
    "choose_frames",
    "close_what_is_finished",
    "prepare",
    "report_what_is_wanted",
    "write_report",
]
