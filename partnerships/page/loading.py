"""One agreement with everything that hangs on it: one statement a table."""

from uuid import UUID

from django.db.models import Prefetch

from partnerships.models import Agreement, Document, Signature
from portal.access.actor import Actor
from portal.common.errors import NotFound


def load_agreement(actor: Actor, pk: UUID) -> Agreement:
    """For its page. Raises `NotFound` for somebody else's."""
    rows = Agreement.objects.visible_to(actor)
    seen = Agreement.objects.visible_to(actor).order_by("pk")
    agreement = (
        rows.select_related(
            "scope_region", "scope_council", "scope_municipality", "scope_organisation__parent"
        )
        .prefetch_related(
            "parties__organisation__parent__parent",
            "parties__organisation__municipality",
            "parties__contact",
            "parties__deputy",
            "sections__approvals",
            "sections__comments",
            "sections__changed_by_party__organisation",
            "obligations",
            "frame_answers",
            "goals",
            "indicators__values",
            "activities",
            "milestones",
            "budget__amounts",
            "budget__paid_by",
            "payments",
            "risks",
            "clauses",
            "linked_offers__offer__organisation",
            "events",
            "amendments",
            "status_reports",
            "assessments",
            "action_points__organisation",
            "action_points__owner",
            "reviews__organisation",
            Prefetch(
                "documents",
                Document.objects.defer("content").select_related("by_organisation"),
            ),
            Prefetch("signatures", Signature.objects.filter(voided_at__isnull=True)),
            Prefetch("children", seen, to_attr="seen_children"),
            Prefetch("renewals", seen),
        )
        .filter(pk=pk)
        .first()
    )
    if agreement is None:
        raise NotFound()
    return agreement
