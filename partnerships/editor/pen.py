"""Who writes, and what of a section is theirs to write."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from partnerships.facts import Column, Part, Section
from partnerships.facts.owners import Owner, Staying, belongs_to, column_owner, owner_of
from partnerships.models import AgreementParty


@dataclass(frozen=True)
class Pen:
    """One party's. With `everything` also the others' parts: a suggestion. `staying`: within an
    amendment, where somebody may come in or leave."""

    party: AgreementParty
    everything: bool = False
    staying: Staying | None = None

    def may_column(self, section: Section, column: Column) -> bool:
        return self._may(column_owner(section, column))

    def may_row(self, section: Section, part: Part, row: Mapping[str, Any]) -> bool:
        return self._may(self.owner_of(section, part, row))

    def owner_of(self, section: Section, part: Part, row: Mapping[str, Any]) -> Owner:
        return owner_of(section, part, row, self.staying)

    def _may(self, owner: Owner) -> bool:
        slug = self.party.organisation.slug
        return self.everything or belongs_to(owner, side=self.party.side, slug=slug)
