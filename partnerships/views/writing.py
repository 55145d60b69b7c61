"""All parties write in the same document: one section at a time, or a suggestion to it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from partnerships import services
from partnerships.amended_parties import staying
from partnerships.editor import Desk, Pen
from partnerships.facts import Change, Facts, changes, clean, read
from partnerships.models import (
    Agreement,
    Amendment,
    Clause,
    SectionKey,
)
from partnerships.page import load_agreement, trail_of
from partnerships.permissions import require_may
from partnerships.selectors import party_of
from partnerships.services import drafts as own_drafts
from partnerships.workflow import WRITABLE
from portal.access.decorators import ActorRequest, requires
from portal.access.permissions import Permission
from portal.common import drafts
from portal.common.errors import InvalidInput, NotFound, WrongState

_WAYS = ["GET", "HEAD", "POST"]


def to_section(pk: UUID, key: str) -> HttpResponse:
    answer = redirect("partnerships:detail", pk)
    answer["Location"] += f"#{key}"
    return answer


@requires(Permission.AGREEMENT_WRITE)
@require_http_methods(_WAYS)
def section_edit(request: ActorRequest, pk: UUID, key: str) -> HttpResponse:
    """The own part of a section. With `?tillaeg=` the section as an amendment shall make it."""
    return _Writing(request, pk, key).answer()


@requires(Permission.AGREEMENT_WRITE)
@require_http_methods(_WAYS)
def section_suggest(request: ActorRequest, pk: UUID, key: str) -> HttpResponse:
    """Another wording of any part, with a reason; its owner takes it in or leaves it."""
    return _Writing(request, pk, key, is_suggestion=True).answer()


@requires(Permission.AGREEMENT_WRITE)
@require_POST
def save_draft(request: ActorRequest, pk: UUID, key: str) -> HttpResponse:
    """Called while typing; answers the sentence to show."""
    return _Writing(request, pk, key, is_suggestion="forslag" in request.GET).keep()


@requires(Permission.AGREEMENT_WRITE)
@require_POST
def discard_draft(request: ActorRequest, pk: UUID, key: str) -> HttpResponse:
    agreement = load_agreement(request.actor, pk)
    wanted = request.GET.get("tillaeg", "")
    row = next((one for one in agreement.amendments.all() if str(one.pk) == wanted), None)
    if wanted and row is None:
        raise NotFound()
    own_drafts.discard_section_draft(
        agreement_id=agreement.pk,
        amendment_id=row.pk if row else None,
        key=key,
        is_suggestion="forslag" in request.GET,
        actor=request.actor,
    )
    messages.success(request, _("Kladden er slettet."))
    return to_section(pk, key)


class _Writing:
    """One section on one writer's desk, from opening it to saving it."""

    def __init__(
        self, request: ActorRequest, pk: UUID, key: str, *, is_suggestion: bool = False
    ) -> None:
        self.request, self.key, self.is_suggestion = request, key, is_suggestion
        self.agreement: Agreement = load_agreement(request.actor, pk)
        require_may(request.actor, Permission.AGREEMENT_WRITE, self.agreement)
        self.amendment = self._amendment()
        self.section = next(row for row in self.agreement.sections.all() if row.key == key)
        self.status = 200
        self.conflict: list[Change] = []

    def _amendment(self) -> Amendment | None:
        wanted = self.request.GET.get("tillaeg", "")
        if not wanted or self.is_suggestion:
            return None
        found = next(
            (row for row in self.agreement.amendments.all() if str(row.pk) == wanted), None
        )
        if found is None or found.state != Amendment.State.DRAFT:
            raise NotFound()
        return found

    @property
    def _own_draft(self) -> dict[str, Any]:
        return {
            "agreement_id": self.agreement.pk,
            "key": self.key,
            "amendment_id": self.amendment.pk if self.amendment else None,
            "is_suggestion": self.is_suggestion,
            "actor": self.request.actor,
        }

    def _now(self) -> Facts:
        if self.amendment is not None and self.key in self.amendment.after:
            facts: Facts = self.amendment.after[self.key]
            return facts
        return read(self.agreement, self.key)

    @property
    def _version(self) -> int:
        """An amendment counts its own: the section itself is locked meanwhile."""
        if self.amendment is not None:
            return self.amendment.version_of(self.key)
        return self.section.version

    def _desk(self, typed: drafts.Typed | None) -> Desk:
        party = party_of(self.agreement, self.request.actor)
        assert party is not None  # noqa: S101 - `require_may` found it
        amendment = self.amendment
        pen = Pen(
            party,
            everything=self.is_suggestion,
            staying=staying(self.agreement, amendment) if amendment is not None else None,
        )
        return Desk(
            self.agreement,
            self.key,
            now=self._now(),
            version=self._version,
            pen=pen,
            typed=typed,
            more={"text": _reason()} if self.is_suggestion else None,
        )

    def _posted(self) -> drafts.Typed:
        ours = {"csrfmiddlewaretoken", "add", "take", "take-clause"}
        return {
            name: [str(value) for value in values]
            for name, values in self.request.POST.lists()
            if name not in ours
        }

    # --- answers ------------------------------------------------------------------------------
    def answer(self) -> HttpResponse:
        if self.amendment is None and self.agreement.status not in WRITABLE:
            messages.info(
                self.request,
                _("Teksten er låst, når aftalen er »%(state)s«.")
                % {"state": self.agreement.get_status_display()},
            )
            return to_section(self.agreement.pk, self.key)
        if self.request.method == "POST":
            return self._post()
        draft = own_drafts.load_section_draft(**self._own_draft)
        desk = self._desk(draft.data if draft else None)
        if not desk.is_closed:
            return self._page(desk, draft)
        if self.amendment is None:
            return redirect("partnerships:section-suggest", self.agreement.pk, self.key)
        messages.info(
            self.request,
            _("»%(section)s« skriver %(who)s. Bed dem om at rette det i tillægget.")
            % {
                "section": SectionKey(self.key).label,
                "who": desk.choosing.name_of(desk.section.owner),
            },
        )
        return self._to_amendment(self.amendment)

    def _post(self) -> HttpResponse:
        desk = self._desk(self._posted())
        if "add" in self.request.POST:
            desk.add_row(self.request.POST["add"])
            return self._page(desk)
        if "take" in self.request.POST:
            self._take_clauses(desk)
            return self._page(desk)
        if self._save(desk):
            own_drafts.discard_section_draft(**self._own_draft)
            messages.success(self.request, self._done())
            if self.amendment is not None:
                return self._to_amendment(self.amendment)
            return to_section(self.agreement.pk, self.key)
        return self._page(desk)

    def _to_amendment(self, row: Amendment) -> HttpResponse:
        return redirect("partnerships:amendment", self.agreement.pk, row.pk)

    def keep(self) -> HttpResponse:
        posted = self._posted()
        desk = self._desk(posted)

        def keep(typed: drafts.Typed) -> datetime:
            return own_drafts.save_section_draft(data=typed, **self._own_draft).saved_at

        return drafts.answer_autosave(self.request.POST, desk.names, keep)

    def _done(self) -> str:
        if self.is_suggestion:
            return _(
                "Forslaget er sendt. Den, der skriver afsnittet, tager det ind eller lader det."
            )
        return _("»%(section)s« er gemt.") % {"section": SectionKey(self.key).label}

    def _take_clauses(self, desk: Desk) -> None:
        wanted = self.request.POST.getlist("take-clause")
        for clause in self._library():
            if str(clause.pk) in wanted:
                row = {"kind": clause.kind, "title": clause.title, "text": clause.text}
                desk.add_row("clauses", {"id": "", "clause": str(clause.pk), **row})

    def _library(self) -> list[Clause]:
        if self.key != SectionKey.CLAUSES:
            return []
        taken = {row.clause_id for row in self.agreement.clauses.all()}
        rows = Clause.objects.visible_to(self.request.actor).in_use().select_related("owner")
        kind = self.agreement.kind
        offered = [row for row in rows if row.pk not in taken]
        return sorted(offered, key=lambda row: bool(row.kinds) and kind not in row.kinds)

    # --- saving -------------------------------------------------------------------------------
    def _save(self, desk: Desk) -> bool:
        """Whether it was saved; else the sentences are on the form, and nothing is lost."""
        facts = desk.facts()
        if desk.errors:
            self._refuse(desk, desk.errors | self._other_errors(facts))
            return False
        try:
            self._write(desk, facts)
        except services.ChangedMeanwhile as error:
            self._meet(desk, error)
        except InvalidInput as error:
            self._refuse(desk, error.errors)
            if not error.errors:
                desk.form.add_error(None, error.message)
        except (services.NotYours, WrongState) as error:
            self._refuse(desk, {})
            self.status = 409 if isinstance(error, WrongState) else 422
            desk.form.add_error(None, error.message)
        else:
            return True
        return False

    def _write(self, desk: Desk, facts: Facts) -> None:
        named: dict[str, Any] = {
            "agreement_id": self.agreement.pk,
            "key": self.key,
            "facts": facts,
            "actor": self.request.actor,
        }
        if self.amendment is not None:
            services.save_amended_section(
                amendment_id=self.amendment.pk, version=desk.typed_version, **named
            )
        elif self.is_suggestion:
            reason = self.request.POST.get("text", "")
            services.suggest_change(text=reason, version=desk.typed_version, **named)
        else:
            services.save_section(version=desk.typed_version, **named)

    def _other_errors(self, facts: Facts) -> dict[str, str]:
        try:
            clean(self.key, facts, self.agreement)
        except InvalidInput as error:
            return error.errors
        return {}

    def _refuse(self, desk: Desk, errors: dict[str, str]) -> None:
        self.status = 422
        desk.show_errors(errors)

    def _meet(self, desk: Desk, error: services.ChangedMeanwhile) -> None:
        """Both versions side by side; saved once more, the writer's words replace the other's."""
        self.status = 409
        desk.begin_again_on(error.now, error.version)
        facts = desk.facts()
        try:
            mine = clean(self.key, facts, self.agreement)
        except InvalidInput as refused:
            desk.show_errors(refused.errors)
        else:
            self.conflict = changes(self.key, error.now, mine)
        desk.form.add_error(None, error.message)

    # --- the page -----------------------------------------------------------------------------
    def _page(self, desk: Desk, draft: Any = None) -> HttpResponse:
        suffix = "?forslag" if self.is_suggestion else ""
        if self.amendment is not None:
            suffix = f"?tillaeg={self.amendment.pk}"
        suggests = self.is_suggestion or self.amendment is not None
        context = {
            "agreement": self.agreement,
            "desk": desk,
            "section": self.section,
            "label": SectionKey(self.key).label,
            "is_suggestion": self.is_suggestion,
            "amendment": self.amendment,
            "conflict": self.conflict,
            "draft": draft,
            "is_old_draft": draft is not None and desk.typed_version != self._version,
            "draft_url": self._address("section-draft") + suffix,
            "discard_url": self._address("section-draft-discard") + suffix,
            "suggest_url": "" if suggests else self._address("section-suggest"),
            "back_url": self._back,
            "trail": trail_of(self.agreement, str(SectionKey(self.key).label)),
            "here": self.request.get_full_path(),
            "library": self._library(),
        }
        return render(self.request, "partnerships/section_edit.html", context, status=self.status)

    @property
    def _back(self) -> str:
        if self.amendment is not None:
            return reverse("partnerships:amendment", args=[self.agreement.pk, self.amendment.pk])
        return f"{reverse('partnerships:detail', args=[self.agreement.pk])}#{self.key}"

    def _address(self, name: str) -> str:
        return reverse(f"partnerships:{name}", args=[self.agreement.pk, self.key])


def _reason() -> forms.CharField:
    return forms.CharField(
        label=_("Hvorfor foreslår I det?"), widget=forms.Textarea(attrs={"rows": 3})
    )
