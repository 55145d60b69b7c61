"""What is missing before the signatures, and before an agreement is closed."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnerships.guards.missing import Missing
from partnerships.guards.reviews import missing_for_negotiation, outdated_reviews
from partnerships.guards.written import missing_for_review
from partnerships.models import Agreement, SectionKey
from partnerships.reports.periods import days_not_told, newest_due
from portal.common import clock
from portal.common.templatetags.look import long_date

K = SectionKey


def unapproved_sections(agreement: Agreement) -> list[tuple[str, list[str]]]:
    """Sections that somebody has not said yes to as they stand: (key, names of those)."""
    parties = [row for row in agreement.parties.all() if row.left_on is None]
    found = []
    for section in agreement.sections.all():
        agreed = {row.party_id for row in section.approvals.all() if row.version == section.version}
        waits = [row.organisation.name for row in parties if row.pk not in agreed]
        if waits:
            found.append((section.key, waits))
    return found


def missing_for_signature(agreement: Agreement) -> list[Missing]:
    """negotiation→awaiting_signature: still complete, agreed by all, and with time to sign."""
    missing = [
        *missing_for_review(agreement),
        *missing_for_negotiation(agreement),
        *outdated_reviews(agreement),
    ]
    waiting = unapproved_sections(agreement)
    for key, names in waiting:
        missing.append(
            Missing(
                key,
                _("Afsnittet »%(section)s« mangler et ja fra %(names)s.")
                % {"section": SectionKey(key).label, "names": ", ".join(names)},
            )
        )
    if agreement.starts_on is not None and agreement.starts_on < clock.today():
        missing.append(
            Missing(
                K.PURPOSE,
                _(
                    "Begyndelsen ligger før i dag. "
                    "En aftale begynder tidligst, når alle har skrevet under."
                ),
            )
        )
    return missing


def missing_for_close(agreement: Agreement) -> list[Missing]:
    """expired|terminated→closed: the final evaluation, and every status report, also the last one
    that nobody may have begun."""
    missing = []
    if not agreement.final_evaluation:
        missing.append(Missing(K.GOVERNANCE, _("Skriv den afsluttende evaluering.")))
    reports = list(agreement.status_reports.values_list("state", "period_from", "period_to"))
    due = newest_due(agreement, clock.today())
    left = due and days_not_told(due, [(first, last) for _state, first, last in reports])
    if left:
        missing.append(
            Missing(
                K.GOVERNANCE,
                _("Statusrapporten for %(first)s til %(last)s mangler.")
                % {"first": long_date(left[0]), "last": long_date(left[1])},
            )
        )
    unpublished = sum(state != "published" for state, _first, _last in reports)
    if unpublished:
        missing.append(
            Missing(
                K.GOVERNANCE,
                ngettext(
                    "En statusrapport er ikke underskrevet af alle.",
                    "%(count)s statusrapporter er ikke underskrevet af alle.",
                    unpublished,
                )
                % {"count": unpublished},
            )
        )
    return missing
