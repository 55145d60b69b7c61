"""The association's own listings: keep them true with one click, write them in one page."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from offers import services
from offers.editing import conflict_rows, missing_facts, preview_of, typed_preview
from offers.facts import Facts, snapshot
from offers.forms import (
    NEW_OFFER,
    PLACES,
    TRANSLATIONS,
    OfferForm,
    PlaceFormSet,
    RoomForm,
    TranslationFormSet,
    facts_of,
    fields_in_draft,
    initial_of,
    initial_of_draft,
    parts_of_draft,
)
from offers.links import open_confirmation
from offers.listing import SHORT_ROOM, own_listing
from offers.models import Offer, OfferCapacity
from offers.permissions import available_actions
from offers.services.writing import waiting_edit
from portal.access.actor import Actor
from portal.access.decorators import ActorRequest, public, requires
from portal.access.permissions import Permission
from portal.common import clock, drafts
from portal.common.errors import InvalidInput, NotFound
from portal.common.templatetags.look import long_date


def _find_own(request: ActorRequest, slug: str) -> Offer:
    offer = (
        Offer.objects.visible_to(request.actor)
        .owned_by(request.actor)
        .with_page_data()
        .filter(slug=slug)
        .first()
    )
    if offer is None:
        raise NotFound()
    return offer


@requires(Permission.OFFER_EDIT)
@require_safe
def mine(request: ActorRequest) -> HttpResponse:
    """All listings of the organisation, those that ask for something first."""
    return render(request, "offers/mine.html", own_listing(request.actor))


# --- one click ----------------------------------------------------------------------------------
@requires(Permission.OFFER_EDIT)
@require_POST
def confirm(request: ActorRequest, slug: str) -> HttpResponse:
    offer = _find_own(request, slug)
    services.confirm_offer(actor=request.actor, offer_id=offer.pk)
    messages.success(request, _("Tak. »%(title)s« er bekræftet i dag.") % {"title": offer.title})
    return _back(request, slug)


@requires(Permission.OFFER_EDIT)
@require_POST
def set_capacity(request: ActorRequest, slug: str) -> HttpResponse:
    """From one of four buttons, or from the form with places and weeks."""
    offer = _find_own(request, slug)
    form = RoomForm(request.POST)
    if not form.is_valid():
        raise InvalidInput(_first_errors(form))
    services.set_capacity(actor=request.actor, offer_id=offer.pk, **form.room())
    label = OfferCapacity.Status(form.cleaned_data["status"]).label
    messages.success(request, _("»%(title)s«: %(room)s.") % {"title": offer.title, "room": label})
    return _back(request, slug)


def _first_errors(form: RoomForm) -> dict[str, str]:
    return {name: str(lines[0]) for name, lines in form.errors.items()}


def _back(request: ActorRequest, slug: str) -> HttpResponse:
    if request.POST.get("tilbage") == "rediger":
        return redirect("offers:edit", slug=slug)
    if request.POST.get("tilbage") == "indbakke":
        return redirect("referrals:inbox")
    return redirect("offers:mine")


class _Move(Protocol):
    def __call__(self, *, actor: Actor, offer_id: int) -> Offer: ...


def _moved(request: ActorRequest, slug: str, move: _Move, words: str) -> HttpResponse:
    offer = _find_own(request, slug)
    try:
        move(actor=request.actor, offer_id=offer.pk)
    except InvalidInput as error:
        for line in error.errors.values():
            messages.error(request, line)
        return redirect("offers:edit", slug=slug)
    messages.success(request, words % {"title": offer.title})
    return redirect("offers:mine")


@requires(Permission.OFFER_EDIT)
@require_POST
def publish(request: ActorRequest, slug: str) -> HttpResponse:
    """Public at once for a verified organisation; else to the coordinator first."""
    offer = _find_own(request, slug)
    if offer.organisation.is_verified:
        return _moved(request, slug, services.publish, _("Alle kan nu se »%(title)s«."))
    words = _("»%(title)s« er sendt til gennemsyn. I får en mail, når det er læst.")
    return _moved(request, slug, services.submit_for_review, words)


@requires(Permission.OFFER_EDIT)
@require_POST
def pause(request: ActorRequest, slug: str) -> HttpResponse:
    return _moved(request, slug, services.pause, _("»%(title)s« holder pause."))


@requires(Permission.OFFER_EDIT)
@require_POST
def resume(request: ActorRequest, slug: str) -> HttpResponse:
    return _moved(request, slug, services.resume, _("Alle kan igen se »%(title)s«."))


@requires(Permission.OFFER_EDIT)
@require_POST
def archive(request: ActorRequest, slug: str) -> HttpResponse:
    return _moved(request, slug, services.archive, _("»%(title)s« er lagt væk."))


@requires(Permission.OFFER_EDIT)
@require_POST
def reopen(request: ActorRequest, slug: str) -> HttpResponse:
    return _moved(request, slug, services.reopen, _("»%(title)s« er en kladde igen."))


# --- writing ------------------------------------------------------------------------------------
@requires(Permission.OFFER_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: ActorRequest) -> HttpResponse:
    editor = _Editor(request, None)
    if request.method == "POST":
        offer = editor.save(lambda facts: services.create_offer(actor=request.actor, facts=facts))
        if offer is not None:
            messages.success(request, _("Kladden er gemt. Se den igennem, og vis den så."))
            return redirect("offers:edit", slug=offer.slug)
    return editor.page()


@requires(Permission.OFFER_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: ActorRequest, slug: str) -> HttpResponse:
    """Room first, then what people see first. Two who write at once see both versions."""
    offer = _find_own(request, slug)
    if "edit" not in available_actions(offer, request.actor):
        messages.info(request, _("Tilbuddet er lagt væk. Tag det frem igen, før du retter i det."))
        return redirect("offers:mine")
    editor = _Editor(request, offer)
    if request.method == "POST":
        saved = editor.save(
            lambda facts: services.edit_offer(
                actor=request.actor,
                offer_id=offer.pk,
                facts=facts,
                version=editor.form.cleaned_data["version"],
            )
        )
        if saved is not None:
            waits = waiting_edit(saved) is not None and not saved.organisation.is_verified
            messages.success(
                request,
                _("Ændringen er sendt til gennemsyn. Det gamle står der så længe.")
                if waits
                else _("Gemt."),
            )
            return redirect("offers:edit", slug=slug)
    return editor.page()


@requires(Permission.OFFER_EDIT)
@require_POST
def save_draft(request: ActorRequest, slug: str = "") -> HttpResponse:
    """Called while typing; answers the sentence to show. Without a slug it is a new offer's."""
    offer = _find_own(request, slug) if slug else None

    def keep(typed: drafts.Typed) -> datetime:
        return services.save_draft(actor=request.actor, offer=offer, data=typed).saved_at

    return drafts.answer_autosave(request.POST, fields_in_draft(), keep)


@requires(Permission.OFFER_EDIT)
@require_POST
def discard_draft(request: ActorRequest, slug: str = "") -> HttpResponse:
    offer = _find_own(request, slug) if slug else None
    services.discard_draft(actor=request.actor, offer=offer)
    messages.success(request, _("Kladden er slettet."))
    return redirect("offers:edit", slug=slug) if slug else redirect("offers:mine")


@requires(Permission.OFFER_EDIT)
@require_POST
def preview(request: ActorRequest, slug: str) -> HttpResponse:
    """The card as it would look with what is typed now. Writes nothing."""
    offer = _find_own(request, slug)
    card = typed_preview(offer, request.POST)
    return render(request, "offers/partials/_preview.html", {"preview": card})


class _Editor:
    """One form with its two lists of parts, for a new offer and for one that is there."""

    def __init__(self, request: ActorRequest, offer: Offer | None) -> None:
        self.request, self.offer = request, offer
        self.facts: Facts | None = snapshot(offer) if offer else None
        self.conflict: list[dict[str, str]] = []
        self.status = 200
        data = request.POST if request.method == "POST" else None
        capacity: OfferCapacity | None = getattr(offer, "capacity", None)
        initial: dict[str, Any] = dict(NEW_OFFER)
        if offer is not None and self.facts is not None:
            initial = initial_of(self.facts, capacity)
            initial["version"] = services.version_of(offer)
        self.draft = services.load_draft(actor=request.actor, offer=offer) if data is None else None
        facts = self.facts or {"places": [], "translations": []}
        places, translations = facts["places"], facts["translations"]
        if self.draft is not None:
            initial |= initial_of_draft(self.draft.data)
            places = parts_of_draft(self.draft.data, PLACES, places)
            translations = parts_of_draft(self.draft.data, TRANSLATIONS, translations)
        self.form = OfferForm(
            data,
            initial=initial,
            offer_facts=self.facts,
            inherits=offer is not None and offer.template_id is not None,
        )
        self.places = PlaceFormSet(data, initial=places, prefix=PLACES)
        self.translations = TranslationFormSet(data, initial=translations, prefix=TRANSLATIONS)

    def save(self, write: Callable[[Facts], Offer]) -> Offer | None:
        """The saved offer, or None with the errors on the form and nothing lost."""
        self.status = 422
        parts = (self.form, self.places, self.translations)
        if not all([part.is_valid() for part in parts]):
            return None
        facts = {
            **self.form.facts(),
            "places": facts_of(self.places),
            "translations": facts_of(self.translations),
        }
        try:
            with transaction.atomic():
                offer = write(facts)
                if self._room_changed():
                    services.set_capacity(
                        actor=self.request.actor, offer_id=offer.pk, **self.form.room()
                    )
                services.discard_draft(actor=self.request.actor, offer=self.offer)
                return offer
        except InvalidInput as error:
            self._show(error)
        except services.ChangedMeanwhile as error:
            self.status = 409
            self.conflict = conflict_rows(error.now, facts)
            # Saved once more from here, the writer's words replace the other's, knowingly.
            data = self.request.POST.copy()
            data["version"] = error.version
            self.form.data = data
        return None

    def _draft_urls(self) -> dict[str, str]:
        if self.offer is None:
            return {
                "save": reverse("offers:save-new-draft"),
                "discard": reverse("offers:discard-new-draft"),
            }
        slug = self.offer.slug
        return {
            "save": reverse("offers:save-draft", args=[slug]),
            "discard": reverse("offers:discard-draft", args=[slug]),
        }

    def _room_changed(self) -> bool:
        room = {"status", "places_left", "wait_weeks"}
        return self.offer is None or bool(room & set(self.form.changed_data))

    def _show(self, error: InvalidInput) -> None:
        where = {
            "sessions": "when",
            "coverage": "area_names",
            "price_ore": "price",
            "workforce": "carried_by",
            "places": None,
            "translations": None,
        }
        for name, line in error.errors.items():
            field = where.get(name, name)
            self.form.add_error(field if field in self.form.fields else None, line)

    def page(self) -> HttpResponse:
        offer = self.offer
        actions = available_actions(offer, self.request.actor) if offer else []
        capacity: OfferCapacity | None = getattr(offer, "capacity", None)
        context = {
            "offer": offer,
            "form": self.form,
            "draft": self.draft,
            "draft_urls": self._draft_urls(),
            "places": self.places,
            "translations": self.translations,
            "part_forms": [*self.places, *self.translations],
            "conflict": self.conflict,
            "actions": actions,
            "capacity": capacity,
            "preview": preview_of(offer, self.facts) if offer and self.facts else None,
            "todo": missing_facts(self.facts) if self.facts else [],
            "waiting": waiting_edit(offer) if offer else None,
            "next_review": offer.review_due_at if offer else None,
        }
        return render(self.request, "offers/edit.html", context, status=self.status)


# --- from a mail ---------------------------------------------------------------------------------
@public
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """ "Still correct" without an account: GET shows one button, POST confirms."""
    link = open_confirmation(token)
    offer = link.offer
    done = ""
    if request.method == "POST":
        if "status" in request.POST:
            form = RoomForm(request.POST)
            if not form.is_valid():
                raise InvalidInput(_first_errors(form))
            services.set_capacity(actor=link.actor, offer_id=offer.pk, **form.room())
            done = "capacity"
        else:
            services.confirm_offer(actor=link.actor, offer_id=offer.pk)
            done = "confirmed"
        link = open_confirmation(token)
    offer = link.offer
    confirmed_since = (
        offer.review_due_at is not None and clock.local(offer.review_due_at).date() > link.due
    )
    context = {
        "offer": offer,
        "done": done,
        "confirmed": confirmed_since,
        "capacity": getattr(offer, "capacity", None),
        "room_choices": list(SHORT_ROOM.items()),
        "verified": long_date(offer.verified_at),
    }
    response = render(request, "offers/confirm_by_link.html", context)
    # The address is the key, so it must not travel or be kept.
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    return response
