from typing import cast

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from organisations import public_page, services
from organisations.models import Contact, Organisation, OrganisationProfile
from organisations.permissions import may_verify
from portal.access.actor import Actor
from portal.access.decorators import ActorRequest, public, requires
from portal.access.permissions import Permission
from portal.common.errors import NotFound


def _actor(request: HttpRequest) -> Actor:
    return cast(ActorRequest, request).actor


def _find(rows: QuerySet[Organisation], slug: str) -> Organisation:
    organisation = (
        rows.select_related("parent", "municipality", "region", "health_council", "succeeded_by")
        .filter(slug=slug)
        .first()
    )
    if organisation is None:
        raise NotFound()
    return organisation


@public
@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The public page: who they are, how they work, whom to write to, what they offer."""
    organisation = _find(Organisation.objects.open_to(_actor(request)), slug)
    if organisation.succeeded_by is not None and not organisation.is_active:
        return render(request, "organisations/ended.html", {"organisation": organisation})
    context = {
        "organisation": organisation,
        "profile": OrganisationProfile.objects.filter(organisation=organisation).first(),
        "contact": Contact.objects.reachable()
        .filter(organisation=organisation, purpose=Contact.Purpose.GENERAL)
        .order_by("is_deputy")
        .first(),
        "children": Organisation.objects.public()
        .filter(parent=organisation)
        .in_danish_order()[:60],
        "sections": [
            render_to_string(section.template, section.context, request)
            for section in public_page.sections(request, organisation)
        ],
        "may_verify": not organisation.is_verified and may_verify(_actor(request), organisation),
    }
    return render(request, "organisations/detail.html", context)


@requires(Permission.REFERRAL_MODERATE)
@require_safe
def unverified(request: ActorRequest) -> HttpResponse:
    """New organisations of the coordinator's own area that nobody has vouched for."""
    rows = (
        Organisation.objects.visible_to(request.actor)
        .filter(verified_at__isnull=True, municipality_id__in=request.actor.area)
        .exclude(pk=request.actor.organisation_id)
        .select_related("municipality")
        .order_by("created_at", "pk")
    )
    context = {
        "organisations": [{"row": row, "may": may_verify(request.actor, row)} for row in rows]
    }
    return render(request, "organisations/unverified.html", context)


@requires(Permission.REFERRAL_MODERATE)
@require_POST
def verify(request: ActorRequest, slug: str) -> HttpResponse:
    organisation = _find(Organisation.objects.visible_to(request.actor), slug)
    services.verify_organisation(organisation_id=organisation.pk, actor=request.actor)
    messages.success(request, _("%(name)s er godkendt.") % {"name": organisation.name})
    return redirect("organisations:unverified")
