"""Who comes into an agreement in force, and who goes out, picked while the amendment is a draft."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from partnerships import services
from partnerships.amended_parties import coming, going, hindrances, left_undone
from partnerships.forms.starting import PartyForm
from partnerships.models import Agreement, Amendment
from partnerships.permissions import require_may
from partnerships.selectors import organisations_named
from partnerships.views.amending import load_amendment, not_now
from partnerships.views.steps import pages
from portal.access.decorators import ActorRequest, requires
from portal.access.permissions import Permission
from portal.common.errors import InvalidInput


def _load(
    request: ActorRequest, pk: UUID, amendment: UUID
) -> tuple[Agreement, Amendment, HttpResponse | None]:
    """With an answer when nothing can be picked any more. Raises `NotAllowed`."""
    agreement, row = load_amendment(request, pk, amendment)
    require_may(request.actor, Permission.AGREEMENT_WRITE, agreement)
    if row.state != Amendment.State.DRAFT or row.kind != Amendment.Kind.PARTIES:
        return agreement, row, not_now(request, agreement, row)
    return agreement, row, None


def _wanted(request: ActorRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("party", ""))
    except ValueError:
        return None


@requires(Permission.AGREEMENT_WRITE)
@pages
def amendment_parties(request: ActorRequest, pk: UUID, amendment: UUID) -> HttpResponse:
    """A search is a GET, so that the answer has an address."""
    agreement, row, answer = _load(request, pk, amendment)
    if answer:
        return answer
    there = [one for one in agreement.parties.all() if one.left_on is None]
    new, out = coming(row), {one.pk: one for one in going(row)}
    words = request.GET.get("q", "")
    known = [one.organisation_id for one in (*there, *new)]
    found = organisations_named(words, without=known)
    bound = request.method == "POST"
    form = PartyForm(request.POST if bound else None, found=found)
    if bound and form.is_valid():
        organisation = next(one for one in found if one.slug == form.cleaned_data["organisation"])
        try:
            services.ask_party_in(
                agreement_id=pk,
                amendment_id=amendment,
                organisation=organisation,
                actor=request.actor,
            )
        except InvalidInput as error:
            form.take_errors(error.errors)
        else:
            words = _("%(name)s står i tillægget som ny part.") % {"name": organisation.name}
            messages.success(request, words)
            return redirect("partnerships:amendment-parties", pk, amendment)
    context = {
        "agreement": agreement,
        "amendment": row,
        "there": [
            {
                "party": one,
                "leaves": one.pk in out,
                "undone": left_undone(row, one) if one.pk in out else [],
            }
            for one in there
        ],
        "coming": new,
        "hindrances": hindrances(agreement, row),
        "form": form,
        "words": words,
        "found": found,
        "here": request.get_full_path(),
    }
    status = 422 if bound else 200
    return render(request, "partnerships/amendment_parties.html", context, status=status)


@requires(Permission.AGREEMENT_WRITE)
@require_POST
def amendment_party_out(request: ActorRequest, pk: UUID, amendment: UUID) -> HttpResponse:
    agreement, _row, answer = _load(request, pk, amendment)
    wanted = _wanted(request)
    party = next((one for one in agreement.parties.all() if one.pk == wanted), None)
    if answer:
        return answer
    if party is None or party.left_on is not None:
        messages.info(request, _("Den part er ikke med."))
        return redirect("partnerships:amendment-parties", pk, amendment)
    services.let_party_go(
        agreement_id=pk, amendment_id=amendment, party_id=party.pk, actor=request.actor
    )
    name = party.organisation.name
    messages.success(request, _("%(name)s går ud, når tillægget gælder.") % {"name": name})
    return redirect("partnerships:amendment-parties", pk, amendment)


@requires(Permission.AGREEMENT_WRITE)
@require_POST
def amendment_party_undo(request: ActorRequest, pk: UUID, amendment: UUID) -> HttpResponse:
    _agreement, _row, answer = _load(request, pk, amendment)
    wanted = _wanted(request)
    if answer:
        return answer
    if wanted is not None:
        services.drop_party_change(
            agreement_id=pk, amendment_id=amendment, party_id=wanted, actor=request.actor
        )
        messages.success(request, _("Det er taget ud af tillægget igen."))
    return redirect("partnerships:amendment-parties", pk, amendment)
