"""Whose turn it is, in one sentence, and the one next step."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnerships.actions import Action
from partnerships.amended_parties import signer_of
from partnerships.guards import (
    Missing,
    missing_for_close,
    missing_for_negotiation,
    missing_for_signature,
)
from partnerships.guards.reviews import newest_reviews
from partnerships.models import AgreementState, Amendment, Review, SectionKey
from partnerships.permissions import may_review
from portal.common.templatetags.look import days_away, in_words, long_date

if TYPE_CHECKING:
    from partnerships.page.build import AgreementPage, ShownSection

S = AgreementState


@dataclass(frozen=True, slots=True)
class Turn:
    """`mine`: the reader's own turn; else the sentence says whose."""

    mine: bool
    text: str
    action: Action | None = None
    missing: Sequence[Missing] = ()


def turn_of(page: "AgreementPage") -> Turn | None:
    agreement = page.agreement
    match agreement.status:
        case S.IDEA | S.DRAFT | S.NEGOTIATION:
            return _writing(page)
        case S.INTERNAL_REVIEW:
            return _reviewing(page)
        case S.AWAITING_SIGNATURE:
            return _signing(page)
        case S.SIGNED | S.ACTIVE | S.SUSPENDED:
            return _living(page)
        case S.EXPIRED | S.TERMINATED:
            return _ending(page)
    return None


# --- while it is written ----------------------------------------------------------------------
def _writing(page: "AgreementPage") -> Turn:
    status = page.agreement.status
    if status == S.IDEA:
        if "draft" in page.actions:
            words = _("Idéen er delt med alle parter. Vil I skrive den sammen?")
            return Turn(True, words, page.actions.get("draft"))
        return Turn(False, _("Idéen er delt med alle parter."))
    if page.party is not None:
        asked = next((one for one in page.sections if one.asks_me), None)
        if asked is not None:
            return Turn(True, _suggested(asked), _to(asked, _("Se forslaget")))
        mine = [row for row in page.missing if page.is_mine(row)]
        if mine:
            return _to_write(page, mine)
    if status == S.DRAFT:
        return _before_review(page)
    return _before_signing(page)


def _suggested(section: "ShownSection") -> str:
    who = section.suggestions[0].comment.user_name
    return _("%(who)s foreslår en ændring i »%(section)s«.") % {
        "who": who,
        "section": section.label,
    }


def _to(section: "ShownSection", label: str) -> Action:
    return Action("read", label, f"#{section.key}")


def _to_write(page: "AgreementPage", mine: list[Missing]) -> Turn:
    key = mine[0].section
    words = ngettext(
        "Der mangler %(n)s ting fra jer, før aftalen kan gå videre.",
        "Der mangler %(n)s ting fra jer, før aftalen kan gå videre.",
        len(mine),
    ) % {"n": in_words(len(mine))}
    label = _("Skriv »%(section)s«") % {"section": SectionKey(key).label}
    url = reverse("partnerships:section-edit", args=[page.agreement.pk, key])
    return Turn(True, words, Action("write", label, url), mine)


def _before_review(page: "AgreementPage") -> Turn:
    if page.missing:
        return _others_write(page)
    if "submit_for_review" in page.actions:
        words = _("Alt er skrevet. Aftalen kan sendes til faglig og juridisk høring.")
        return Turn(True, words, page.actions.get("submit_for_review"))
    read = _to_read(page)
    if read is not None:
        return read
    return Turn(False, _("Alt er skrevet. Den offentlige part sender aftalen til høring."))


def _others_write(page: "AgreementPage") -> Turn:
    read = _to_read(page)
    if read is not None:
        return read
    who = page.writers_of(page.missing)
    words = _("Venter på, at %(who)s skriver sin del.") % {"who": who}
    return Turn(False, words, None, page.missing)


def _to_read(page: "AgreementPage") -> Turn | None:
    unread = [one for one in page.sections if one.waits_for_me]
    if page.party is None or not unread:
        return None
    if len(unread) == 1:
        one = unread[0]
        words = _("%(who)s har skrevet afsnittet »%(section)s«.") % {
            "who": one.writer or _("En anden"),
            "section": one.label,
        }
        return Turn(True, words, _to(one, _("Læs og godkend")))
    words = _("%(count)s afsnit er skrevet og venter på jeres ja.") % {
        "count": in_words(len(unread)).capitalize()
    }
    return Turn(True, words, _to(unread[0], _("Læs det første")))


def _before_signing(page: "AgreementPage") -> Turn:
    read = _to_read(page)
    if read is not None:
        return read
    missing = missing_for_signature(page.agreement)
    if not missing:
        if "send_to_signature" in page.actions:
            words = _("Alle har sagt ja til hele teksten. Den kan sendes til underskrift.")
            return Turn(True, words, page.actions.get("send_to_signature"))
        return Turn(False, _("Alle har sagt ja. En af parterne sender den til underskrift."))
    return Turn(False, _("Ikke alle har sagt ja til hele teksten endnu."), None, missing)


# --- review and signatures --------------------------------------------------------------------
def _reviewing(page: "AgreementPage") -> Turn:
    agreement, actor = page.agreement, page.actor
    pending = [row for row in agreement.reviews.all() if row.decision == Review.Decision.PENDING]
    for row in pending:
        if row.reviewer_id == actor.user_id and may_review(actor, row):
            words = _("Du er bedt om at gennemgå aftalen: %(kind)s.") % {
                "kind": row.get_kind_display().lower()
            }
            url = reverse("partnerships:review", args=[agreement.pk, row.pk])
            action = Action("review", _("Gennemgå aftalen"), url)
            return Turn(True, words, action)
    if not missing_for_negotiation(agreement) and "negotiate" in page.actions:
        words = _("Alle har gennemgået aftalen. I kan gå videre til forhandling.")
        return Turn(True, words, page.actions.get("negotiate"))
    names = [
        f"{row.reviewer_name or row.organisation.name} ({row.get_kind_display().lower()})"
        for row in pending
    ]
    if not names:
        return Turn(False, _("Høringen er slut. Den offentlige part tager aftalen videre."))
    return Turn(False, _("Venter på gennemgang: %(names)s.") % {"names": ", ".join(names)})


def _signing(page: "AgreementPage") -> Turn:
    signed = {
        row.party_id
        for row in page.agreement.signatures.all()
        if row.document_id == page.agreement.frozen_id
    }
    if page.party is not None and page.party.pk not in signed and "sign" in page.actions:
        return Turn(
            True, _("Teksten er færdig og venter på jeres underskrift."), page.actions.get("sign")
        )
    names = [row.organisation.name for row in page.parties if row.pk not in signed]
    return Turn(False, _("Venter på underskrift fra %(names)s.") % {"names": ", ".join(names)})


# --- in force, and after ----------------------------------------------------------------------
def _living(page: "AgreementPage") -> Turn | None:
    agreement = page.agreement
    amendment = next((row for row in agreement.amendments.all() if row.is_open), None)
    if amendment is not None:
        return _amending(page, amendment)
    if agreement.terminates_on is not None:
        words = _("Aftalen er opsagt og slutter %(day)s.") % {
            "day": long_date(agreement.terminates_on)
        }
        return Turn(False, words)
    if agreement.status == S.SUSPENDED:
        return Turn("resume" in page.actions, _("Aftalen er på pause."), page.actions.get("resume"))
    if agreement.status == S.SIGNED and agreement.starts_on:
        words = _("Aftalen begynder %(day)s.") % {"day": long_date(agreement.starts_on)}
        return Turn(False, words)
    report = next((row for row in agreement.status_reports.all() if not row.published_at), None)
    if report is not None and page.party is not None:
        words = _("Statusrapporten skal være færdig %(day)s.") % {"day": long_date(report.due_on)}
        url = reverse("partnerships:report-detail", args=[report.pk])
        return Turn(True, words, Action("report", _("Skriv rapporten"), url))
    if agreement.up_for_renewal and not agreement.renewals.all():
        words = _("Aftalen slutter %(when)s. Skal den fornys?") % {
            "when": days_away(agreement.ends_on)
        }
        return Turn("renew" in page.actions, words, page.actions.get("renew"))
    return None


def _amending(page: "AgreementPage", row: Amendment) -> Turn:
    url = reverse("partnerships:amendment", args=[page.agreement.pk, row.pk])
    action = Action("amendment", _("Se tillægget"), url)
    details = {"number": row.number, "title": row.title}
    words = {
        Amendment.State.DRAFT: _("Tillæg %(number)s, »%(title)s«, er ved at blive skrevet."),
        Amendment.State.AWAITING_SIGNATURE: _("Tillæg %(number)s, »%(title)s«, skal underskrives."),
        Amendment.State.SIGNED: _("Tillæg %(number)s, »%(title)s«, er underskrevet."),
    }[Amendment.State(row.state)]
    signed = {one.party_id for one in page.agreement.signatures.all() if one.amendment_id == row.pk}
    own = signer_of(page.agreement, row, page.actor)
    mine = own is not None and row.state != Amendment.State.SIGNED and own.pk not in signed
    look = _asked_to_review(page, row)
    if look is not None:
        return look
    if mine and page.party is None:
        asked = _(
            "I er bedt om at blive part i aftalen. Læs den og tillægget, før I skriver under."
        )
        return Turn(True, asked, action)
    return Turn(mine, words % details, action)


def _asked_to_review(page: "AgreementPage", row: Amendment) -> Turn | None:
    if row.state != Amendment.State.DRAFT:
        return None
    for look in newest_reviews(row):
        waits = look.decision == Review.Decision.PENDING
        if waits and look.reviewer_id == page.actor.user_id and may_review(page.actor, look):
            words = _("Du er bedt om at gennemgå tillæg %(number)s, »%(title)s«: %(kind)s.") % {
                "number": row.number,
                "title": row.title,
                "kind": look.get_kind_display().lower(),
            }
            url = reverse("partnerships:review", args=[page.agreement.pk, look.pk])
            return Turn(True, words, Action("review", _("Gennemgå tillægget"), url))
    return None


def _ending(page: "AgreementPage") -> Turn | None:
    if "evaluate" in page.actions:
        words = _("Aftalen er slut. Skriv, hvad den førte til.")
        return Turn(True, words, page.actions.get("evaluate"))
    missing = missing_for_close(page.agreement)
    if missing:
        return Turn(False, missing[0].sentence, None, missing)
    if "close" in page.actions:
        return Turn(True, _("Alt er skrevet. Aftalen kan afsluttes."), page.actions.get("close"))
    return None
