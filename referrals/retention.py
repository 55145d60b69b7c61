"""Nothing personal lives longer than its rule (CON-11; defaults for the operator's data protection
officer to confirm, `product.md`). A nightly job; each step is safe to run again."""

from datetime import timedelta

from django.db import transaction

from portal.access.actor import system_actor
from portal.audit import trail
from portal.audit.scope import tenant
from portal.common import clock
from portal.notifications.models import OutgoingMessage
from referrals.models import CodeSms, Consent, Message, Referral, ReferralPatient, State
from referrals.services.drafts import delete_old_drafts
from referrals.workflow import FINAL

ACTOR = system_actor("referrals.retention")
PATIENT_FIELDS = timedelta(days=90)
CONSENT_PROOF = timedelta(days=2 * 365)
CODE_SMS = timedelta(days=1)
_BATCH = 500
# A coordinator's refusal leaves a draft that nobody has to take up again: it has ended too.
_ENDED = FINAL | {State.DRAFT}


def erase_what_is_old() -> dict[str, int]:
    """Do all that is due; returns counts for the report."""
    with tenant(ACTOR):
        drafts = delete_old_drafts()
        sms, _by_model = CodeSms.objects.filter(created_at__lte=clock.now() - CODE_SMS).delete()
        words, _by_model = Message.objects.filter(
            referral__status__in=_ENDED,
            referral__status_changed_at__lte=clock.now() - PATIENT_FIELDS,
        ).delete()
    sms += forget_delivered_sms()
    patients = 0
    while True:
        erased = _erase_patients()
        patients += erased
        if erased < _BATCH:
            break
    return {
        "drafts": drafts,
        "code_sms": sms,
        "messages": words,
        "patients": patients,
        "consents": _erase_consents(),
    }


def forget_delivered_sms() -> int:
    """Number and code of a text that has been handed over (workflows.md, *Kinds*). Every few
    minutes, with the clocks."""
    with tenant(ACTOR):
        ids = list(CodeSms.objects.order_by().values_list("pk", flat=True)[:_BATCH])
        keys = {f"code-sms:{pk}": pk for pk in ids}
        done = OutgoingMessage.objects.filter(
            key__in=keys, status=OutgoingMessage.Status.SENT
        ).values_list("key", flat=True)
        deleted, _by_model = CodeSms.objects.filter(pk__in=[keys[key] for key in done]).delete()
    return deleted


def _erase_patients() -> int:
    """Fields of persons whose referrals have all ended 90 days ago. The row stays, empty: states
    and coded facts are still counted, and the consent still names it."""
    with tenant(ACTOR), transaction.atomic():
        ended = Referral.objects.filter(
            status__in=_ENDED, status_changed_at__lte=clock.now() - PATIENT_FIELDS
        )
        still_needed = Referral.objects.filter(patient__isnull=False).exclude(
            pk__in=ended.values("pk")
        )
        ids = list(
            ReferralPatient.objects.filter(erased_at__isnull=True)
            .filter(pk__in=ended.filter(patient__isnull=False).values("patient"))
            .exclude(pk__in=still_needed.values("patient"))
            .values_list("pk", flat=True)[:_BATCH]
        )
        for row in ReferralPatient.objects.filter(pk__in=ids).select_for_update():
            row.name = row.phone = row.email = row.call_times = row.message = ""
            row.phone_index = row.email_index = None
            row.erased_at = clock.now()
            row.save()
            trail.record(ACTOR, "patient.erase", row)
    return len(ids)


def _erase_consents() -> int:
    """The proof's own words, two years after the end."""
    with tenant(ACTOR), transaction.atomic():
        rows = list(
            Consent.objects.filter(
                referrals__status__in=_ENDED,
                referrals__status_changed_at__lte=clock.now() - CONSENT_PROOF,
                text_version__gt="",
            ).select_for_update(of=("self",))[:_BATCH]
        )
        for row in rows:
            row.text_shown = row.oral_reason = ""
            row.text_version = ""
            row.taken_by_id = None
            row.save()
            trail.record(ACTOR, "consent.erase", row)
    return len(rows)
