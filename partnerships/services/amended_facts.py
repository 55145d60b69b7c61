"""What a draft amendment shall make of the agreement's sections: kept with who wrote it."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import asdict
from typing import Any, Final

from organisations.models import Organisation
from partnerships.facts import SECTIONS, Facts, changes, read
from partnerships.facts.pointing import follow
from partnerships.models import Agreement, Amendment, ScopeLevel, SectionKey
from partnerships.services.rehearsal import try_out
from portal.access.actor import Actor
from portal.common.ids import uuid7

# The rows that say what a party shall do and pay, and the column that names it.
_WORK: Final = (
    (SectionKey.PARTIES, "obligations", "party"),
    (SectionKey.BUDGET, "lines", "paid_by"),
)

_OPEN: Final = (
    Amendment.State.DRAFT,
    Amendment.State.AWAITING_SIGNATURE,
    Amendment.State.SIGNED,
)


def put_facts(row: Amendment, key: str, before: Facts, after: Facts, actor: Actor) -> None:
    """Checked facts of one section, as one more version of it. Facts equal to the agreement's take
    the section out of the amendment. The caller holds the lock."""
    writers = row.writers_of(key)
    row.before.pop(key, None)
    row.after.pop(key, None)
    if changes(key, before, after):
        row.before[key], row.after[key] = before, after
        own = {"name": actor.name, "organisation": actor.organisation_name}
        writers = [*(one for one in writers if one != own), own]
    else:
        writers = []
    row.versions[key] = {
        "number": row.version_of(key) + 1,
        "by": actor.name,
        "writers": writers,
    }
    row.save(update_fields=["before", "after", "versions"])
    try_anew(row)


def try_anew(row: Amendment) -> None:
    """Also when nothing new was written: what stood in the way elsewhere may be gone."""
    row.outcome = asdict(try_out(row.agreement, row))
    row.save(update_fields=["outcome"])


def name_rows(key: str, now: Facts, facts: Facts) -> None:
    """A new row gets a name of its own within the amendment, so that two writers can tell theirs
    apart; it gets another in the agreement. Nobody chooses it: it could be that of another's row
    that the amendment has taken out."""
    renamed: dict[str, dict[str, str]] = {}
    for part in SECTIONS[key].parts:
        rows = [follow(part, one, renamed) for one in facts[part.name]]
        known = {one["id"] for one in now[part.name]}
        names = renamed[part.name] = {}
        for one in rows:
            old = one["id"]
            if old not in known and not part.fixed:
                one["id"] = str(uuid7())
            if old:
                names[old] = one["id"]
        facts[part.name] = rows


def give_back(agreement: Agreement, row: Amendment, slug: str, actor: Actor) -> bool:
    """A party stays after all: what it shall do and pay is its own again, so whatever the others
    have made of it while it was to leave counts no more. Returns whether there was any."""
    found = False
    for key, part, column in _WORK:
        if key not in row.after:
            continue
        before = read(agreement, key)
        now: Facts = row.after[key]
        after = {**now, part: _as_before(before[part], now[part], column, slug)}
        if key == SectionKey.BUDGET:
            after["payments"] = _payments_as_before(before, after, slug)
        if after != now:
            put_facts(row, key, before, after, actor)
            found = True
    return found


def _as_before(
    before: list[Mapping[str, Any]], now: list[Mapping[str, Any]], column: str, slug: str
) -> list[Mapping[str, Any]]:
    own = {one["id"]: one for one in before if one[column] == slug}
    kept = [own.get(one["id"], one) for one in now if one["id"] in own or one[column] != slug]
    there = {one["id"] for one in kept}
    return [*kept, *(one for pk, one in own.items() if pk not in there)]


def _payments_as_before(before: Facts, after: Facts, slug: str) -> list[Mapping[str, Any]]:
    """A payment names its line by what it says. One of a line that is not there any more goes with
    it, and those of the party's own lines are there again."""
    lines = {one["text"] for one in after["lines"]}
    own = {one["text"] for one in before["lines"] if one["paid_by"] == slug}
    kept = [one for one in after["payments"] if one["line"] in lines]
    there = {one["id"] for one in kept}
    again = [one for one in before["payments"] if one["line"] in own and one["id"] not in there]
    return [*kept, *again]


def hand_on(agreement: Agreement, old: Organisation, new: Organisation) -> int:
    """One organisation takes over another's place: so it does in an amendment that is still open,
    or that would put the old one back. What the old one has done stays its own. The frozen text
    stays as it was signed, and binds the new one. The caller holds the agreement's lock; both
    parties' rows are as they shall be. Returns how many amendments changed."""
    row = agreement.amendments.select_for_update().filter(state__in=_OPEN).first()
    if row is None:
        return 0
    told = (deepcopy(row.before), deepcopy(row.after))
    for sections in (row.before, row.after):
        _hand_on_work(agreement, sections, old.slug, new.slug)
        _hand_on_words(agreement, sections.get(SectionKey.PARTIES), old, new)
        about = sections.get(SectionKey.PURPOSE, {})
        named = about.get("scope_level") in (ScopeLevel.HOSPITAL, ScopeLevel.DEPARTMENT)
        if named and about["scope_area"] == old.slug:
            about["scope_area"] = new.slug
    if told == (row.before, row.after):
        return 0
    row.save(update_fields=["before", "after"])
    return 1


def _hand_on_work(agreement: Agreement, sections: dict[str, Any], old: str, new: str) -> None:
    done = agreement.obligations.filter(done_on__isnull=False).values_list("pk", flat=True)
    stays = {str(pk) for pk in done}
    for key, part, column in _WORK:
        for one in sections.get(key, {}).get(part, []):
            if one[column] == old and one["id"] not in stays:
                one[column] = new


def _hand_on_words(
    agreement: Agreement, facts: Facts | None, old: Organisation, new: Organisation
) -> None:
    """What was written of the old one is of the new one, unless that is a party with words of its
    own."""
    if facts is None:
        return
    there = any(one["organisation"] == new.slug for one in facts["parties"])
    party = agreement.parties.filter(organisation=new, left_on__isnull=True).first()
    if there or party is None:
        facts["parties"] = [one for one in facts["parties"] if one["organisation"] != old.slug]
        return
    for one in facts["parties"]:
        if one["organisation"] == old.slug:
            one["id"], one["organisation"] = str(party.pk), new.slug
