"""The page of one agreement, put together for one reader."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from partnerships.actions import Action, actions_of
from partnerships.facts import SECTIONS, Change, changes, read
from partnerships.facts.owners import Owner, belongs_to, column_owner
from partnerships.guards import Missing, missing_for_review
from partnerships.models import (
    Agreement,
    AgreementSection,
    AgreementState,
    Document,
    SectionComment,
    SectionKey,
    Side,
)
from partnerships.page import contents
from partnerships.page.life import steps_of
from partnerships.page.states import State, approvers, is_writable, state_of
from partnerships.page.tasks import Tasks, tasks_of
from partnerships.page.turn import Turn, turn_of
from partnerships.permissions import may, may_look_at_data
from partnerships.selectors import party_of
from partnerships.services.filing import may_file_in
from partnerships.services.writing import foreign_changes
from partnerships.workflow import RUNNING
from portal.access.actor import Actor
from portal.access.permissions import Permission

_LEAST_SHOWN = 5  # a smaller count of referrals could point at a person


@dataclass
class Suggestion:
    comment: SectionComment
    diff: list[Change]
    is_stale: bool
    may_take: bool
    may_answer: bool


@dataclass
class ShownSection:
    key: str
    label: str
    section: AgreementSection
    state: State
    writer: str = ""
    writer_of: str = ""
    writer_side: str = ""
    content: Any = None
    missing: list[Missing] = field(default_factory=list)
    comments: list[SectionComment] = field(default_factory=list)
    suggestions: list[Suggestion] = field(default_factory=list)
    said: int = 0
    may_edit: bool = False
    may_suggest: bool = False
    may_approve: bool = False
    agreed: list[str] = field(default_factory=list)

    @property
    def told_missing(self) -> list[Missing]:
        """A question without an answer is said in its own row."""
        return [row for row in self.missing if not row.question]

    @property
    def asks_me(self) -> bool:
        return any(row.may_answer for row in self.suggestions)

    @property
    def waits_for_me(self) -> bool:
        return self.may_approve and not self.missing and self.state.is_mine


class AgreementPage:
    """Everything that the templates show; they decide nothing."""

    def __init__(self, agreement: Agreement, actor: Actor) -> None:
        self.agreement, self.actor = agreement, actor
        self.parties = [row for row in agreement.parties.all() if row.left_on is None]
        self.party = party_of(agreement, actor)
        self.may_write = (
            self.party is not None
            and is_writable(agreement)
            and may(actor, Permission.AGREEMENT_WRITE, agreement)
        )
        self.actions: dict[str, Action] = actions_of(agreement, actor)
        self.may_record = agreement.status in RUNNING and may(
            actor, Permission.AGREEMENT_WRITE, agreement
        )

    # --- the head -----------------------------------------------------------------------------
    @property
    def trail(self) -> list[dict[str, str]]:
        return trail_of(self.agreement)

    @property
    def period(self) -> str:
        return contents.period_of(self.agreement)

    @property
    def notice(self) -> str:
        return contents.notice_of(self.agreement)

    @cached_property
    def turn(self) -> Turn | None:
        return turn_of(self)

    @property
    def main(self) -> Action | None:
        """The one filled button of the head, where the strip below it has none."""
        return self.actions.get("amend")

    @property
    def more_actions(self) -> list[Action]:
        shown = {self.main.verb if self.main else "", self._turn_verb}
        return [action for verb, action in self.actions.items() if verb not in shown]

    @property
    def _turn_verb(self) -> str:
        return self.turn.action.verb if self.turn and self.turn.action else ""

    # --- what is missing ----------------------------------------------------------------------
    @cached_property
    def missing(self) -> list[Missing]:
        """Before it is signed; in an idea nothing is asked for yet."""
        before = (AgreementState.DRAFT, AgreementState.INTERNAL_REVIEW, AgreementState.NEGOTIATION)
        return missing_for_review(self.agreement) if self.agreement.status in before else []

    def is_mine(self, row: Missing) -> bool:
        party = self.party
        return party is not None and belongs_to(
            row.owner, side=party.side, slug=party.organisation.slug
        )

    def writers_of(self, missing: Sequence[Missing]) -> str:
        names = [
            row.organisation.name
            for row in self.parties
            if any(
                belongs_to(one.owner, side=row.side, slug=row.organisation.slug) for one in missing
            )
            and row != self.party
        ]
        return ", ".join(names) or _("den anden part")

    # --- the sections -------------------------------------------------------------------------
    @cached_property
    def sections(self) -> list[ShownSection]:
        rows = {row.key: row for row in self.agreement.sections.all()}
        return [self._section(rows[key]) for key in SECTIONS]

    def section(self, key: str) -> ShownSection:
        return next(one for one in self.sections if one.key == key)

    def _section(self, row: AgreementSection) -> ShownSection:
        missing = [one for one in self.missing if one.section == row.key]
        suggestions = self._suggestions(row)
        asked = [one.comment for one in suggestions if one.may_answer]
        agreed = approvers(row)
        party = self.party
        return ShownSection(
            key=row.key,
            label=str(SectionKey(row.key).label),
            section=row,
            state=state_of(
                self.agreement,
                row,
                parties=self.parties,
                mine=party if self.may_write else None,
                missing=missing,
                asked=asked,
            ),
            writer=row.changed_by_name,
            writer_of=row.changed_by_party.organisation.name if row.changed_by_party else "",
            writer_side=row.changed_by_party.side if row.changed_by_party else "",
            content=self._content(row.key),
            missing=missing,
            comments=[one for one in row.comments.all() if _is_open(one, "comment")],
            suggestions=suggestions,
            said=len(row.comments.all()),
            may_edit=self.may_write and self._owns_some(row.key),
            may_suggest=self.may_write,
            may_approve=self.may_write and party is not None and party.pk not in agreed,
            agreed=[one.organisation.name for one in self.parties if one.pk in agreed],
        )

    def _owns_some(self, key: str) -> bool:
        section = SECTIONS[key]
        owners: list[Owner] = [column_owner(section, column) for column in section.columns]
        owners += [section.owner for _part in section.parts]
        return any(self._owns(owner) for owner in owners)

    def _owns(self, owner: Owner) -> bool:
        party = self.party
        return party is not None and belongs_to(
            owner, side=party.side, slug=party.organisation.slug
        )

    def _suggestions(self, row: AgreementSection) -> list[Suggestion]:
        found = [one for one in row.comments.all() if _is_open(one, "suggestion")]
        if not found:
            return []
        now = read(self.agreement, row.key)
        return [self._suggestion(one, row, now) for one in found]

    def _suggestion(
        self, comment: SectionComment, row: AgreementSection, now: dict[str, Any]
    ) -> Suggestion:
        diff = changes(row.key, now, comment.facts or {})
        stale = comment.base_version != row.version
        own = self.party is not None and comment.party_id == self.party.pk
        owns_all = self.party is not None and not foreign_changes(diff, self.party)
        return Suggestion(
            comment,
            diff,
            is_stale=stale,
            may_take=self.may_write and owns_all and not stale,
            may_answer=self.may_write and not own and (owns_all or stale),
        )

    def _content(self, key: str) -> Any:
        agreement = self.agreement
        made: dict[str, Callable[[], Any]] = {
            "purpose": lambda: contents.purpose_of(agreement),
            "parties": lambda: contents.parties_of(agreement, self.parties),
            "frame": lambda: contents.frame_of(agreement, self.parties),
            "goals": lambda: contents.goals_of(agreement),
            "activities": lambda: contents.activities_of(agreement),
            "budget": lambda: contents.budget_of(agreement),
            "volunteers": lambda: contents.volunteers_of(agreement),
            "governance": lambda: contents.governance_of(agreement),
            "risks": lambda: list(agreement.risks.all()),
            "clauses": lambda: list(agreement.clauses.all()),
        }
        return made[key]()

    @property
    def may_approve_all(self) -> bool:
        """One click for the whole document, once nothing is missing and somebody else wrote."""
        waiting = [one for one in self.sections if one.may_approve]
        return (
            self.agreement.status == AgreementState.NEGOTIATION
            and len(waiting) > 1
            and not self.missing
        )

    # --- beside it ----------------------------------------------------------------------------
    @cached_property
    def steps(self) -> list[dict[str, str]]:
        return steps_of(self.agreement, self.parties)

    @cached_property
    def related(self) -> list[dict[str, str]]:
        return [*self._related_offers(), *self._related_reports(), *self._related_agreements()]

    def _related_offers(self) -> list[dict[str, str]]:
        rows = []
        for link in self.agreement.linked_offers.all():
            offer = link.offer
            answered = offer.answers_counted
            words = _("Tilbud fra %(who)s") % {"who": offer.organisation.name}
            if answered >= _LEAST_SHOWN:
                words = _("Tilbud, %(n)s besvarede henvisninger") % {"n": answered}
            seen = offer.status == "published"
            url = reverse("offers:detail", args=[offer.slug]) if seen else ""
            rows.append({"title": offer.title, "url": url, "sub": words})
        return rows

    def _related_reports(self) -> list[dict[str, str]]:
        return [
            {
                "title": row.title,
                "url": reverse("partnerships:report-detail", args=[row.pk]),
                "sub": row.get_state_display(),
            }
            for row in self.agreement.status_reports.all()
        ]

    def _related_agreements(self) -> list[dict[str, str]]:
        agreement = self.agreement
        named = ((agreement.parent_id, _("Rammeaftale")), (agreement.renews_id, _("Fornyer")))
        above = {pk: words for pk, words in named if pk is not None}
        rows = Agreement.objects.visible_to(self.actor).filter(pk__in=list(above)) if above else []
        found = [(row, above[row.pk]) for row in rows]
        found += [(row, _("Under denne rammeaftale")) for row in agreement.seen_children]  # type: ignore[attr-defined]
        found += [(row, _("Fornyelse")) for row in agreement.renewals.all()]
        linked = [
            {
                "title": row.title,
                "url": reverse("partnerships:detail", args=[row.pk]),
                "sub": f"{words}, {row.number}",
            }
            for row, words in found
        ]
        guides = [
            {
                "title": row.title,
                "url": reverse("partnerships:guide-detail", args=[row.pk]),
                "sub": _("Beslutningsguide"),
            }
            for row in agreement.assessments.all()
        ]
        return [*linked, *guides]

    @property
    def links(self) -> list[dict[str, str]]:
        """Pages that change what the agreement belongs with."""
        agreement, found = self.agreement, []
        if may(self.actor, Permission.AGREEMENT_WRITE, agreement):
            if agreement.is_before_signature or agreement.is_in_force:
                found.append(("partnerships:offers", _("Vælg tilbud under aftalen")))
            if is_writable(agreement):
                found.append(("partnerships:parties", _("Tilføj eller fjern en part")))
                found.append(("partnerships:frame", _("Vælg rammeaftale")))
        if agreement.status == AgreementState.NEGOTIATION and may(
            self.actor, Permission.AGREEMENT_STEER, agreement
        ):
            found.append(("partnerships:ask-review", _("Bed om endnu en gennemgang")))
        if (
            agreement.status in RUNNING
            and agreement.shares_personal_data
            and may_look_at_data(self.actor, agreement)
        ):
            found.append(("partnerships:data-review", _("Se på databeskyttelsen")))
        if not agreement.is_before_signature:
            found.append(("partnerships:report-list", _("Statusrapporter")))
            found.append(("partnerships:publish", _("Vis aftalen offentligt")))
        return [
            {"url": reverse(name, args=[agreement.pk]), "label": label} for name, label in found
        ]

    @cached_property
    def tasks(self) -> Tasks:
        return tasks_of(self.agreement, self.actor)

    @property
    def figures_url(self) -> str:
        return reverse("partnerships:figure-list", args=[self.agreement.pk])

    @property
    def amendments(self) -> list[dict[str, Any]]:
        return [
            {"row": row, "url": reverse("partnerships:amendment", args=[self.agreement.pk, row.pk])}
            for row in self.agreement.amendments.all()
        ]

    @cached_property
    def documents(self) -> list[dict[str, Any]]:
        """Newest first. `renew_url` leads to a new version of an own file."""
        newest: dict[tuple[str, str], int] = {}
        for row in self.agreement.documents.all():
            key = (row.kind, row.title)
            newest[key] = max(newest.get(key, 0), row.version)
        return [
            {
                "row": row,
                "url": reverse("partnerships:document", args=[self.agreement.pk, row.pk]),
                "name": row.title if row.kind in Document.LAID_IN else row.get_kind_display(),
                "renew_url": f"{self.file_url}?udgave={row.pk}"
                if self.file_url
                and row.kind in Document.LAID_IN
                and row.belongs_to(self.actor.organisation_id)
                and row.version == newest[row.kind, row.title]
                else "",
            }
            for row in self.agreement.documents.all()
        ]

    @cached_property
    def file_url(self) -> str:
        """Where a document is laid in, for those who may now."""
        agreement = self.agreement
        if not may_file_in(agreement):
            return ""
        if not may(self.actor, Permission.AGREEMENT_WRITE, agreement):
            return ""
        return reverse("partnerships:document-create", args=[agreement.pk])

    @property
    def is_association(self) -> bool:
        return self.party is not None and self.party.side == Side.ASSOCIATION


def _is_open(row: SectionComment, kind: str) -> bool:
    return row.outcome == SectionComment.Outcome.OPEN and row.kind == kind


def trail_of(agreement: Agreement, here: str = "") -> list[dict[str, str]]:
    """The way back: the list, the agreement, and this page."""
    trail = [{"label": _("Aftaler"), "url": reverse("partnerships:list")}]
    if not here:
        return [*trail, {"label": agreement.number, "url": ""}]
    one = {"label": agreement.number, "url": reverse("partnerships:detail", args=[agreement.pk])}
    return [*trail, one, {"label": here, "url": ""}]


def page_of(agreement: Agreement, actor: Actor) -> AgreementPage:
    return AgreementPage(agreement, actor)
