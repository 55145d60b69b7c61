from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from organisations import services
from organisations.forms.facts import ClosingForm, ContactForm, OrganisationForm, ProfileForm
from organisations.models import ClosingPeriod, Contact, Organisation, OrganisationProfile
from portal.access.decorators import ActorRequest, requires
from portal.access.permissions import Permission
from portal.audit.trail import save_form
from portal.common import clock
from portal.common.errors import InvalidInput


@requires(Permission.ORGANISATION_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: ActorRequest) -> HttpResponse:
    """What the public reads about the organisation. Editing is no workflow: saved and recorded."""
    organisation = get_object_or_404(Organisation.objects.run_by(request.actor))
    form = OrganisationForm(
        request.POST if request.method == "POST" else None, instance=organisation
    )
    profile_form = None
    if organisation.is_association:
        profile = OrganisationProfile.objects.filter(organisation=organisation).first()
        profile_form = ProfileForm(
            request.POST if request.method == "POST" else None,
            instance=profile or OrganisationProfile(organisation=organisation),
        )
    forms: list[Any] = [form, profile_form] if profile_form else [form]
    if request.method == "POST" and all([one.is_valid() for one in forms]):
        for one in forms:
            save_form(one, request.actor)
        messages.success(request, _("Oplysningerne er gemt."))
        return redirect("organisations:edit")
    context = {"form": form, "more_forms": forms[1:], "organisation": organisation}
    failed = any(one.errors for one in forms)
    return render(request, "organisations/edit.html", context, status=422 if failed else 200)


@requires(Permission.ORGANISATION_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def contacts(request: ActorRequest) -> HttpResponse:
    rows = Contact.objects.filter(organisation_id=request.actor.organisation_id)
    form = ContactForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        services.set_contact(**form.cleaned_data, actor=request.actor)
        messages.success(request, _("Kontakten er gemt."))
        return redirect("organisations:contacts")
    context = {"form": form, "contacts": rows.order_by("purpose", "is_deputy")}
    return render(
        request, "organisations/contacts.html", context, status=422 if form.errors else 200
    )


@requires(Permission.ORGANISATION_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def closing(request: ActorRequest) -> HttpResponse:
    rows = ClosingPeriod.objects.filter(
        organisation_id=request.actor.organisation_id, last_day__gte=clock.today()
    )
    form = ClosingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.announce_closing(**form.cleaned_data, actor=request.actor)
        except InvalidInput as error:
            for field, sentence in error.errors.items():
                form.add_error(field, sentence)
        else:
            messages.success(request, _("Lukkedagene er meldt ud."))
            return redirect("organisations:closing")
    context = {"form": form, "periods": rows.order_by("first_day")}
    return render(
        request, "organisations/closing.html", context, status=422 if form.errors else 200
    )


@requires(Permission.ORGANISATION_EDIT)
@require_POST
def cancel_closing(request: ActorRequest, pk: int) -> HttpResponse:
    services.cancel_closing(period_id=pk, actor=request.actor)
    messages.success(request, _("Lukkedagene er fjernet."))
    return redirect("organisations:closing")
