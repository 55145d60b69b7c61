from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organisations import services
from organisations.forms.people import HandlerForm
from organisations.models import NamedHandler, TermsAcceptance
from organisations.terms_texts import CURRENT_VERSION
from organisations.terms_texts import terms as terms_text
from portal.access.decorators import ActorRequest, requires
from portal.access.permissions import Permission
from portal.common.errors import InvalidInput
from portal.common.phones import mask_phone


@requires(Permission.TERMS_ACCEPT)
@require_safe
def terms(request: ActorRequest) -> HttpResponse:
    """The terms, whether they have been accepted, and who answers under them."""
    accepted = (
        TermsAcceptance.objects.filter(
            organisation_id=request.actor.organisation_id, version=CURRENT_VERSION
        )
        .select_related("accepted_by")
        .first()
    )
    handlers = NamedHandler.objects.visible_to(request.actor).in_turn()
    context = {
        "terms": terms_text(),
        "accepted": accepted,
        "handlers": [{"row": row, "phone": mask_phone(row.phone)} for row in handlers],
    }
    return render(request, "organisations/terms.html", context)


@requires(Permission.TERMS_ACCEPT)
@require_POST
def accept(request: ActorRequest) -> HttpResponse:
    services.accept_terms(version=request.POST.get("version", ""), actor=request.actor)
    messages.success(request, _("I har sagt ja til vilkårene. Skriv nu på, hvem der tager imod."))
    return redirect("organisations:terms")


@requires(Permission.TERMS_ACCEPT)
@require_http_methods(["GET", "HEAD", "POST"])
def name_handler(request: ActorRequest) -> HttpResponse:
    form = HandlerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            handler = services.name_handler(**form.cleaned_data, actor=request.actor)
        except InvalidInput as error:
            for field, sentence in error.errors.items():
                form.add_error(field, sentence)
        else:
            messages.success(request, _("%(name)s står nu på listen.") % {"name": handler.name})
            return redirect("organisations:terms")
    return render(
        request,
        "organisations/name_handler.html",
        {"form": form},
        status=422 if form.errors else 200,
    )


@requires(Permission.TERMS_ACCEPT)
@require_POST
def end_handler(request: ActorRequest, pk: int) -> HttpResponse:
    handler = services.end_handler(handler_id=pk, actor=request.actor)
    messages.success(request, _("%(name)s står ikke længere på listen.") % {"name": handler.name})
    return redirect("organisations:terms")
