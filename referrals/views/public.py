"""Without an account: *selvhenvendelse* and *Meld en bekymring*."""

from uuid import UUID

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from offers.models import Offer
from offers.search.crisis import mentions_crisis
from portal.access.actor import ANONYMOUS
from portal.access.decorators import ActorRequest, public
from portal.audit.scope import tenant
from portal.common.errors import InvalidInput, NotFound
from portal.common.flood import refuse_flood
from referrals import services
from referrals.consent_texts import self_consent_text
from referrals.forms.public import ConcernForm, SelfReferralForm
from referrals.models import Referral

_TOKEN_SALT = "self-referral"  # noqa: S105 - a salt, not a secret
_TOKEN_AGE = 24 * 60 * 60


@public
@require_http_methods(["GET", "HEAD", "POST"])
def self_referral(request: HttpRequest, slug: str) -> HttpResponse:
    """The citizen writes to the association; the tick is the consent. The form's signed token opens
    the scope of this one receiver and no other."""
    offer = services.load_offer_for_sending(slug)
    text = self_consent_text(offer=offer, receiver=offer.organisation)
    if request.method != "POST":
        initial = {"token": signing.dumps(offer.pk, salt=_TOKEN_SALT)}
        if offer.organisation.municipality is not None:
            initial["municipality"] = offer.organisation.municipality.code
        form = SelfReferralForm(initial=initial, offer=offer, consent_text=text)
        return _self_page(request, offer, form)
    form = SelfReferralForm(request.POST, offer=offer, consent_text=text)
    if form.is_valid():
        _require_token(form.cleaned_data["token"], offer)
        refuse_flood(request.META.get("REMOTE_ADDR", ""))
        actor = ANONYMOUS.for_organisation(offer.organisation_id)
        try:
            with tenant(actor):
                referral, token = services.send_self(
                    actor=actor, offer=offer, facts=form.facts(), patient=form.patient()
                )
        except InvalidInput as error:
            form.take_errors(error.errors)
        else:
            link = request.build_absolute_uri(reverse("referrals:patient-open", args=[token]))
            context = {
                "offer": offer,
                "reference": referral.reference,
                "link": link,
                "acute": mentions_crisis(form.cleaned_data["message"]),
            }
            return render(request, "referrals/self_sent.html", context)
    return _self_page(request, offer, form, status=422)


def _self_page(
    request: HttpRequest, offer: Offer, form: SelfReferralForm, *, status: int = 200
) -> HttpResponse:
    acute = form.is_bound and mentions_crisis(form.data.get("message", ""))
    context = {"offer": offer, "form": form, "acute": acute}
    return render(request, "referrals/self.html", context, status=status)


def _require_token(token: str, offer: Offer) -> None:
    try:
        signed_for = signing.loads(token, salt=_TOKEN_SALT, max_age=_TOKEN_AGE)
    except signing.BadSignature as error:
        raise InvalidInput(
            {}, _("Siden har stået åben for længe. Gå tilbage, genindlæs den, og send igen.")
        ) from error
    if signed_for != offer.pk:
        raise NotFound()


@public
@require_http_methods(["GET", "HEAD", "POST"])
def concern(request: ActorRequest, slug: str) -> HttpResponse:
    """Anybody may report; nobody is asked who they are. It reaches the association's manager and
    the coordinator, who follow it to its end."""
    offer = Offer.objects.public().select_related("organisation").filter(slug=slug).first()
    if offer is None:
        raise NotFound()
    form = ConcernForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refuse_flood(request.META.get("REMOTE_ADDR", ""))
        actor = request.actor
        try:
            with tenant(actor):
                services.report_concern(
                    actor=actor,
                    offer=offer,
                    text=form.cleaned_data["text"],
                    referral=_referral(request),
                )
        except InvalidInput as error:
            form.add_error("text", error.errors["text"])
        else:
            acute = mentions_crisis(form.cleaned_data["text"])
            return render(request, "referrals/concern_sent.html", {"offer": offer, "acute": acute})
    status = 422 if form.is_bound else 200
    return render(request, "referrals/concern.html", {"offer": offer, "form": form}, status=status)


def _referral(request: ActorRequest) -> Referral | None:
    """The referral that somebody who may see it reports from; for others it is about the offer."""
    text = request.GET.get("henvisning", "")
    try:
        pk = UUID(text)
    except ValueError:
        return None
    return Referral.objects.visible_to(request.actor).filter(pk=pk).first()
