from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organisations import services
from organisations.current import SESSION_ORGANISATION
from organisations.forms.people import AcceptForm, InviteForm, RolesForm
from organisations.models import Invitation, Membership, Role
from organisations.permissions import is_own, role_names
from organisations.services.invitations import find_open
from portal.access.actor import Actor
from portal.access.decorators import ActorRequest, public, requires, signed_in
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.accounts import sessions
from portal.accounts.models import User
from portal.common.errors import DomainError, InvalidInput, NotFound

# Where work begins, by what a person may do: the first that fits.
_STARTS = [
    (Permission.REFERRAL_RECEIVE, "referrals:inbox"),
    (Permission.REFERRAL_SEND, "offers:list"),
    (Permission.REFERRAL_OVERSEE, "referrals:oversight"),
    (Permission.OPERATE, "demo:messages"),
    (Permission.MEMBERS_MANAGE, "organisations:members"),
    (Permission.OFFER_EDIT, "offers:mine"),
    (Permission.AUDIT_VIEW, "referrals:audit"),
    (Permission.AGREEMENT_VIEW, "partnerships:list"),
    (Permission.FIGURES_VIEW, "offers:list"),
]


@signed_in
@require_safe
def start(request: ActorRequest) -> HttpResponse:
    """After sign-in: to one's work, or, without any role, to a page that says what to do."""
    for permission, name in _STARTS:
        if allows(request.actor, permission):
            try:
                return redirect(reverse(name))
            except NoReverseMatch:  # the demo's own pages do not exist in production
                continue
    invitations = Invitation.objects.open().filter(email__iexact=request.user.email)  # type: ignore[union-attr]
    return render(
        request,
        "organisations/start.html",
        {"waiting": invitations.exists(), "email": request.user.email},  # type: ignore[union-attr]
    )


@signed_in
@require_POST
def switch(request: ActorRequest) -> HttpResponse:
    """Act for another organisation of one's own."""
    number = request.POST.get("organisation", "")
    organisation = services.choose_organisation(
        organisation_id=int(number) if number.isdigit() else 0, actor=request.actor
    )
    request.session[SESSION_ORGANISATION] = organisation.pk
    messages.success(request, _("Du arbejder nu for %(name)s.") % {"name": organisation.name})
    return redirect("organisations:start")


# --- members ----------------------------------------------------------------------------------
def _rows(actor: Actor) -> list[dict[str, Any]]:
    rows = (
        Membership.objects.visible_to(actor)
        .select_related("user")
        .prefetch_related("roles")
        .order_by("user__name", "pk")
    )
    return [
        {
            "pk": row.pk,
            "user": row.user,
            "roles": role_names([one.role for one in row.roles.all()]),
            "own": is_own(actor, row),
        }
        for row in rows
    ]


@requires(Permission.MEMBERS_MANAGE)
@require_safe
def list_members(request: ActorRequest) -> HttpResponse:
    waiting = Invitation.objects.visible_to(request.actor).open().order_by("created_at", "pk")
    context = {
        "members": _rows(request.actor),
        "invitations": [{"row": row, "roles": role_names(row.roles)} for row in waiting],
    }
    return render(request, "organisations/members.html", context)


@requires(Permission.MEMBERS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: ActorRequest) -> HttpResponse:
    form = InviteForm(
        request.POST if request.method == "POST" else None, kind=request.actor.organisation_kind
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.invite_member(**form.cleaned_data, actor=request.actor)
        except InvalidInput as error:
            _add_errors(form, error)
        else:
            messages.success(request, _("Invitationen er sendt til %(email)s.") % form.cleaned_data)
            return redirect("organisations:members")
    return render(
        request, "organisations/invite.html", {"form": form}, status=422 if form.errors else 200
    )


def _add_errors(form: Any, error: InvalidInput) -> None:
    for field, sentence in error.errors.items():
        form.add_error(field if field in form.fields else None, sentence)


def _member(actor: Actor, pk: int) -> Membership:
    row = Membership.objects.visible_to(actor).select_related("user").filter(pk=pk).first()
    if row is None:
        raise NotFound()
    return row


@requires(Permission.MEMBERS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def member(request: ActorRequest, pk: int) -> HttpResponse:
    """One colleague: roles, identity, second factor, and the way out."""
    membership = _member(request.actor, pk)
    held = list(membership.roles.values_list("role", flat=True))
    form = RolesForm(
        request.POST if request.method == "POST" else None,
        kind=request.actor.organisation_kind,
        initial={"roles": held},
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.change_roles(
                membership_id=pk, roles=form.cleaned_data["roles"], actor=request.actor
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Rollerne er gemt."))
            return redirect("organisations:members")
    context = {
        "form": form,
        "membership": membership,
        "own": is_own(request.actor, membership),
        "has_factor": sessions.has_second_factor(membership.user),
        "is_manager": Role.MANAGER in held,
    }
    return render(request, "organisations/member.html", context, status=422 if form.errors else 200)


@requires(Permission.MEMBERS_MANAGE)
@require_POST
def end(request: ActorRequest, pk: int) -> HttpResponse:
    name = _member(request.actor, pk).user.name
    services.end_membership(membership_id=pk, actor=request.actor)
    messages.success(request, _("%(name)s er ikke længere med.") % {"name": name})
    return redirect("organisations:members")


@requires(Permission.MEMBERS_MANAGE)
@require_POST
def confirm_identity(request: ActorRequest, pk: int) -> HttpResponse:
    membership = services.confirm_identity(membership_id=pk, actor=request.actor)
    messages.success(
        request, _("Du har bekræftet, hvem %(name)s er.") % {"name": membership.user.name}
    )
    return redirect("organisations:member", pk=pk)


@requires(Permission.MEMBERS_MANAGE)
@require_POST
def reset_second_factor(request: ActorRequest, pk: int) -> HttpResponse:
    services.reset_second_factor(membership_id=pk, actor=request.actor)
    messages.success(request, _("To-faktor er nulstillet. Bekræft igen, hvem personen er."))
    return redirect("organisations:member", pk=pk)


# --- invitations ------------------------------------------------------------------------------
@requires(Permission.MEMBERS_MANAGE)
@require_POST
def renew_invitation(request: ActorRequest, pk: int) -> HttpResponse:
    row = services.renew_invitation(invitation_id=pk, actor=request.actor)
    messages.success(request, _("Invitationen er sendt igen til %(email)s.") % {"email": row.email})
    return redirect("organisations:members")


@requires(Permission.MEMBERS_MANAGE)
@require_POST
def withdraw_invitation(request: ActorRequest, pk: int) -> HttpResponse:
    services.withdraw_invitation(invitation_id=pk, actor=request.actor)
    messages.success(request, _("Invitationen er trukket tilbage."))
    return redirect("organisations:members")


@public
@never_cache
@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows who asks; only the button joins. A dead link is a page that says what to do."""
    actor = cast(ActorRequest, request).actor
    try:
        row = find_open(token)
    except NotFound as error:
        return render(
            request, "organisations/invitation_gone.html", {"message": error.message}, status=404
        )
    known = User.objects.filter(email__iexact=row.email).exists()
    mine = actor.is_user and request.user.email.lower() == row.email.lower()  # type: ignore[union-attr]
    form = AcceptForm(request.POST if request.method == "POST" else None, invitation=row)
    if request.method == "POST" and (mine or form.is_valid()):
        password = "" if mine else form.cleaned_data["password1"]
        user = services.accept_invitation(token=token, actor=actor, password=password)
        # A new key: what this browser may do has changed. The level is what it has shown.
        sessions.open_after_invitation(request, user, new=not mine)
        request.session[SESSION_ORGANISATION] = row.organisation_id
        messages.success(request, _("Velkommen til %(name)s.") % {"name": row.organisation.name})
        return redirect("organisations:start")
    context = {
        "form": form,
        "invitation": row,
        "roles": role_names(row.roles),
        "known": known,
        "mine": mine,
        "stranger": actor.is_user and not mine,
    }
    status = 422 if request.method == "POST" and form.errors else 200
    return render(request, "organisations/invitation.html", context, status=status)
