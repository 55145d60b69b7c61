"""Who an amendment takes in and lets go, who signs it, and what stands in the way."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from organisations.models import Organisation
from partnerships.models import (
    Agreement,
    AgreementKind,
    AgreementParty,
    AgreementState,
    Amendment,
    FramePair,
    PartyChange,
    SectionKey,
    Side,
    Signature,
)
from partnerships.selectors import party_of, people_of
from portal.access.actor import Actor

Way = PartyChange.Way


def _changes(row: Amendment, way: str) -> list[PartyChange]:
    found = row.party_changes.filter(way=way).select_related(
        "party__organisation__parent", "party__organisation__municipality", "party__contact"
    )
    return list(found)


def coming(row: Amendment) -> list[AgreementParty]:
    """Those it takes in. One whose place was taken over, before it was in, by an organisation that
    is a party already needs no place of its own."""
    return [one.party for one in _changes(row, Way.JOINS) if one.party.succeeded_by_id is None]


def going(row: Amendment) -> list[AgreementParty]:
    return [one.party for one in _changes(row, Way.LEAVES)]


def left_undone(row: Amendment, party: AgreementParty) -> list[str]:
    """Obligations that fall away with the party: not done, and not handed to another one."""
    written = row.after.get(SectionKey.PARTIES)
    if written is None:
        return list(party.obligations.filter(done_on__isnull=True).values_list("text", flat=True))
    done = party.obligations.filter(done_on__isnull=False).values_list("pk", flat=True)
    without = {str(pk) for pk in done}
    slug = party.organisation.slug
    return [
        one["text"]
        for one in written["obligations"]
        if one["party"] == slug and one["id"] not in without
    ]


def signers_of(agreement: Agreement, row: Amendment) -> list[AgreementParty]:
    """Every party, those that leave as well, and those that come in."""
    return [*(one for one in agreement.parties.all() if one.left_on is None), *_not_in(row)]


def _not_in(row: Amendment) -> list[AgreementParty]:
    return [one for one in coming(row) if one.left_on is not None]


def signer_of(agreement: Agreement, row: Amendment, actor: Actor) -> AgreementParty | None:
    """The party that the actor signs the amendment for; also one that is only asked in."""
    own = party_of(agreement, actor)
    if own is not None or row.state != Amendment.State.AWAITING_SIGNATURE:
        return own
    return next((one for one in _not_in(row) if one.organisation_id == actor.organisation_id), None)


def parties_after(agreement: Agreement, row: Amendment) -> list[AgreementParty]:
    """Who is in once it is in force."""
    out = {one.pk for one in going(row)}
    return [one for one in signers_of(agreement, row) if one.pk not in out]


def joining_signatures(agreement: Agreement) -> dict[UUID, Signature]:
    """Party → its yes to the amendment that took it in. That is what binds it, since it was not
    there when the agreement itself was signed."""
    joined = PartyChange.objects.filter(
        amendment=OuterRef("amendment"),
        party=OuterRef("party"),
        way=Way.JOINS,
        amendment__state=Amendment.State.IN_FORCE,
    )
    rows = agreement.signatures.filter(Exists(joined), voided_at__isnull=True)
    return {row.party_id: row for row in rows}


# --- what stands in the way ---------------------------------------------------------------------
def hindrances(agreement: Agreement, row: Amendment) -> list[str]:
    """Sentences; none when it can take effect as it stands. The triggers hold the same rules."""
    gone = list(_given_to_nobody(agreement, row))
    if not row.party_changes.exists():
        return gone
    after = parties_after(agreement, row)
    return [
        *gone,
        *_empty_sides(after),
        *_nobody_to_sign(row),
        *_outside_the_frame(agreement, row),
        *_children_left_alone(agreement, row, after),
        *_frames_that_meet(agreement, row, after),
    ]


def _given_to_nobody(agreement: Agreement, row: Amendment) -> Iterator[str]:
    """A new party was given something and then dropped again."""
    written = row.after.get(SectionKey.PARTIES)
    if written is None:
        return
    named = {one["party"] for one in written["obligations"]}
    known = {one.organisation.slug for one in signers_of(agreement, row)}
    known.update(agreement.obligations.values_list("party__organisation__slug", flat=True))
    for organisation in Organisation.objects.filter(slug__in=named - known):
        yield (
            _("%(name)s har fået opgaver i tillægget, men er ikke part. Ret opgaverne.")
            % {"name": organisation.name}
        )


def _empty_sides(after: list[AgreementParty]) -> Iterator[str]:
    for side, sentence in (
        (Side.PUBLIC, _("Der skal være mindst én offentlig part tilbage.")),
        (Side.ASSOCIATION, _("Der skal være mindst én forening tilbage.")),
    ):
        if not any(one.side == side for one in after):
            yield sentence


def _nobody_to_sign(row: Amendment) -> Iterator[str]:
    for one in _not_in(row):
        if not people_of(one.organisation_id):
            yield nobody_to_sign(one.organisation)


def nobody_to_sign(organisation: Organisation) -> str:
    return _(
        "%(name)s har ingen leder eller koordinator i Samspil, der kan skrive under. "
        "Bed dem om at oprette en først."
    ) % {"name": organisation.name}


def _line_above(organisation: Organisation) -> set[int]:
    """The organisation and everybody above it."""
    found: set[int] = set()
    line: Organisation | None = organisation
    while line is not None and line.pk not in found:
        found.add(line.pk)
        line = line.parent
    return found


def _outside_the_frame(agreement: Agreement, row: Amendment) -> Iterator[str]:
    """A child agreement lies within its frame agreement's parties."""
    if agreement.parent_id is None:
        return
    frame = set(
        AgreementParty.objects.filter(
            agreement_id=agreement.parent_id, left_on__isnull=True
        ).values_list("organisation_id", flat=True)
    )
    for one in _not_in(row):
        if not _line_above(one.organisation) & frame:
            yield (
                _("%(name)s er ikke med i rammeaftalen. Tag dem med i den først.")
                % {"name": one.organisation.name}
            )


_OVER = (
    AgreementState.IDEA,
    AgreementState.DRAFT,
    AgreementState.CANCELLED,
    AgreementState.CLOSED,
    AgreementState.EXPIRED,
    AgreementState.TERMINATED,
)


def _children_left_alone(
    agreement: Agreement, row: Amendment, after: list[AgreementParty]
) -> Iterator[str]:
    """Nobody leaves a frame agreement while an agreement under it needs them there."""
    if agreement.kind != AgreementKind.FRAME or not going(row):
        return
    frame = {one.organisation_id for one in after}
    rows = AgreementParty.objects.filter(agreement__parent=agreement, left_on__isnull=True).exclude(
        agreement__status__in=_OVER
    )
    for one in rows.select_related("agreement", "organisation__parent__parent"):
        if not _line_above(one.organisation) & frame:
            yield _(
                "%(name)s er part i aftale %(number)s, som hører under denne. "
                "Lad dem gå ud af den først."
            ) % {"name": one.organisation.name, "number": one.agreement.number}


def _frames_that_meet(
    agreement: Agreement, row: Amendment, after: list[AgreementParty]
) -> Iterator[str]:
    """One frame agreement at a time between the same two."""
    new = {one.organisation_id for one in _not_in(row)}
    if agreement.kind != AgreementKind.FRAME or not new:
        return
    public = [one.organisation_id for one in after if one.side == Side.PUBLIC]
    associations = [one.organisation_id for one in after if one.side == Side.ASSOCIATION]
    last = min(day for day in (agreement.ends_on, agreement.terminates_on) if day is not None)
    pairs = (
        FramePair.objects.filter(
            kind=agreement.kind,
            public__in=public,
            association__in=associations,
            period__overlap=(row.effective_on, last),
        )
        .exclude(agreement=agreement)
        .select_related("public", "association")
    )
    for pair in pairs:
        if {pair.public_id, pair.association_id} & new:
            yield _("%(public)s og %(association)s har allerede en rammeaftale i den periode.") % {
                "public": pair.public.name,
                "association": pair.association.name,
            }
