"""An idea, who is in it, the offers under it and its frame agreement."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_http_methods, require_POST

from offers.models import Offer
from organisations.models import Organisation
from partnerships import services
from partnerships.actions import actions_of
from partnerships.forms.starting import FrameForm, OffersForm, PartyForm, StartForm
from partnerships.leaving import reasons_to_stay
from partnerships.models import Agreement, AgreementKind, EntrancePost
from partnerships.page import load_agreement, trail_of
from partnerships.permissions import require_may
from partnerships.selectors import organisations_named, party_of
from partnerships.views.steps import Step, agreement_of, take, too_late
from partnerships.workflow import WRITABLE
from portal.access.decorators import ActorRequest, requires
from portal.access.permissions import Permission
from portal.common.errors import InvalidInput, WrongState

_WAYS = ["GET", "HEAD", "POST"]


def _named(slugs: list[str], own: int) -> list[Organisation]:
    """Those that are chosen, in the order they were."""
    rows = Organisation.objects.public().filter(slug__in=slugs).exclude(pk=own)
    known = {row.slug: row for row in rows.select_related("municipality")}
    return [known[slug] for slug in dict.fromkeys(slugs) if slug in known]


@requires(Permission.AGREEMENT_WRITE)
@require_http_methods(_WAYS)
def create(request: ActorRequest) -> HttpResponse:
    """One page: what, and with whom. Searching for a party keeps what is typed."""
    own = request.actor.organisation_id
    post = _post_asked_for(request)
    chosen = _named(request.POST.getlist("parties"), own)
    if post is not None and request.method != "POST" and post.organisation_id != own:
        chosen = [post.organisation]
    words = request.POST.get("q", "")
    searching = "find" in request.POST
    found = organisations_named(words, without=[own, *(row.pk for row in chosen)])
    initial = {
        "title": post.title if post else "",
        "kind": "",
        "parties": [row.slug for row in chosen],
    }
    bound = request.method == "POST" and not searching
    if searching:
        initial |= {name: request.POST.get(name, "") for name in ("title", "kind", "purpose")}
    form = StartForm(request.POST if bound else None, initial=initial, found=[*chosen, *found])
    if bound and form.is_valid():
        agreement = _start(request, form, chosen)
        if agreement is not None:
            messages.success(request, _("Idéen er delt med de andre parter."))
            return redirect("partnerships:detail", agreement.pk)
    context = {
        "form": form,
        "words": words,
        "searched": searching,
        "found": found,
        "chosen": chosen,
        "own": request.actor.organisation_name,
        "post": post,
    }
    return render(request, "partnerships/create.html", context, status=422 if bound else 200)


def _post_asked_for(request: ActorRequest) -> EntrancePost | None:
    """A need, a room or a training place that somebody answers with an idea."""
    try:
        wanted = UUID(request.GET.get("opslag", ""))
    except ValueError:
        return None
    rows = EntrancePost.objects.public().select_related("organisation__municipality")
    return rows.filter(pk=wanted).first()


def _start(request: ActorRequest, form: StartForm, chosen: list[Organisation]) -> Agreement | None:
    own = Organisation.objects.run_by(request.actor).get()
    facts = form.cleaned_data
    try:
        return services.start_idea(
            actor=request.actor,
            title=facts["title"],
            parties=[own, *chosen],
            kind=AgreementKind(facts["kind"]),
            purpose=facts["purpose"],
        )
    except InvalidInput as error:
        form.take_errors(error.errors)
        return None


@requires(Permission.AGREEMENT_WRITE)
@require_POST
def begin(request: ActorRequest, pk: UUID) -> HttpResponse:
    """idea→draft"""
    try:
        services.begin_draft(agreement_id=pk, actor=request.actor)
    except WrongState:
        messages.info(request, _("Udkastet er allerede begyndt."))
    else:
        messages.success(request, _("Udkastet er begyndt. Alle parter kan skrive nu."))
    return redirect("partnerships:detail", pk)


# --- parties ----------------------------------------------------------------------------------
@requires(Permission.AGREEMENT_WRITE)
@require_http_methods(_WAYS)
def parties(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Who is in it. A search is a GET, so that the answer has an address."""
    agreement = load_agreement(request.actor, pk)
    require_may(request.actor, Permission.AGREEMENT_WRITE, agreement)
    there = [row for row in agreement.parties.all() if row.left_on is None]
    words = request.GET.get("q", "")
    found = organisations_named(words, without=[row.organisation_id for row in there])
    bound = request.method == "POST"
    form = PartyForm(request.POST if bound else None, found=found)
    if bound and form.is_valid():
        organisation = next(row for row in found if row.slug == form.cleaned_data["organisation"])
        services.add_party(agreement_id=pk, organisation=organisation, actor=request.actor)
        messages.success(request, _("%(name)s er med nu.") % {"name": organisation.name})
        return redirect("partnerships:parties", pk)
    stays = reasons_to_stay(agreement, request.actor)
    context = {
        "agreement": agreement,
        "trail": trail_of(agreement, _("Parter")),
        "there": [
            {
                "party": row,
                "may_go": stays.get(row.pk) == "",
                "is_own": row.organisation_id == request.actor.organisation_id,
            }
            for row in there
        ],
        "is_open": agreement.status in WRITABLE,
        "may_amend": "amend" in actions_of(agreement, request.actor),
        "form": form,
        "words": words,
        "found": found,
        "here": request.get_full_path(),
    }
    return render(request, "partnerships/parties.html", context, status=422 if bound else 200)


@requires(Permission.AGREEMENT_WRITE)
@require_POST
def party_remove(request: ActorRequest, pk: UUID) -> HttpResponse:
    agreement = load_agreement(request.actor, pk)
    require_may(request.actor, Permission.AGREEMENT_WRITE, agreement)
    wanted = request.POST.get("party", "")
    party = next((row for row in agreement.parties.all() if str(row.pk) == wanted), None)
    if party is None:
        messages.info(request, _("Den part er ikke med."))
        return redirect("partnerships:parties", pk)
    if party.organisation_id == request.actor.organisation_id:
        return redirect("partnerships:party-leave", pk)  # one's own place is asked for twice
    try:
        services.remove_party(agreement_id=pk, party_id=party.pk, actor=request.actor)
    except WrongState as error:
        messages.warning(request, error.message)
        return redirect("partnerships:parties", pk)
    name = party.organisation.name
    messages.success(request, _("%(name)s er ikke med længere.") % {"name": name})
    return redirect("partnerships:parties", pk)


_LEAVE = Step(
    title=_l("Træd ud af aftalen"),
    lead=_l("I er så ikke part længere og kan ikke læse aftalen mere."),
    submit=_l("Træd ud"),
    done=_l("I er ikke med i aftalen længere. De andre parter får besked."),
    happens=(
        _l("Jeres egne opgaver og ord forsvinder fra aftalen. Historien gemmer dem."),
        _l("Vil I med igen, skal en af de andre parter tilføje jer."),
    ),
    warning=True,
)


@requires(Permission.AGREEMENT_WRITE)
@require_http_methods(_WAYS)
def party_leave(request: ActorRequest, pk: UUID) -> HttpResponse:
    agreement = agreement_of(request, pk)
    require_may(request.actor, Permission.AGREEMENT_WRITE, agreement)
    party = party_of(agreement, request.actor)
    assert party is not None  # noqa: S101 - `require_may` found it
    stays = agreement.status not in WRITABLE or reasons_to_stay(agreement, request.actor)[party.pk]
    if stays:
        return too_late(request, agreement, stays if isinstance(stays, str) else "")
    return take(
        request,
        agreement,
        _LEAVE,
        lambda _data: services.remove_party(
            agreement_id=pk, party_id=party.pk, actor=request.actor
        ),
        to=lambda _done: redirect("partnerships:list"),
    )


# --- offers and frame -------------------------------------------------------------------------
@requires(Permission.AGREEMENT_WRITE)
@require_http_methods(_WAYS)
def offers(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Which of the parties' published offers run under it; those that are linked stay in the list
    also when they pause."""
    agreement = load_agreement(request.actor, pk)
    require_may(request.actor, Permission.AGREEMENT_WRITE, agreement)
    linked = {row.offer_id: row.offer for row in agreement.linked_offers.all()}
    owners = [row.organisation_id for row in agreement.parties.all() if row.left_on is None]
    rows = Offer.objects.public().filter(organisation__in=owners)
    published = rows.select_related("organisation").order_by("organisation__name", "title")
    known = linked | {row.pk: row for row in published}
    bound = request.method == "POST"
    form = OffersForm(
        request.POST if bound else None,
        offers=list(known.values()),
        initial={"offers": [str(one) for one in linked]},
    )
    if bound and form.is_valid():
        chosen = [known[int(one)] for one in form.cleaned_data["offers"]]
        services.link_offers(agreement_id=pk, offers=chosen, actor=request.actor)
        messages.success(request, _("Tilbuddene under aftalen er gemt."))
        return redirect("partnerships:detail", pk)
    context = {
        "agreement": agreement,
        "trail": trail_of(agreement, _("Tilbud")),
        "form": form,
        "known": known,
    }
    return render(request, "partnerships/offers.html", context, status=422 if bound else 200)


@requires(Permission.AGREEMENT_WRITE)
@require_http_methods(_WAYS)
def frame(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Lay it under a frame agreement that is in force."""
    agreement = load_agreement(request.actor, pk)
    require_may(request.actor, Permission.AGREEMENT_WRITE, agreement)
    rows = Agreement.objects.visible_to(request.actor).in_force().exclude(pk=pk)
    frames = list(rows.filter(kind=AgreementKind.FRAME).order_by("title", "pk"))
    bound = request.method == "POST"
    form = FrameForm(
        request.POST if bound else None,
        frames=frames,
        initial={"parent": str(agreement.parent_id or "")},
    )
    if bound and form.is_valid():
        wanted = form.cleaned_data["parent"]
        services.set_frame_agreement(
            agreement_id=pk, parent_id=UUID(wanted) if wanted else None, actor=request.actor
        )
        messages.success(request, _("Rammeaftalen er valgt."))
        return redirect("partnerships:detail", pk)
    context = {
        "agreement": agreement,
        "trail": trail_of(agreement, _("Rammeaftale")),
        "form": form,
        "frames": frames,
    }
    return render(request, "partnerships/frame.html", context, status=422 if bound else 200)
