"""Read only, for the parties' own people: the list of agreements and one agreement."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from partnerships.models import Agreement, AgreementParty, AgreementState
from portal.access.decorators import ActorRequest, requires
from portal.access.permissions import Permission
from portal.common.errors import NotFound
from portal.common.pagination import numbered_page

# The frame questions in the field's own order (product.md).
FRAME_QUESTIONS = [
    ("core_task", _("Er det knyttet til en regional kerneopgave?")),
    ("finance_not_support", _("Betales der for et samarbejde og ikke for foreningens drift?")),
    ("lawyer_assessed", _("Har en jurist vurderet det?")),
    ("pay_terms", _("Har ansatte vilkår som i overenskomsten?")),
    ("last_day", _("Hvad sker der på den sidste dag?")),
]
VOLUNTEER_QUESTIONS = [
    ("expenses", _("Hvem betaler frivilliges udgifter?")),
    ("insurance", _("Hvem forsikrer dem?")),
    ("confidentiality", _("Hvordan lover de tavshed?")),
    ("certificates", _("Hvilke attester kræves?")),
]
PER_PAGE = 25


@requires(Permission.AGREEMENT_VIEW)
@require_safe
def agreement_list(request: ActorRequest) -> HttpResponse:
    status = request.GET.get("tilstand", "")
    rows = Agreement.objects.visible_to(request.actor).with_list_data().order_by("ends_on", "pk")
    if status in AgreementState.values:
        rows = rows.filter(status=status)
    context = {
        "page": numbered_page(rows, params=request.GET, size=PER_PAGE),
        "states": AgreementState.choices,
        "status": status,
    }
    return render(request, "partnerships/list.html", context)


@requires(Permission.AGREEMENT_VIEW)
@require_safe
def agreement_detail(request: ActorRequest, slug: str) -> HttpResponse:
    agreement = (
        Agreement.objects.visible_to(request.actor).with_page_data().filter(slug=slug).first()
    )
    if agreement is None:
        raise NotFound()
    answers = agreement.frame_answers
    volunteers = answers.get("volunteers", {})
    context = {
        "agreement": agreement,
        "sides": _sides(agreement),
        "frame": [(label, answers.get(key, "")) for key, label in FRAME_QUESTIONS]
        + [(label, volunteers.get(key, "")) for key, label in VOLUNTEER_QUESTIONS],
    }
    return render(request, "partnerships/detail.html", context)


def _sides(agreement: Agreement) -> list[dict[str, object]]:
    """Two equal boxes: what each side gives and is responsible for, and its own words."""
    parties, obligations = list(agreement.parties.all()), list(agreement.obligations.all())
    return [
        {
            "label": AgreementParty.Side(side).label,
            "parties": [party for party in parties if party.side == side],
            "obligations": [row.text for row in obligations if row.side == side],
            "voice": next(
                (party.voice for party in parties if party.side == side and party.voice), ""
            ),
        }
        for side in AgreementParty.Side.values
    ]
