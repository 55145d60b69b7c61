"""From a search result to `sent`: one page, one POST. Then the leaflet, or the referral."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from offers.models import Offer
from offers.search.crisis import mentions_crisis
from organisations.models import Organisation
from organisations.selectors import has_accepted_terms, pauses_of
from portal.access.actor import Actor
from portal.access.decorators import ActorRequest, requires
from portal.access.permissions import Permission
from portal.common import clock, drafts
from portal.common.errors import InvalidInput, NotFound, WrongState
from portal.common.ids import hash_code
from portal.documents.leaflet import render_leaflet
from portal.documents.qr import qr_svg
from portal.geography.models import Municipality
from referrals import services
from referrals.consent_texts import consent_text
from referrals.forms import SendForm
from referrals.handout import leaflet_of
from referrals.models import Kind, Referral
from referrals.permissions import require_sending

_LEAFLET_SALT = "referral-leaflet"
_LEAFLET_AGE = 60 * 60


@requires(Permission.REFERRAL_SEND, Permission.REFERRAL_ANSWER)
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: ActorRequest) -> HttpResponse:
    """`?tilbud=<slug>&kommune=<code>`; `erstatter` and `forloeb` link to an earlier referral."""
    actor = request.actor
    require_sending(actor, _parent(request, actor))
    offer = services.load_offer_for_sending(request.GET.get("tilbud", ""))
    takes_details = has_accepted_terms(offer.organisation)
    if request.method == "POST":
        form = SendForm(request.POST, offer=offer, takes_details=takes_details)
        if form.is_valid() and not _acute_first(form):
            answer = _send(request, actor, offer, form)
            if answer is not None:
                return answer
        return _page(request, actor, offer, form, status=422)
    initial = _initial(request, actor, offer)
    form = SendForm(initial=initial, offer=offer, takes_details=takes_details)
    return _page(request, actor, offer, form)


def _send(request: HttpRequest, actor: Actor, offer: Offer, form: SendForm) -> HttpResponse | None:
    """The service, and where to go; None when it named fields to mend."""
    links = {
        "replaces": _linked(actor, request.GET.get("erstatter", "")),
        "parent": _parent(request, actor),
    }
    kind = form.cleaned_data["kind"]
    try:
        if kind == Kind.CODE:
            handout = form.cleaned_data["handout"] or "print"
            sent = services.send_code(
                actor=actor,
                offer=offer,
                facts=form.facts(),
                signed_code=form.cleaned_data["code"],
                sms_to=form.cleaned_data["sms_to"] if handout == "sms" else "",
                **links,
            )
            if handout == "print":
                return _leaflet_page(request, sent)
            referral = sent.referral
        else:
            referral = services.send_identified(
                actor=actor,
                offer=offer,
                facts=form.facts(),
                patient=form.patient(),
                consent=form.consent(),
                kind=Kind(kind),
                **links,
            )
    except InvalidInput as error:
        form.take_errors(error.errors)
        return None
    except WrongState:
        # A second click on the same code: the first one sent it.
        earlier = _sent_with(actor, form.cleaned_data["code"])
        if earlier is None:
            raise
        return redirect("referrals:detail", earlier.pk)
    messages.success(request, _sent_sentence(referral))
    return redirect("referrals:detail", referral.pk)


def _sent_sentence(referral: Referral) -> str:
    if referral.status == "awaiting_moderation":
        return _("Henvisning %(reference)s venter på, at en koordinator godkender jer.") % {
            "reference": referral.reference
        }
    return _("Henvisning %(reference)s er sendt.") % {"reference": referral.reference}


def _sent_with(actor: Actor, signed_code: str) -> Referral | None:
    code = services.read_code(signed_code)
    return Referral.objects.sent_by(actor).filter(code_hash=hash_code(code)).first()


def _parent(request: HttpRequest, actor: Actor) -> Referral | None:
    return _linked(actor, request.GET.get("forloeb", ""))


def _linked(actor: Actor, text: str) -> Referral | None:
    """An earlier referral of ours that the new one belongs to; anybody else's is not found."""
    if not text:
        return None
    try:
        pk = UUID(text)
    except ValueError as error:
        raise NotFound() from error
    referral = Referral.objects.visible_to(actor).filter(pk=pk).first()
    if referral is None:
        raise NotFound()
    return referral


def _acute_first(form: SendForm) -> bool:
    """Words of acute crisis: the numbers are shown once before anything is sent. Logged nowhere."""
    if form.cleaned_data["acute_seen"] or form.cleaned_data["kind"] == Kind.CODE:
        return False
    return mentions_crisis(form.cleaned_data["message"])


def _initial(request: HttpRequest, actor: Actor, offer: Offer) -> dict[str, object]:
    """Sensible defaults: the searched municipality, else the sender's; the offer's own need."""
    code = request.GET.get("kommune", "")
    if not Municipality.objects.filter(code=code).exists():
        code = (
            Organisation.objects.run_by(actor).values_list("municipality__code", flat=True).first()
            or ""
        )
    initial: dict[str, object] = {"municipality": code, "needs": [offer.category]}
    draft = services.load_draft(actor=actor, offer=offer, parent=_parent(request, actor))
    if draft is not None:
        initial |= drafts.initial_from(draft.data, SendForm.fields_in_draft())
        initial["draft_saved_at"] = draft.saved_at
    earlier = _linked(actor, request.GET.get("erstatter", ""))
    if earlier is not None and draft is None:
        initial |= {
            "kind": Kind.CODE if earlier.kind == Kind.CODE else Kind.IDENTIFIED,
            "municipality": earlier.municipality.code,
            "needs": earlier.needs,
            "target_groups": earlier.target_groups,
            "age_band": earlier.age_band,
        }
    return initial


def _page(
    request: HttpRequest, actor: Actor, offer: Offer, form: SendForm, *, status: int = 200
) -> HttpResponse:
    code, signed = services.draw_code()
    kept = form.data.get("code", "") if form.is_bound else ""
    if kept:
        try:
            code, signed = services.read_code(kept), kept
        except InvalidInput:
            data = request.POST.copy()
            data["code"] = signed
            form.data = data
    form.initial["code"] = signed
    acute = form.is_bound and mentions_crisis(form.data.get("message", ""))
    today = clock.today()
    pauses = [pause for pause in pauses_of(offer.organisation_id) if pause[1] >= today]
    sender = Organisation.objects.run_by(actor).only("id", "verified_at").first()
    context = {
        "form": form,
        "offer": offer,
        "parent": request.GET.get("forloeb", ""),
        "code": code,
        "acute": acute,
        "pauses": pauses,
        "moderated": sender is not None and not sender.is_verified,
        "consent_sentence": consent_text(offer=offer, receiver=offer.organisation),
        "draft_saved_at": None if form.is_bound else form.initial.get("draft_saved_at"),
        "asks_outside_area": bool(form.errors.get("outside_area_reason"))
        or bool(form["outside_area_reason"].value()),
    }
    return render(request, "referrals/create.html", context, status=status)


# --- drafts ---------------------------------------------------------------------------------


@requires(Permission.REFERRAL_SEND, Permission.REFERRAL_ANSWER)
@require_POST
def save_draft(request: ActorRequest) -> HttpResponse:
    """Called while typing; answers the sentence to show."""
    actor = request.actor
    parent = _parent(request, actor)
    require_sending(actor, parent)
    offer = services.load_offer_for_sending(request.GET.get("tilbud", ""))

    def keep(typed: drafts.Typed) -> datetime:
        return services.save_draft(actor=actor, offer=offer, data=typed, parent=parent).saved_at

    return drafts.answer_autosave(request.POST, SendForm.fields_in_draft(), keep)


@requires(Permission.REFERRAL_SEND, Permission.REFERRAL_ANSWER)
@require_POST
def discard_draft(request: ActorRequest) -> HttpResponse:
    offer = services.load_offer_for_sending(request.GET.get("tilbud", ""))
    parent = _parent(request, request.actor)
    services.discard_draft(actor=request.actor, offer=offer, parent=parent)
    messages.success(request, _("Kladden er slettet."))
    return redirect("offers:detail", offer.slug)


# --- anvisning ------------------------------------------------------------------------------


@requires(Permission.SIGNPOST_COUNT)
@require_POST
def signpost(request: ActorRequest) -> HttpResponse:
    """Told about the offer, nothing more: one click, one counter."""
    offer = services.load_offer_for_sending(request.GET.get("tilbud", ""))
    municipality = Municipality.objects.filter(code=request.POST.get("kommune", "")).first()
    if municipality is None:
        raise NotFound()
    services.count_signpost(actor=request.actor, offer=offer, municipality=municipality)
    messages.success(request, _("Talt med. Tak, fordi du fortalte om tilbuddet."))
    return redirect("offers:detail", offer.slug)


# --- the leaflet ----------------------------------------------------------------------------


def _leaflet_page(request: HttpRequest, sent: services.SentCode) -> HttpResponse:
    """The code's one way out. Answered straight to the POST, so no later address shows it; loading
    again sends the form again, which finds the referral sent."""
    link = request.build_absolute_uri(reverse("referrals:patient-open", args=[sent.link_token]))
    context = {
        "referral": sent.referral,
        "leaflet": leaflet_of(sent.referral, code=sent.code, link=link),
        "sealed": signing.dumps([sent.code, sent.link_token], salt=_LEAFLET_SALT, compress=True),
        "qr": qr_svg(link, label=_("QR-kode til din egen side")),
    }
    response = render(request, "referrals/leaflet.html", context)
    response["Cache-Control"] = "no-store"
    return response


@requires(Permission.REFERRAL_SEND)
@require_POST
def leaflet(request: ActorRequest, pk: UUID) -> HttpResponse:
    """The same leaflet as accessible PDF, while its page is open. The code comes from that page."""
    referral = Referral.objects.sent_by(request.actor).with_page_data().filter(pk=pk).first()
    if referral is None:
        raise NotFound()
    try:
        code, token = signing.loads(
            request.POST.get("sealed", ""), salt=_LEAFLET_SALT, max_age=_LEAFLET_AGE
        )
    except signing.BadSignature as error:
        raise WrongState(_("Folderen er for gammel. Print igen fra henvisningen.")) from error
    if bytes(referral.code_hash or b"") != hash_code(code):
        raise WrongState(_("Koden er afløst af en ny. Print igen fra henvisningen."))
    link = request.build_absolute_uri(reverse("referrals:patient-open", args=[token]))
    pdf = render_leaflet(leaflet_of(referral, code=code, link=link))
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="folder-{referral.reference}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


@requires(Permission.REFERRAL_SEND)
@require_POST
def reissue(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Printing again makes a new code; the old one is void."""
    return _leaflet_page(request, services.reissue_code(actor=request.actor, referral_id=pk))
