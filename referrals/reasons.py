"""Coded reasons. The lists are closed; words of one's own stand only where `other` is chosen, and
never in an event, a mail or the audit trail."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DeclineReason(models.TextChoices):
    NO_CAPACITY = "no_capacity", _("Vi har ikke plads")
    OUTSIDE_TARGET_GROUP = "outside_target_group", _("Uden for målgruppen")
    OUTSIDE_AREA = "outside_area", _("Uden for vores område")
    INFORMATION_MISSING = "information_missing", _("Vi mangler oplysninger")
    DUPLICATE = "duplicate", _("Vi har allerede kontakt")
    OFFER_ENDED = "offer_ended", _("Tilbuddet er slut")
    OTHER = "other", _("Andet")


class GiveUpReason(models.TextChoices):
    NOT_REACHED = "not_reached", _("Vi fik ikke fat i borgeren")
    DID_NOT_COME = "did_not_come", _("Borgeren kom ikke")
    NO_LONGER_WISHES = "no_longer_wishes", _("Borgeren ønsker det ikke længere")
    MOVED = "moved", _("Borgeren er flyttet")
    CONSENT_ENDED = "consent_ended", _("Samtykket er ophørt")
    NO_FEEDBACK = "no_feedback", _("Ingen tilbagemelding")
    OTHER = "other", _("Andet")

    @classmethod
    def for_people(cls) -> list[tuple[str, object]]:
        """The reasons a person may give; two are the system's alone."""
        own = {cls.CONSENT_ENDED, cls.NO_FEEDBACK}
        return [(reason.value, reason.label) for reason in cls if reason not in own]


class ExpiryReason(models.TextChoices):
    NO_ANSWER = "no_answer", _("Intet svar")
    CODE_NOT_USED = "code_not_used", _("Koden blev ikke brugt")


class RefuseReason(models.TextChoices):
    SENDER_UNKNOWN = "sender_unknown", _("Vi kan ikke bekræfte, hvem afsenderen er")
    WRONG_OFFER = "wrong_offer", _("Tilbuddet passer ikke")
    NOT_MODERATED = "not_moderated", _("Ikke behandlet inden for fristen")
    OTHER = "other", _("Andet")

    @classmethod
    def for_people(cls) -> list[tuple[str, object]]:
        return [(reason.value, reason.label) for reason in cls if reason is not cls.NOT_MODERATED]


class ErrorReason(models.TextChoices):
    WRONG_PERSON = "wrong_person", _("Forkert borger")
    WRONG_OFFER = "wrong_offer", _("Forkert tilbud")
    SENT_TWICE = "sent_twice", _("Sendt to gange")
    OTHER = "other", _("Andet")


class OutsideAreaReason(models.TextChoices):
    """Why a referral goes to an offer that does not cover the citizen's municipality."""

    CITIZEN_WISHES = "citizen_wishes", _("Borgeren ønsker netop dette tilbud")
    NOTHING_NEARER = "nothing_nearer", _("Der findes ikke noget nærmere")
    AGREED_WITH_RECEIVER = "agreed", _("Det er aftalt med foreningen")
