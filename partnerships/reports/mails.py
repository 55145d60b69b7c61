"""How a mail about a report is put together when it is sent, in the worker.

The builder looks again: who has signed by then is told nothing, and a published report is quiet.
"""

from collections.abc import Iterable

from django.urls import reverse

from organisations.models import Membership, Role
from partnerships.models import AgreementParty, StatusReport
from partnerships.reports.document import parties_of
from partnerships.reports.notices import TEMPLATE
from portal.accounts.models import User
from portal.notifications.registry import Ids, Mail, message
from portal.notifications.rendering import absolute, render_mail

# Who is asked, stage by stage; where a party has nobody like that, the next in line.
_CONTACT, _COORDINATOR, _MANAGER = "contact", Role.COORDINATOR, Role.MANAGER
_WHO = {
    "before": (_CONTACT, _COORDINATOR, _MANAGER),
    "due": (_CONTACT, _COORDINATOR, _MANAGER),
    "after": (_COORDINATOR, _CONTACT, _MANAGER),
    "late": (_MANAGER, _COORDINATOR, _CONTACT),
    "waits": (_CONTACT, _COORDINATOR, _MANAGER),
    "changed": (_CONTACT, _COORDINATOR, _MANAGER),
    "published": (_CONTACT, _COORDINATOR, _MANAGER),
}


def _find(ids: Ids) -> StatusReport | None:
    return (
        StatusReport.objects.filter(pk=ids["report"])
        .select_related("agreement")
        .prefetch_related(
            "agreement__parties__organisation",
            "agreement__parties__contact",
            "agreement__parties__deputy",
            "signatures",
        )
        .first()
    )


def _people(party: AgreementParty, who: Iterable[str]) -> list[User]:
    for kind in who:
        if kind == _CONTACT:
            found = [row for row in (party.contact, party.deputy) if row and row.is_active][:1]
        else:
            members = Membership.objects.filter(
                organisation_id=party.organisation_id, user__is_active=True
            )
            rows = members.with_role(kind).select_related("user").order_by("pk")
            found = [row.user for row in rows]
        if found:
            return found
    return []


def _concerned(report: StatusReport, stage: str) -> list[AgreementParty]:
    """Whom the mail concerns: those who have not signed, or everybody where all shall know."""
    parties = parties_of(report)
    if stage in {"changed", "published"}:
        return parties
    signed = {row.party_id for row in report.signatures.all()}
    return [party for party in parties if party.pk not in signed]


@message(TEMPLATE)
def report(ids: Ids) -> list[Mail]:
    found, stage = _find(ids), ids["stage"]
    if found is None:
        return []
    published = found.state == StatusReport.State.PUBLISHED
    if published != (stage == "published"):
        return []
    if stage in {"waits", "changed"} and found.version != ids["version"]:
        return []
    people: dict[str, User] = {}
    for party in _concerned(found, stage):
        for user in _people(party, _WHO[stage]):
            people.setdefault(user.email, user)
    link = absolute(reverse("partnerships:report-detail", args=[found.pk]))
    context = {"report": found, "agreement": found.agreement, "stage": stage, "link": link}
    return [
        render_mail(TEMPLATE, {**context, "name": user.name}, to=email)
        for email, user in people.items()
    ]
