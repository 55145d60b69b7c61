"""Enquiries: the public body's list with its clock, one enquiry, its answer, and the writer's view
of it."""

from uuid import UUID

from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organisations.models import Organisation
from partnerships import services
from partnerships.forms.entrance import AnswerForm, IdeaForm, LinkForm
from partnerships.models import Enquiry, EnquiryLink, Entrance, EntrancePost
from partnerships.views.entrance import after_sending, send
from portal.access.decorators import ActorRequest, public, requires
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.common import clock
from portal.common.errors import InvalidInput, NotAllowed, NotFound
from portal.common.ids import hash_token
from portal.common.pagination import numbered_page

PER_PAGE = 25


@requires(Permission.AGREEMENT_WRITE)
@require_safe
def enquiry_list(request: ActorRequest) -> HttpResponse:
    """What has come in, the oldest unanswered first; below it what one has sent oneself."""
    answered = request.GET.get("vis") == "besvaret"
    received = Enquiry.objects.received_by(request.actor).with_list_data()
    if answered:
        received = received.filter(answered_at__isnull=False).order_by("-answered_at", "pk")
    else:
        received = received.unanswered().order_by("answer_by", "pk")
    sent = Enquiry.objects.sent_by(request.actor).with_list_data()
    context = {
        "page": numbered_page(received, params=request.GET, size=PER_PAGE),
        "answered": answered,
        "sent": sent.order_by(F("answered_at").desc(nulls_first=True), "-received_at")[:50],
        "own": Organisation.objects.run_by(request.actor).select_related("entrance").get(),
        "has_entrance": allows(request.actor, Permission.ENTRANCE_EDIT),
    }
    return render(request, "partnerships/enquiry_list.html", context)


def _find(request: ActorRequest, pk: UUID) -> Enquiry:
    enquiry = Enquiry.objects.visible_to(request.actor).with_list_data().filter(pk=pk).first()
    if enquiry is None:
        raise NotFound()
    return enquiry


def _may_answer(request: ActorRequest, enquiry: Enquiry) -> bool:
    return (
        allows(request.actor, Permission.ENTRANCE_EDIT)
        and enquiry.organisation_id == request.actor.organisation_id
    )


@requires(Permission.AGREEMENT_WRITE)
@require_safe
def enquiry_detail(request: ActorRequest, pk: UUID) -> HttpResponse:
    return _page(request, _find(request, pk))


def _page(
    request: ActorRequest, enquiry: Enquiry, link_form: LinkForm | None = None
) -> HttpResponse:
    may_answer = _may_answer(request, enquiry)
    if link_form is None and may_answer and enquiry.sender_id is None:
        link_form = LinkForm()
    context = {
        "enquiry": enquiry,
        "may_answer": may_answer,
        "link_form": link_form,
        "is_own": enquiry.organisation_id == request.actor.organisation_id,
    }
    status = 422 if link_form is not None and link_form.is_bound else 200
    return render(request, "partnerships/enquiry_detail.html", context, status=status)


@requires(Permission.ENTRANCE_EDIT)
@require_POST
def enquiry_acknowledge(request: ActorRequest, pk: UUID) -> HttpResponse:
    services.acknowledge_enquiry(actor=request.actor, enquiry_id=pk)
    messages.success(request, _("Foreningen får at vide, at du har læst det."))
    return redirect("partnerships:enquiry-detail", pk=pk)


@requires(Permission.ENTRANCE_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def enquiry_answer(request: ActorRequest, pk: UUID) -> HttpResponse:
    enquiry = _find(request, pk)
    if not _may_answer(request, enquiry):
        raise NotAllowed()
    if enquiry.answered_at is not None:
        messages.info(request, _("Der er allerede svaret. Her ser I svaret."))
        return redirect("partnerships:enquiry-detail", pk=pk)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.answer_enquiry(actor=request.actor, enquiry_id=pk, **form.cleaned_data)
        except InvalidInput as error:
            form.take_errors(error.errors)
        else:
            messages.success(request, _("Svaret er sendt."))
            return redirect("partnerships:enquiry-detail", pk=pk)
    context = {"enquiry": enquiry, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "partnerships/enquiry_answer.html", context, status=status)


@requires(Permission.ENTRANCE_EDIT)
@require_POST
def enquiry_link(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Which registered association wrote: from then on it sees the idea too."""
    enquiry = _find(request, pk)
    if not _may_answer(request, enquiry):
        raise NotAllowed()
    form = LinkForm(request.POST)
    if form.is_valid():
        association = form.cleaned_data["association"]
        try:
            services.link_enquiry_sender(
                actor=request.actor, enquiry_id=pk, association=association
            )
        except InvalidInput as error:
            form.take_error(error.errors["association"])
        else:
            messages.success(request, _("%(name)s kan se idéen nu.") % {"name": association.name})
            return redirect("partnerships:enquiry-detail", pk=pk)
    return _page(request, enquiry, form)


@public
@require_safe
def enquiry_follow(request: HttpRequest, token: str) -> HttpResponse:
    """The writer's own page, by the link of a mail. It says how far it is, and changes nothing."""
    link = (
        EnquiryLink.objects.select_related("enquiry__organisation__entrance", "enquiry__agreement")
        .filter(token_hash=hash_token(token), expires_at__gt=clock.now())
        .first()
    )
    if link is None:
        raise NotFound()
    enquiry = link.enquiry
    context = {
        "enquiry": enquiry,
        "entrance": getattr(enquiry.organisation, "entrance", None),
    }
    return render(request, "partnerships/enquiry_follow.html", context)


@requires(Permission.AGREEMENT_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def idea_create(request: ActorRequest) -> HttpResponse:
    """An idea for somebody who is signed in: choose the public body, say what it is about.
    `?opslag=` fills in from a post, `?til=` chooses the body."""
    bodies = (
        Organisation.objects.public()
        .filter(pk__in=Entrance.objects.public().values("organisation_id"))
        .exclude(pk=request.actor.organisation_id)
        .in_danish_order()
    )
    form = IdeaForm(
        request.POST if request.method == "POST" else None,
        known=True,
        initial=_idea_from(request),
    )
    form.offer_bodies(bodies)
    if request.method == "POST" and form.is_valid():
        try:
            enquiry = send(form, request.actor, form.cleaned_data["body"])
        except InvalidInput as error:
            form.take_errors(error.errors)
        else:
            return after_sending(request, enquiry, known=True)
    status = 422 if form.is_bound else 200
    return render(request, "partnerships/idea_create.html", {"form": form}, status=status)


def _idea_from(request: ActorRequest) -> dict[str, object]:
    try:
        pk = UUID(request.GET.get("opslag", ""))
    except ValueError:
        return {"body": request.GET.get("til", "")}
    post = EntrancePost.objects.public().select_related("organisation").filter(pk=pk).first()
    if post is None:
        return {}
    return {"body": post.organisation.slug, "post": post.pk, "title": post.title}
