"""What the parties say of a section: comments, answers to suggestions, and yes."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from partnerships import services
from partnerships.forms.comments import CommentForm
from partnerships.models import SectionComment, SectionKey
from partnerships.page import load_agreement, page_of, trail_of
from partnerships.views.writing import to_section
from portal.access.decorators import ActorRequest, requires
from portal.access.permissions import Permission
from portal.common.errors import InvalidInput, NotFound, WrongState


@requires(Permission.AGREEMENT_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def section(request: ActorRequest, pk: UUID, key: str) -> HttpResponse:
    """One section with all that was said of it, and a new comment."""
    agreement = load_agreement(request.actor, pk)
    form = CommentForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.comment_on_section(
                agreement_id=pk, key=key, text=form.cleaned_data["text"], actor=request.actor
            )
        except InvalidInput as error:
            form.take_errors(error.errors)
        else:
            messages.success(request, _("Kommentaren er sendt til de andre parter."))
            return redirect("partnerships:section", pk, key)
    page = page_of(agreement, request.actor)
    shown = page.section(key)
    context = {
        "page": page,
        "trail": trail_of(agreement, shown.label),
        "shown": shown,
        "form": form,
        "said": [row for row in shown.section.comments.all() if row.outcome != "open"],
    }
    status = 422 if form.is_bound else 200
    return render(request, "partnerships/section.html", context, status=status)


@requires(Permission.AGREEMENT_WRITE)
@require_POST
def comment_answer(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Take a suggestion in, leave it, or settle a comment."""
    rows = SectionComment.objects.visible_to(request.actor).select_related("section")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound()
    found = row.section
    words = {
        "taken": _("Forslaget er taget ind."),
        "left": _("Forslaget er ikke taget ind."),
        "settled": _("Kommentaren er afklaret."),
    }
    outcome = request.POST.get("outcome", "")

    def act() -> None:
        services.answer_comment(
            agreement_id=found.agreement_id, comment_id=pk, outcome=outcome, actor=request.actor
        )

    return _done(request, act, words.get(outcome, ""), found.agreement_id, found.key)


# --- saying yes -------------------------------------------------------------------------------
@requires(Permission.AGREEMENT_WRITE)
@require_POST
def section_approve(request: ActorRequest, pk: UUID, key: str) -> HttpResponse:
    """Say yes to the version that was read."""

    def act() -> None:
        services.approve_section(
            agreement_id=pk, key=key, version=_version(request, "version"), actor=request.actor
        )

    words = _("I har godkendt »%(section)s«.") % {"section": SectionKey(key).label}
    return _done(request, act, words, pk, key)


@requires(Permission.AGREEMENT_WRITE)
@require_POST
def approve_all(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Say yes to the whole document, each section in the version that was on the page."""

    def act() -> None:
        services.approve_all_sections(
            agreement_id=pk,
            versions={key: _version(request, key) for key in SectionKey.values},
            actor=request.actor,
        )

    return _done(request, act, _("I har godkendt hele teksten."), pk, "")


def _version(request: ActorRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isdigit() and len(text) < 9 else -1


def _done(
    request: ActorRequest, act: Callable[[], None], words: str, pk: UUID, key: str
) -> HttpResponse:
    """Somebody was quicker: the page shows what stands now, and says so."""
    try:
        act()
    except services.ChangedMeanwhile as error:
        sentence = _("%(who)s har rettet afsnittet imens. Læs det igen.")
        messages.warning(request, sentence % {"who": error.who or _("En anden")})
    except WrongState as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, words)
    return to_section(pk, key)
