"""Each section's state: one shape and one word for the side list, a few more for its own head."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnerships.guards import Missing
from partnerships.models import (
    Agreement,
    AgreementParty,
    AgreementSection,
    AgreementState,
    SectionComment,
    SectionKey,
)
from partnerships.workflow import WRITABLE
from portal.common.templatetags.look import when

S = AgreementState


@dataclass(frozen=True, slots=True)
class State:
    tone: str
    word: str
    words: str

    @property
    def is_mine(self) -> bool:
        return self.tone == "wait" and self.word == _("Din tur")


def both_or_all(parties: Sequence[AgreementParty]) -> str:
    return _("begge") if len(parties) == 2 else _("alle")


def approvers(section: AgreementSection) -> set[object]:
    """Keys of the parties that have said yes to it as it stands."""
    return {row.party_id for row in section.approvals.all() if row.version == section.version}


def state_of(
    agreement: Agreement,
    section: AgreementSection,
    *,
    parties: Sequence[AgreementParty],
    mine: AgreementParty | None,
    missing: Sequence[Missing],
    asked: Sequence[SectionComment],
) -> State:
    """`asked` are suggestions that wait for the reader's own party."""
    match agreement.status:
        case S.IDEA | S.DRAFT | S.NEGOTIATION:
            return _while_written(agreement, section, parties, mine, missing, asked)
        case S.INTERNAL_REVIEW:
            if missing:
                return _missing(section, missing)
            return State("wait", _("I høring"), _("I høring"))
        case S.AWAITING_SIGNATURE:
            agreed = _("Godkendt af %(who)s") % {"who": both_or_all(parties)}
            return State("ok", _("Klar"), agreed)
        case S.CANCELLED:
            return State("full", _("Annulleret"), _("Blev ikke til noget"))
    return _once_signed(agreement, section, parties)


def _while_written(
    agreement: Agreement,
    section: AgreementSection,
    parties: Sequence[AgreementParty],
    mine: AgreementParty | None,
    missing: Sequence[Missing],
    asked: Sequence[SectionComment],
) -> State:
    if asked:
        return State("wait", _("Din tur"), _("Et forslag venter på dig"))
    if missing:
        return _missing(section, missing)
    if section.version == 0 and agreement.status != S.NEGOTIATION:
        return State("mute", _("Tomt"), _("Ikke skrevet endnu"))
    agreed = approvers(section)
    if mine is not None and mine.pk not in agreed:
        return State("wait", _("Din tur"), _("Til gennemsyn hos dig"))
    waits = [row.organisation.name for row in parties if row.pk not in agreed]
    if waits:
        first = waits[0] if len(waits) == 1 else _("%(count)s parter") % {"count": len(waits)}
        words = _("Venter på %(who)s") % {"who": first}
        return State("wait", _("Venter"), words)
    return State("ok", _("Klar"), _("Godkendt af %(who)s") % {"who": both_or_all(parties)})


def _missing(section: AgreementSection, missing: Sequence[Missing]) -> State:
    count = len(missing)
    if section.key == SectionKey.FRAME:
        words = ngettext("%(n)s mangler svar", "%(n)s mangler svar", count) % {"n": count}
    else:
        words = ngettext("%(n)s ting mangler", "%(n)s ting mangler", count) % {"n": count}
    return State("few", _("Mangler %(n)s") % {"n": count}, words)


def _once_signed(
    agreement: Agreement, section: AgreementSection, parties: Sequence[AgreementParty]
) -> State:
    for row in agreement.amendments.all():
        if row.is_open and section.key in row.after:
            words = _("Tillæg %(number)s er på vej") % {"number": row.number}
            return State("wait", _("Tillæg %(number)s") % {"number": row.number}, words)
    if section.key == SectionKey.GOALS:
        moments = [value.at for one in agreement.indicators.all() for value in one.values.all()]
        if moments:
            return State(
                "ok", _("Klar"), _("Opdateret %(when)s") % {"when": when(max(moments).date())}
            )
    if section.key == SectionKey.PARTIES:
        words = _("Underskrevet af %(who)s") % {"who": both_or_all(parties)}
        return State("ok", _("Klar"), words)
    return State("ok", _("Klar"), _("Godkendt af %(who)s") % {"who": both_or_all(parties)})


def is_writable(agreement: Agreement) -> bool:
    return agreement.status in WRITABLE
