"""The entrances: find one, read it, knock; and the public body's own page for keeping it."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organisations.models import Organisation
from organisations.selectors import coming_closings
from partnerships import entrance_places, services
from partnerships.forms.entrance import EnquiryForm, EntranceForm, PostForm
from partnerships.models import ENTRANCE_KINDS, Enquiry, Entrance, EntrancePost
from portal.access.actor import Actor
from portal.access.decorators import ActorRequest, public, requires
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.common.errors import InvalidInput, NotAllowed, NotFound
from portal.common.flood import refuse_flood
from portal.geography.places import resolve_place

NEWEST_POSTS = 12


@public
@require_safe
def entrance_list(request: HttpRequest) -> HttpResponse:
    """Every entrance by region, or those of one place, and what is wanted just now."""
    asked = request.GET.get("sted", "").strip()
    place = resolve_place(asked) if asked else None
    kind = request.GET.get("slags", "")
    posts = EntrancePost.objects.public().select_related("organisation")
    if kind in EntrancePost.Kind.values:
        posts = posts.filter(kind=kind)
    doors = entrance_places.doors_of_place(place) if place is not None else []
    if doors:
        posts = posts.filter(organisation__in=[door.organisation.pk for door in doors])
    context = {
        "asked": asked,
        "place": place,
        "doors": doors,
        "regions": entrance_places.doors_by_region() if not doors else [],
        "posts": posts[:NEWEST_POSTS],
        "kinds": EntrancePost.Kind.choices,
        "kind": kind,
    }
    return render(request, "partnerships/entrance_list.html", context)


def _find(request: HttpRequest, slug: str) -> Organisation:
    organisation = (
        Organisation.objects.public()
        .select_related("entrance", "parent", "municipality", "region", "health_council")
        .filter(slug=slug, kind__in=ENTRANCE_KINDS)
        .first()
    )
    if organisation is None:
        raise NotFound()
    return organisation


def _entrance(organisation: Organisation) -> Entrance | None:
    return getattr(organisation, "entrance", None)


def writes_for_own(actor: Actor) -> bool:
    """A manager or coordinator in a strong session writes for the own organisation; everybody else
    says who they are."""
    return allows(actor, Permission.AGREEMENT_WRITE) and actor.is_strong


@public
@require_safe
def entrance_detail(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = _find(request, slug)
    actor = cast(ActorRequest, request).actor
    is_open = entrance_places.is_open(organisation)
    known = writes_for_own(actor)
    context = {
        "organisation": organisation,
        "entrance": _entrance(organisation),
        "is_open": is_open,
        "instead": None if is_open else entrance_places.next_open(organisation),
        "posts": EntrancePost.objects.public().filter(organisation=organisation),
        "closings": coming_closings(organisation),
        "form": EnquiryForm(known=known),
        "known": known,
        "is_own": actor.organisation_id == organisation.pk,
        "may_edit": _may_edit(actor, organisation),
    }
    return render(request, "partnerships/entrance_detail.html", context)


def _may_edit(actor: Actor, organisation: Organisation) -> bool:
    return (
        allows(actor, Permission.ENTRANCE_EDIT)
        and actor.organisation_id == organisation.pk
        and organisation.kind in ENTRANCE_KINDS
    )


@public
@require_http_methods(["GET", "HEAD", "POST"])
def enquiry_create(request: HttpRequest, slug: str) -> HttpResponse:
    """Knock. `?opslag=` is the post that made somebody write; its title is a first draft."""
    organisation = _find(request, slug)
    actor = cast(ActorRequest, request).actor
    known = writes_for_own(actor)
    post = _post(request.GET.get("opslag", ""), organisation)
    if request.method != "POST":
        initial = {"post": post.pk, "title": post.title} if post is not None else {}
        form = EnquiryForm(known=known, initial=initial)
        return _enquiry_page(request, organisation, form, post)
    form = EnquiryForm(request.POST, known=known)
    if form.is_valid():
        if not known:
            refuse_flood(request.META.get("REMOTE_ADDR", ""))
        try:
            enquiry = send(form, actor if known else None, organisation)
        except InvalidInput as error:
            form.take_errors(error.errors)
        else:
            return after_sending(request, enquiry, known=known)
    return _enquiry_page(request, organisation, form, post, status=422)


def send(form: EnquiryForm, actor: Actor | None, organisation: Organisation) -> Enquiry:
    """The valid form to the service: as the own organisation, or as somebody without an account."""
    if actor is not None:
        writer = services.writer_of(actor)
    else:
        writer = form.writer()
    return services.send_enquiry(
        actor=actor or services.NOBODY,
        organisation_id=organisation.pk,
        writer=writer,
        title=form.cleaned_data["title"],
        text=form.cleaned_data["text"],
        form_key=form.cleaned_data["form_key"],
        post_id=form.post_id(),
    )


def after_sending(request: HttpRequest, enquiry: Enquiry, *, known: bool) -> HttpResponse:
    if known:
        messages.success(request, _("Tak. I har fået en kvittering på mail."))
        return redirect("partnerships:enquiry-detail", pk=enquiry.pk)
    return render(request, "partnerships/enquiry_sent.html", {"enquiry": enquiry})


def _post(text: str, organisation: Organisation) -> EntrancePost | None:
    try:
        pk = UUID(text)
    except ValueError:
        return None
    return EntrancePost.objects.public().filter(organisation=organisation, pk=pk).first()


def _enquiry_page(
    request: HttpRequest,
    organisation: Organisation,
    form: EnquiryForm,
    post: EntrancePost | None,
    *,
    status: int = 200,
) -> HttpResponse:
    is_open = entrance_places.is_open(organisation)
    context = {
        "organisation": organisation,
        "entrance": _entrance(organisation),
        "is_open": is_open,
        "instead": None if is_open else entrance_places.next_open(organisation),
        "form": form,
        "post": post,
    }
    return render(request, "partnerships/enquiry_create.html", context, status=status)


# --- keeping it ---------------------------------------------------------------------------------


@requires(Permission.ENTRANCE_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def entrance_edit(request: ActorRequest, slug: str) -> HttpResponse:
    organisation = _find(request, slug)
    if not _may_edit(request.actor, organisation):
        raise NotAllowed()
    entrance = _entrance(organisation)
    if request.method == "POST":
        form = EntranceForm(request.POST)
        if form.is_valid():
            try:
                services.edit_entrance(
                    actor=request.actor, organisation_id=organisation.pk, **form.cleaned_data
                )
            except InvalidInput as error:
                form.take_errors(error.errors)
            else:
                messages.success(request, _("Indgangen er gemt."))
                return redirect("partnerships:entrance-detail", slug=slug)
    else:
        form = EntranceForm(initial=EntranceForm.initial_of(entrance))
    context = {
        "organisation": organisation,
        "entrance": entrance,
        "form": form,
        "posts": EntrancePost.objects.run_by(request.actor),
    }
    status = 422 if form.is_bound else 200
    return render(request, "partnerships/entrance_edit.html", context, status=status)


@requires(Permission.ENTRANCE_EDIT)
@require_POST
def entrance_open(request: ActorRequest, slug: str) -> HttpResponse:
    organisation = _find(request, slug)
    services.open_entrance(actor=request.actor, organisation_id=organisation.pk)
    messages.success(request, _("Indgangen er åben. Foreninger kan skrive til jer."))
    return redirect("partnerships:entrance-detail", slug=slug)


@requires(Permission.ENTRANCE_EDIT)
@require_POST
def entrance_close(request: ActorRequest, slug: str) -> HttpResponse:
    organisation = _find(request, slug)
    services.close_entrance(actor=request.actor, organisation_id=organisation.pk)
    messages.success(request, _("Indgangen er lukket. Det, der er kommet, skal I stadig svare på."))
    return redirect("partnerships:entrance-detail", slug=slug)


def _own_post(request: ActorRequest, pk: UUID) -> EntrancePost:
    post = EntrancePost.objects.run_by(request.actor).filter(pk=pk).first()
    if post is None:
        raise NotFound()
    return post


@requires(Permission.ENTRANCE_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def post_create(request: ActorRequest) -> HttpResponse:
    form = PostForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.create_post(actor=request.actor, **form.cleaned_data)
        except InvalidInput as error:
            form.take_errors(error.errors)
        else:
            messages.success(request, _("Opslaget hænger ved jeres indgang."))
            return _to_own_entrance(request)
    return _post_page(request, form, None)


@requires(Permission.ENTRANCE_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def post_edit(request: ActorRequest, pk: UUID) -> HttpResponse:
    post = _own_post(request, pk)
    if request.method == "POST":
        form = PostForm(request.POST)
        if form.is_valid():
            try:
                services.edit_post(actor=request.actor, post_id=pk, **form.cleaned_data)
            except InvalidInput as error:
                form.take_errors(error.errors)
            else:
                messages.success(request, _("Opslaget er gemt."))
                return _to_own_entrance(request)
    else:
        form = PostForm(initial=PostForm.initial_of(post))
    return _post_page(request, form, post)


def _post_page(request: ActorRequest, form: PostForm, post: EntrancePost | None) -> HttpResponse:
    own = Organisation.objects.run_by(request.actor).get()
    context = {"form": form, "post": post, "organisation": own}
    status = 422 if form.is_bound else 200
    return render(request, "partnerships/post_edit.html", context, status=status)


@requires(Permission.ENTRANCE_EDIT)
@require_POST
def post_close(request: ActorRequest, pk: UUID) -> HttpResponse:
    services.close_post(actor=request.actor, post_id=pk)
    messages.success(request, _("Opslaget er taget ned."))
    return _to_own_entrance(request)


@requires(Permission.ENTRANCE_EDIT)
@require_POST
def post_reopen(request: ActorRequest, pk: UUID) -> HttpResponse:
    services.reopen_post(actor=request.actor, post_id=pk)
    messages.success(request, _("Opslaget hænger der igen."))
    return _to_own_entrance(request)


def _to_own_entrance(request: ActorRequest) -> HttpResponse:
    own = Organisation.objects.run_by(request.actor).get()
    return redirect("partnerships:entrance-edit", slug=own.slug)
