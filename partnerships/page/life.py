"""The agreement's life in one line: what was, in Danish words, and what is to come."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from partnerships.dates import notice_deadline
from partnerships.models import Agreement, AgreementEvent, AgreementParty, AgreementState, Amendment
from partnerships.page.states import both_or_all
from partnerships.workflow import RUNNING
from portal.common import clock
from portal.common.templatetags.look import long_date

S = AgreementState
# What stands in the line of life; the rest is told on the page of changes.
_STEPS: Final = frozenset(
    {
        "start",
        "submit_for_review",
        "send_back",
        "negotiate",
        "send_to_signature",
        "refuse_signature",
        "sign",
        "activate",
        "amendment_in_force",
        "suspend",
        "resume",
        "give_notice",
        "terminate",
        "expire",
        "close",
        "cancel",
    }
)
_MOST_STEPS: Final = 12


def steps_of(agreement: Agreement, parties: Sequence[AgreementParty]) -> list[dict[str, str]]:
    """For the component: title, text, when, state."""
    past = [row for row in agreement.events.all() if row.verb in _STEPS]
    done = [
        {
            "title": words_of(row, agreement, parties),
            "text": "",
            "when": long_date(row.at),
            "state": "done",
        }
        for row in past[-_MOST_STEPS:]
    ]
    coming = sorted(_coming(agreement), key=lambda step: step[0])
    for position, (day, title, text) in enumerate(coming):
        state = "later" if position else "next"
        done.append({"title": title, "text": text, "when": long_date(day), "state": state})
    return done


def _coming(agreement: Agreement) -> Iterator[tuple[date, str, str]]:
    today = clock.today()
    ended = (S.EXPIRED, S.TERMINATED, S.CLOSED, S.CANCELLED)
    if agreement.status not in ended:
        if agreement.status not in RUNNING and agreement.starts_on:
            yield agreement.starts_on, _("Begynder"), ""
        yield from _ends(agreement, today)
    for amendment in agreement.amendments.all():
        if amendment.state == Amendment.State.SIGNED:
            title = _("Tillæg %(number)s gælder") % {"number": amendment.number}
            yield amendment.effective_on, title, amendment.title
    if agreement.status in RUNNING:
        due = [row for row in agreement.milestones.all() if row.done_on is None]
        for row in due[:1]:
            yield row.due_on, row.text, _("Milepæl")
    for report in agreement.status_reports.all():
        if report.published_at is None:
            yield report.due_on, report.title, _("Skrives sammen")


def _ends(agreement: Agreement, today: date) -> Iterator[tuple[date, str, str]]:
    if agreement.terminates_on is not None:
        yield agreement.terminates_on, _("Slutter efter opsigelse"), ""
    elif agreement.ends_on is not None:
        if agreement.status in RUNNING and agreement.notice_months:
            last = notice_deadline(agreement.ends_on, agreement.notice_months)
            if last >= today:
                yield last, _("Frist for opsigelse"), ""
        yield agreement.ends_on, _("Slutter"), ""


def words_of(row: AgreementEvent, agreement: Agreement, parties: Sequence[AgreementParty]) -> str:
    """An event as a person says it."""
    details: dict[str, Any] = row.details or {}
    number = details.get("number", "")
    party = details.get("name") or _party(details.get("party"), parties)
    title = next((one.title for one in agreement.amendments.all() if one.number == number), "")
    words: dict[str, str] = {
        "start": _("Idéen blev til"),
        "draft": _("Udkastet blev begyndt"),
        "submit_for_review": _("Sendt til høring"),
        "review_asked": _("Bedt om endnu en gennemgang"),
        "review_approved": _("Gennemgået og godkendt"),
        "review_refused": _("Gennemgået og sendt tilbage"),
        "send_back": _("Sendt tilbage til udkast"),
        "negotiate": _("Forhandling"),
        "send_to_signature": _("Sendt til underskrift"),
        "signature": _("Underskrevet af %(party)s") % {"party": party},
        "sign": _("Underskrevet af %(who)s") % {"who": both_or_all(parties)},
        "refuse_signature": _("Tilbage til forhandling"),
        "activate": _("Aktiv"),
        "suspend": _("Sat på pause"),
        "resume": _("I gang igen"),
        "give_notice": _("Opsagt"),
        "terminate": _("Slut efter opsigelse"),
        "expire": _("Udløbet"),
        "evaluate": _("Afsluttende evaluering skrevet"),
        "close": _("Afsluttet"),
        "cancel": _("Annulleret"),
        "renew": _("Begyndt som fornyelse"),
        "renewal_begun": _("Fornyelsen er begyndt"),
        "party_added": _("%(party)s kom med") % {"party": party},
        "party_removed": _("%(party)s gik ud") % {"party": party},
        "offers_linked": _("Tilbud under aftalen ændret"),
        "frame_set": _("Rammeaftale valgt"),
        "payment": _("Betaling noteret"),
        "document_filed": _("Dokument lagt ind: %(name)s") % {"name": details.get("name", "")},
        "amendment_begun": _("Tillæg %(n)s begyndt") % {"n": number},
        "amendment_written": _("Tillæg %(n)s rettet") % {"n": number},
        "amendment_party_in": _("Tillæg %(n)s: %(party)s skal med") % {"n": number, "party": party},
        "amendment_party_out": _("Tillæg %(n)s: %(party)s skal ud") % {"n": number, "party": party},
        "amendment_party_dropped": _("Tillæg %(n)s: %(party)s er taget ud af tillægget igen")
        % {"n": number, "party": party},
        "amendment_review_asked": _("Tillæg %(n)s: bedt om en gennemgang") % {"n": number},
        "amendment_looked_at": _("Tillæg %(n)s gennemgået og godkendt") % {"n": number},
        "amendment_sent_back": _("Tillæg %(n)s gennemgået og sendt tilbage") % {"n": number},
        "amendment_to_signature": _("Tillæg %(n)s sendt til underskrift") % {"n": number},
        "amendment_signature": _("Tillæg %(n)s underskrevet af %(party)s")
        % {"n": number, "party": party},
        "amendment_signed": _("Tillæg %(n)s underskrevet") % {"n": number},
        "amendment_refused": _("Tillæg %(n)s blev ikke underskrevet") % {"n": number},
        "amendment_withdrawn": _("Tillæg %(n)s trukket tilbage") % {"n": number},
        "amendment_in_force": _("Tillæg %(n)s: %(title)s") % {"n": number, "title": title},
    }
    return words.get(row.verb) or _("Opdateret")


def _party(slug: object, parties: Iterable[AgreementParty]) -> str:
    names = {row.organisation.slug: row.organisation.name for row in parties}
    return names.get(str(slug), str(slug or _("en part")))
