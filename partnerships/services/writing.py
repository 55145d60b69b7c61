"""All parties write in the same document: sections, approvals, comments and suggestions."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from partnerships import notifications
from partnerships.facts import Facts, changes, clean, read, write
from partnerships.facts.changes import Change
from partnerships.facts.owners import belongs_to
from partnerships.models import (
    Agreement,
    AgreementChange,
    AgreementParty,
    AgreementSection,
    SectionApproval,
    SectionComment,
    SectionKey,
)
from partnerships.permissions import require_may
from partnerships.selectors import is_owner_above, party_of
from partnerships.services.mover import lock_agreement
from partnerships.workflow import WRITABLE
from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.audit import trail
from portal.common import clock
from portal.common.cpr import refuse_cpr
from portal.common.errors import DomainError, InvalidInput, NotAllowed, NotFound, WrongState
from portal.common.text import clean_text


class ChangedMeanwhile(DomainError):
    """Somebody else has saved the section since it was opened. `now` is what it says now."""

    status = 409

    def __init__(self, now: Facts, version: int, who: str) -> None:
        super().__init__(
            _("%(who)s har rettet afsnittet imens. Se begge udgaver, og gem igen.")
            % {"who": who or _("En anden")}
        )
        self.now, self.version, self.who = now, version, who


class NotYours(NotAllowed):
    """The other side's part was changed."""

    def __init__(self, found: list[Change], *, in_amendment: bool = False) -> None:
        sentence = (
            _("Den del skriver den anden part: %(labels)s. Bed dem om at rette den i tillægget.")
            if in_amendment
            else _("Den del skriver den anden part: %(labels)s. Lav et forslag i stedet.")
        )
        super().__init__(sentence % {"labels": ", ".join(row.label for row in found)})


def writer_of(agreement: Agreement, actor: Actor) -> AgreementParty:
    """The party that the actor writes for. Raises `NotAllowed`."""
    require_may(actor, Permission.AGREEMENT_WRITE, agreement)
    party = party_of(agreement, actor)
    assert party is not None  # noqa: S101 - `require_may` found it
    return party


def _refuse_unless_writable(agreement: Agreement) -> None:
    if agreement.status not in WRITABLE:
        raise WrongState(
            _(
                "Teksten er låst, når aftalen er »%(state)s«. "
                "Brug et tillæg, når den er underskrevet."
            )
            % {"state": agreement.get_status_display()}
        )


def _section(agreement: Agreement, key: str) -> AgreementSection:
    if key not in SectionKey.values:
        raise NotFound()
    return AgreementSection.objects.select_for_update().get(agreement=agreement, key=key)


def foreign_changes(found: list[Change], party: AgreementParty) -> list[Change]:
    """Those that belong to the other side, or to another party."""
    return [
        row
        for row in found
        if not all(
            belongs_to(owner, side=party.side, slug=party.organisation.slug) for owner in row.owners
        )
    ]


def refuse_foreign(
    found: list[Change], party: AgreementParty, *, in_amendment: bool = False
) -> None:
    """Raises `NotYours`."""
    foreign = foreign_changes(found, party)
    if foreign:
        raise NotYours(foreign, in_amendment=in_amendment)


@transaction.atomic
def save_section(
    *, agreement_id: UUID, key: str, facts: Mapping[str, Any], version: int, actor: Actor
) -> AgreementSection:
    """Write one section. What changed is logged fact by fact; earlier approvals no longer count,
    and the writer's party has approved what it wrote.

    Raises `NotFound`, `NotAllowed`, `NotYours` (the other side's part), `WrongState` (locked),
    `InvalidInput` (one sentence a fact), `ChangedMeanwhile` (`version` is not the newest).
    """
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    party = writer_of(agreement, actor)
    _refuse_unless_writable(agreement)
    section = _section(agreement, key)
    before = read(agreement, key)
    if section.version != version:
        raise ChangedMeanwhile(before, section.version, section.changed_by_name)
    after = clean(key, facts, agreement)
    found = changes(key, before, after)
    refuse_foreign(found, party)
    if found:
        put_section(agreement, section, after, found, actor, party)
    return section


def put_section(
    agreement: Agreement,
    section: AgreementSection,
    after: Facts,
    found: list[Change],
    actor: Actor,
    party: AgreementParty | None,
) -> None:
    """Write checked facts, with log, version and audit. The caller holds the locks."""
    now = clock.now()
    agreement.updated_at = now
    write(agreement, section.key, after)
    section.version += 1
    section.changed_at, section.changed_by_id = now, actor.user_id
    section.changed_by_name, section.changed_by_party = actor.name, party
    section.save()
    AgreementChange.objects.bulk_create(
        AgreementChange(
            agreement=agreement,
            section=section.key,
            version=section.version,
            label=row.label[:400],
            old=row.old,
            new=row.new,
            at=now,
            user_id=actor.user_id,
            user_name=actor.name,
            organisation_name=actor.organisation_name,
        )
        for row in found
    )
    if party is not None:
        _approve(section, party, actor)
    trail.record(actor, "agreement.write", agreement, section=section.key)


def _approval(section: AgreementSection, party: AgreementParty, actor: Actor) -> SectionApproval:
    return SectionApproval(
        section=section,
        party=party,
        version=section.version,
        at=clock.now(),
        user_id=actor.user_id,
        user_name=actor.name,
    )


def _approve(section: AgreementSection, party: AgreementParty, actor: Actor) -> None:
    SectionApproval.objects.bulk_create(
        [_approval(section, party, actor)],
        update_conflicts=True,
        unique_fields=["section", "party"],
        update_fields=["version", "at", "user_id", "user_name"],
    )


@transaction.atomic
def approve_section(*, agreement_id: UUID, key: str, version: int, actor: Actor) -> None:
    """Say yes to a section as it stands, for the own party. Raises `ChangedMeanwhile` when it is no
    longer the version that was read; a second click changes nothing."""
    _say_yes(agreement_id, {key: version}, actor)


@transaction.atomic
def approve_all_sections(*, agreement_id: UUID, versions: Mapping[str, int], actor: Actor) -> None:
    """Say yes to the whole document as it was read: `versions` are those of the page."""
    _say_yes(agreement_id, {key: versions.get(key, -1) for key in SectionKey.values}, actor)


def _say_yes(agreement_id: UUID, versions: Mapping[str, int], actor: Actor) -> None:
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    party = writer_of(agreement, actor)
    _refuse_unless_writable(agreement)
    rows = agreement.sections.select_for_update().filter(key__in=versions)
    sections = {row.key: row for row in rows}
    if set(sections) != set(versions):
        raise NotFound()
    for key, version in versions.items():
        row = sections[key]
        if row.version != version:
            raise ChangedMeanwhile(read(agreement, key), row.version, row.changed_by_name)
    given = dict(
        SectionApproval.objects.filter(party=party, section__in=rows).values_list(
            "section__key", "version"
        )
    )
    new = [row for row in sections.values() if given.get(row.key) != row.version]
    if not new:
        return
    SectionApproval.objects.bulk_create(
        [_approval(row, party, actor) for row in new],
        update_conflicts=True,
        unique_fields=["section", "party"],
        update_fields=["version", "at", "user_id", "user_name"],
    )
    keys = ",".join(sorted(row.key for row in new))
    trail.record(actor, "agreement.approve_section", agreement, section=keys)


# --- comments and suggestions -----------------------------------------------------------------
def _tidy(text: str, sentence: str) -> str:
    from django.core.exceptions import ValidationError

    text = clean_text(text)
    if not text:
        raise InvalidInput({"text": sentence})
    if len(text) > 2000:
        raise InvalidInput({"text": _("Skriv højst 2.000 tegn. Teksten står her stadig.")})
    try:
        refuse_cpr(text)
    except ValidationError as error:
        raise InvalidInput({"text": " ".join(error.messages)}) from error
    return text


def _take_part(agreement: Agreement, actor: Actor) -> AgreementParty | None:
    """Parties' people comment, and so do the owner above and those asked to review."""
    party = party_of(agreement, actor)
    asked = agreement.reviews.filter(organisation_id=actor.organisation_id).exists()
    if party is None and not asked and not is_owner_above(agreement, actor):
        raise NotAllowed()
    return party


@transaction.atomic
def comment_on_section(*, agreement_id: UUID, key: str, text: str, actor: Actor) -> SectionComment:
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    party = _take_part(agreement, actor)
    text = _tidy(text, _("Skriv, hvad du vil sige om afsnittet."))
    return _say(agreement, _section(agreement, key), party, actor, text=text)


def _say(
    agreement: Agreement,
    section: AgreementSection,
    party: AgreementParty | None,
    actor: Actor,
    *,
    text: str,
    facts: Facts | None = None,
) -> SectionComment:
    row = SectionComment.objects.create(
        section=section,
        party=party,
        kind=SectionComment.Kind.COMMENT if facts is None else SectionComment.Kind.SUGGESTION,
        text=text,
        facts=facts,
        base_version=None if facts is None else section.version,
        at=clock.now(),
        user_id=actor.user_id,
        user_name=actor.name,
        organisation_name=actor.organisation_name,
    )
    trail.record(actor, f"agreement.{row.kind}", agreement, section=section.key)
    notifications.queue_for_comment(row, agreement, actor)
    return row


@transaction.atomic
def suggest_change(
    *,
    agreement_id: UUID,
    key: str,
    facts: Mapping[str, Any],
    text: str,
    actor: Actor,
    version: int | None = None,
) -> SectionComment:
    """Propose another wording of a section, also of the other side's part. Raises `InvalidInput`
    when nothing differs, and `ChangedMeanwhile` when `version` is given and is not the newest."""
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    party = writer_of(agreement, actor)
    _refuse_unless_writable(agreement)
    section = _section(agreement, key)
    if version is not None and section.version != version:
        raise ChangedMeanwhile(read(agreement, key), section.version, section.changed_by_name)
    proposed = clean(key, facts, agreement)
    if not changes(key, read(agreement, key), proposed):
        raise InvalidInput({}, _("Forslaget er det samme, som der står nu. Ret noget først."))
    text = _tidy(text, _("Skriv kort, hvorfor du foreslår det."))
    return _say(agreement, section, party, actor, text=text, facts=proposed)


@transaction.atomic
def answer_comment(
    *, agreement_id: UUID, comment_id: UUID, outcome: str, actor: Actor
) -> SectionComment:
    """Take a suggestion in, leave it, or settle a comment. Who takes it in must own every part that
    it changes, and the section must not have changed since. Raises also `WrongState`."""
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    party = writer_of(agreement, actor)
    row = (
        SectionComment.objects.select_for_update(of=("self",))
        .select_related("section")
        .filter(pk=comment_id, section__agreement=agreement)
        .first()
    )
    if row is None:
        raise NotFound()
    if row.outcome != SectionComment.Outcome.OPEN:
        raise WrongState()
    answers = {
        SectionComment.Kind.COMMENT: {SectionComment.Outcome.SETTLED},
        SectionComment.Kind.SUGGESTION: {
            SectionComment.Outcome.TAKEN,
            SectionComment.Outcome.LEFT,
        },
    }
    if outcome not in answers[SectionComment.Kind(row.kind)]:
        raise InvalidInput({"outcome": _("Vælg et af svarene.")})
    if outcome == SectionComment.Outcome.TAKEN:
        _take_in(agreement, row, party, actor)
    row.outcome = SectionComment.Outcome(outcome)
    row.outcome_at, row.outcome_by_name = clock.now(), actor.name
    row.save(update_fields=["outcome", "outcome_at", "outcome_by_name"])
    trail.record(actor, f"agreement.comment_{outcome}", agreement, section=row.section.key)
    return row


def _take_in(
    agreement: Agreement, row: SectionComment, party: AgreementParty, actor: Actor
) -> None:
    _refuse_unless_writable(agreement)
    section = _section(agreement, row.section.key)
    before = read(agreement, section.key)
    if section.version != row.base_version:
        raise ChangedMeanwhile(before, section.version, section.changed_by_name)
    after = clean(section.key, row.facts or {}, agreement)
    found = changes(section.key, before, after)
    refuse_foreign(found, party)
    put_section(agreement, section, after, found, actor, party)
    if row.party is not None and row.party_id != party.pk:
        # Who proposed it agrees with it.
        _approve(section, row.party, actor)


__all__ = [
    "ChangedMeanwhile",
    "NotYours",
    "answer_comment",
    "approve_all_sections",
    "approve_section",
    "comment_on_section",
    "foreign_changes",
    "put_section",
    "refuse_foreign",
    "save_section",
    "suggest_change",
    "writer_of",
]
