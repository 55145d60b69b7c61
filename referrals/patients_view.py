"""What the patient reads about the own referral, in sentences with a day in them."""

from typing import Any

from django.utils.translation import gettext as _

from organisations.models import Organisation
from portal.audit import trail
from portal.common import clock
from referrals.models import Kind, Referral, State
from referrals.selectors import OpenedPatient

# What the trail calls it → what the patient reads as the reason.
_PURPOSES = {
    "referral.view": "Så henvisningen",
    "referral.view_patient": "Så dit navn, og hvordan man kontakter dig",
    "referral.accept": "Sagde ja til at hjælpe",
    "referral.decline": "Sagde nej",
    "referral.start": "Fortalte, at I er i gang",
    "referral.complete": "Fortalte, hvordan det gik",
}


def sentence_of(referral: Referral) -> str:
    """What happens now, with a name and a day in it."""
    receiver = referral.receiver.name
    day = f"{clock.local(referral.status_changed_at):%d.%m.%Y}"
    if referral.kind == Kind.CODE and referral.status == State.SENT:
        return _("Du har en kode. Kontakt %(receiver)s, når det passer dig.") % {
            "receiver": receiver
        }
    sentences = {
        State.AWAITING_MODERATION: _(
            "En koordinator ser på den først. Det tager højst fem hverdage fra den %(day)s."
        ),
        State.SENT: _("%(receiver)s har fået den %(day)s og har ikke svaret endnu."),
        State.ACCEPTED: _("%(receiver)s sagde ja den %(day)s og kontakter dig."),
        State.WAITLISTED: _("Du står på venteliste hos %(receiver)s siden %(day)s."),
        State.IN_PROGRESS: _("Du er i gang hos %(receiver)s siden %(day)s."),
        State.COMPLETED: _("Forløbet hos %(receiver)s sluttede den %(day)s."),
        State.NOT_COMPLETED: _("Det blev ikke til noget hos %(receiver)s (%(day)s)."),
        State.DECLINED: _(
            "%(receiver)s kunne ikke tage imod den %(day)s. Spørg om et andet tilbud."
        ),
        State.WITHDRAWN: _("Du eller din behandler stoppede den %(day)s."),
        State.EXPIRED: _("Den udløb den %(day)s uden svar. Spørg om et andet tilbud."),
        State.ENTERED_IN_ERROR: _("Den var en fejl og er lukket den %(day)s."),
    }
    return sentences.get(State(referral.status), "") % {"receiver": receiver, "day": day}


def timeline(referral: Referral) -> list[dict[str, Any]]:
    return [
        {"at": event.at, "label": event.get_new_display()}
        for event in referral.events.order_by("id")
    ]


def look_ups(referral: Referral) -> list[dict[str, Any]]:
    """Who has looked: role and organisation, time and reason. Names of employees stay out, as a
    rule (C-579/21; Datatilsynet 2024-32-0283)."""
    entries = list(trail.lookups_of(referral).exclude(actor_kind="patient_link")[:200])
    names = dict(
        Organisation.objects.filter(
            pk__in={entry.actor_organisation_id for entry in entries}
        ).values_list("pk", "name")
    )
    return [
        {
            "at": entry.at,
            "who": names.get(entry.actor_organisation_id or 0) or _("Samspil, automatisk"),
            "what": _PURPOSES[entry.action],
        }
        for entry in entries
        if entry.action in _PURPOSES
    ]


def copy_of_everything(referral: Referral, opened: OpenedPatient | None) -> dict[str, Any]:
    """Rows, consent, history and look-ups of one person's referral, and nobody else's (CON-10)."""
    copy: dict[str, Any] = {
        "henvisning": {
            "nummer": referral.reference,
            "tilbud": referral.offer.title,
            "modtager": referral.receiver.name,
            "afsender": referral.sender.name,
            "tilstand": referral.get_status_display(),
            "kommune": referral.municipality.name,
            "behov": referral.needs,
            "aldersgruppe": referral.age_band,
        },
        "historik": timeline(referral),
        "opslag": look_ups(referral),
    }
    if opened is not None:
        person = opened.patient
        copy["dig"] = {
            "navn": person.name,
            "telefon": person.phone,
            "e-mail": person.email,
            "hvornår": person.call_times,
            "besked": person.message,
        }
        if opened.consent is not None:
            consent = opened.consent
            copy["samtykke"] = {
                "tekst": consent.text_shown,
                "givet": consent.taken_at,
                "gælder til": consent.expires_at,
                "trukket tilbage": consent.withdrawn_at,
                "tilbagemelding til behandler": consent.feedback,
            }
    return copy
