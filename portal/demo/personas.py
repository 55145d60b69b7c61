"""The demo's people, one click each. This module is installed in the demo only; a system check and
production's settings see to that.

The builder of the demo world gives each persona the address `email_of(id)`, so that the click finds
the person; other people of the demo world may have any address.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from django.db.models import QuerySet

from organisations.models import Membership, Organisation, Role

FILE: Final = Path(__file__).parent / "data" / "personas.jsonl"


@dataclass(frozen=True, slots=True)
class Persona:
    """One line of the file. `organisation` is empty for the citizen, who needs no sign-in."""

    slug: str
    name: str
    title: str
    organisation: str
    roles: tuple[str, ...]
    comes_to: str

    @property
    def is_citizen(self) -> bool:
        return not self.organisation


@cache
def personas() -> list[Persona]:
    lines = FILE.read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    return [
        Persona(
            slug=row["id"],
            name=row["name"],
            title=row["title"],
            organisation=row["organisation"] or "",
            roles=tuple(row["roles"]),
            comes_to=row["comes_to"],
        )
        for row in rows
    ]


def email_of(slug: str) -> str:
    """The address of a persona in the demo world."""
    return f"{slug}@persona.example"


def _living(rows: "QuerySet[Membership]") -> Membership | None:
    return (
        rows.filter(user__is_active=True, organisation__status=Organisation.Status.ACTIVE)
        .select_related("user", "organisation")
        .order_by("pk")
        .first()
    )


def membership_of(slug: str) -> Membership | None:
    """The membership behind a click: a persona's own, or the first handler of the organisation with
    that slug, else its first manager. None when there is nobody."""
    persona = next((row for row in personas() if row.slug == slug), None)
    if persona is not None:
        return _living(
            Membership.objects.filter(
                organisation__slug=persona.organisation, user__email=email_of(slug)
            )
        )
    own = Membership.objects.filter(organisation__slug=slug)
    return _living(own.with_role(Role.HANDLER)) or _living(own.with_role(Role.MANAGER))
