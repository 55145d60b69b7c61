"""What makes a plan impossible, asked at every step: when it is written, in the dry run, at
approval and once more on the day."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from organisations.models import Organisation
from portal.access.grants import ASSOCIATIONS
from portal.succession.models import OPEN, Succession, SuccessionPart


def _side(organisation: Organisation) -> str:
    if organisation.kind in ASSOCIATIONS:
        return "association"
    return "operator" if organisation.kind == "operator" else "public"


def hindrances(succession: Succession) -> Iterator[tuple[str, str]]:
    """(what is wrong, what to do) in Danish; nothing when the plan can be carried out."""
    parts = list(succession.parts.select_related("source", "target"))
    sources = {part.source_id: part.source for part in parts}
    targets = {part.target_id: part.target for part in parts}
    if not parts:
        yield _("Planen siger ikke, hvem der overtager fra hvem."), _("Ret planen.")
    for row in sources.values():
        if not row.is_active:
            yield (
                _("%(name)s er allerede nedlagt.") % {"name": row.name},
                _("Tag den ud af planen."),
            )
        if not any(part.takes_rest for part in parts if part.source_id == row.pk):
            yield (
                _("Ingen overtager resten af %(name)s.") % {"name": row.name},
                _("Lad kommunerne stå tomme for den, der overtager alt det øvrige."),
            )
    for row in targets.values():
        if not row.is_active:
            yield (
                _("%(name)s er nedlagt og kan ikke overtage noget.") % {"name": row.name},
                _("Vælg en anden, der overtager."),
            )
        if row.pk in sources:
            yield (
                _("%(name)s står både som den, der ophører, og den, der overtager.")
                % {"name": row.name},
                _("Lav to planer, eller vælg en anden."),
            )
    for part in parts:
        if _side(part.source) != _side(part.target) or _side(part.source) == "operator":
            yield (
                _("%(target)s kan ikke overtage fra %(source)s.")
                % {"target": part.target.name, "source": part.source.name},
                _("Foreninger overtager fra foreninger, og offentlige fra offentlige."),
            )
    yield from _other_plans(succession, sources, targets)


def _other_plans(
    succession: Succession,
    sources: dict[int, Organisation],
    targets: dict[int, Organisation],
) -> Iterator[tuple[str, str]]:
    others = (
        SuccessionPart.objects.filter(succession__state__in=OPEN)
        .exclude(succession=succession.pk)
        .select_related("succession")
    )
    told: set[int] = set()
    for part in others.filter(source__in=[*sources, *targets]):
        row = sources.get(part.source_id)
        # A target may end later on, in a plan of its own.
        late = part.succession.effective_on <= succession.effective_on
        row = row or (targets[part.source_id] if late else None)
        if row is not None and row.pk not in told:
            told.add(row.pk)
            yield (
                _("%(name)s ophører også efter en anden plan.") % {"name": row.name},
                _("Annullér en af dem."),
            )
