"""The library of clauses and appendices. A new wording is a new version: agreements that took the
old one keep it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from partnerships.models import AgreementKind, Clause
from portal.access.actor import Actor
from portal.access.grants import require
from portal.access.permissions import Permission
from portal.audit import trail
from portal.common import clock
from portal.common.cpr import refuse_cpr
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState
from portal.common.text import clean_line, clean_text

LONGEST_TITLE = 200
LONGEST_TEXT = 8000


@transaction.atomic
def create_clause(
    *, kind: str, title: str, text: str, kinds: Sequence[str] = (), actor: Actor
) -> Clause:
    """A clause of the actor's own organisation. Raises `NotAllowed`, `InvalidInput`."""
    require(actor, Permission.CLAUSE_EDIT)
    facts = _checked(kind, title, text, kinds)
    key = slugify(facts["title"])[:50] or "vilkaar"
    taken = set(
        Clause.objects.filter(owner_id=actor.organisation_id, key__startswith=key).values_list(
            "key", flat=True
        )
    )
    free = next(
        name for name in (key, *(f"{key}-{n}" for n in range(2, 1000))) if name not in taken
    )
    clause = Clause.objects.create(owner_id=actor.organisation_id, key=free, **facts)
    trail.record(actor, "clause.create", clause)
    return clause


@transaction.atomic
def revise_clause(
    *,
    clause_id: UUID,
    kind: str,
    title: str,
    text: str,
    kinds: Sequence[str] = (),
    actor: Actor,
) -> Clause:
    """A new version; the old one is retired. The same words again change nothing. Raises
    `NotFound`, `NotAllowed` (another's, or a general one), `WrongState` (not the newest)."""
    old = _lock_own(clause_id, actor)
    facts = _checked(kind, title, text, kinds)
    if all(getattr(old, name) == value for name, value in facts.items()):
        return old
    _retire(old)
    clause = Clause.objects.create(
        owner_id=old.owner_id, key=old.key, version=old.version + 1, **facts
    )
    trail.record(actor, "clause.revise", clause)
    return clause


@transaction.atomic
def retire_clause(*, clause_id: UUID, actor: Actor) -> None:
    """Offered no more; agreements that have it keep it."""
    clause = _lock_own(clause_id, actor)
    _retire(clause)
    trail.record(actor, "clause.retire", clause)


def _lock_own(clause_id: UUID, actor: Actor) -> Clause:
    rows = Clause.objects.visible_to(actor).filter(pk=clause_id)
    clause = rows.select_for_update(of=("self",)).first()
    if clause is None:
        raise NotFound()
    require(actor, Permission.CLAUSE_EDIT)
    if clause.owner_id != actor.organisation_id:
        raise NotAllowed(_("Kun den, der ejer teksten, kan rette den. Lav jeres egen i stedet."))
    if clause.retired_at is not None:
        raise WrongState(_("Der er en nyere udgave, eller teksten er taget ud af brug."))
    return clause


def _retire(clause: Clause) -> None:
    clause.retired_at = clock.now()
    clause.save(update_fields=["retired_at"])


def _checked(kind: str, title: str, text: str, kinds: Sequence[str]) -> dict[str, Any]:
    errors: dict[str, str] = {}
    title, text = clean_line(title), clean_text(text)
    if kind not in Clause.Kind.values:
        errors["kind"] = _("Vælg, om det er et vilkår eller et bilag.")
    if not title or len(title) > LONGEST_TITLE:
        errors["title"] = _("Giv teksten en titel på højst 200 tegn.")
    if not text or len(text) > LONGEST_TEXT:
        errors["text"] = _("Skriv teksten med højst 8.000 tegn.")
    unknown = set(kinds) - set(AgreementKind.values)
    if unknown:
        errors["kinds"] = _("Vælg slags fra listen.")
    for name, value in (("title", title), ("text", text)):
        try:
            refuse_cpr(value)
        except ValidationError as error:
            errors.setdefault(name, " ".join(error.messages))
    if errors:
        raise InvalidInput(errors)
    return {"kind": kind, "title": title, "text": text, "kinds": list(kinds)}
