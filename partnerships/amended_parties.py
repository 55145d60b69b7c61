"""Who an amendment takes in and lets go, who signs it, and what stands in the way."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from organisations.models import Organisation
from partnerships.amended_dates import dates_out_of_order
from partnerships.amended_frame import frame_hindrances
from partnerships.facts.owners import Staying
from partnerships.models import (
    Agreement,
    AgreementParty,
    Amendment,
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


def writers_of(row: Amendment, key: str) -> str:
    """Who has written what the amendment says in a section."""
    return ", ".join(f"{one['name']} ({one['organisation']})" for one in row.writers_of(key))


def staying(agreement: Agreement, row: Amendment) -> Staying:
    """Who owns what while the amendment is written."""
    there = {
        one.pk: one.organisation.slug
        for one in agreement.parties.select_related("organisation")
        if one.left_on is None
    }
    done = agreement.obligations.filter(done_on__isnull=False).values_list("pk", flat=True)
    return Staying(
        parties=frozenset(there.values()),
        leaving=frozenset(there[one.pk] for one in going(row) if one.pk in there),
        done=frozenset(str(pk) for pk in done),
    )


# --- what stands in the way ---------------------------------------------------------------------
def hindrances(agreement: Agreement, row: Amendment) -> list[str]:
    """Sentences; none when it can take effect as it stands. The triggers hold the same rules."""
    after = parties_after(agreement, row)
    parties = [*_empty_sides(after), *_nobody_to_sign(row)] if row.party_changes.exists() else []
    return [
        *_given_to_nobody(agreement, row),
        *_days_that_have_passed(agreement, row),
        *parties,
        *frame_hindrances(agreement, row, _not_in(row), after),
    ]


def _given_to_nobody(agreement: Agreement, row: Amendment) -> Iterator[str]:
    """A new party was given something to do or to pay and then dropped again. What the agreement
    says today of one that has left is not the amendment's doing."""
    named: set[str] = set()
    known = {one.organisation.slug for one in signers_of(agreement, row)}
    if SectionKey.PARTIES in row.after:
        named.update(one["party"] for one in row.after[SectionKey.PARTIES]["obligations"])
        known.update(agreement.obligations.values_list("party__organisation__slug", flat=True))
    if SectionKey.BUDGET in row.after:
        named.update(one["paid_by"] for one in row.after[SectionKey.BUDGET]["lines"])
        payers = agreement.budget.filter(paid_by__isnull=False)
        known.update(payers.values_list("paid_by__slug", flat=True))
    for organisation in Organisation.objects.filter(slug__in=named - known):
        yield (
            _(
                "%(name)s skal gøre eller betale noget efter tillægget, men er ikke part. "
                "Ret opgaverne eller budgettet."
            )
            % {"name": organisation.name}
        )


def _days_that_have_passed(agreement: Agreement, row: Amendment) -> Iterator[str]:
    if SectionKey.PURPOSE in row.after:
        before, after = row.before[SectionKey.PURPOSE], row.after[SectionKey.PURPOSE]
        yield from dates_out_of_order(agreement, row, before, after).values()


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
