"""Frame agreements under an amendment: of one that lies within a frame, and of a frame itself."""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from organisations.models import Organisation
from partnerships.models import (
    Agreement,
    AgreementKind,
    AgreementParty,
    AgreementState,
    Amendment,
    FramePair,
    SectionKey,
    Side,
)
from partnerships.reports.periods import last_day


def line_above(organisation: Organisation) -> set[int]:
    """The organisation and everybody above it."""
    found: set[int] = set()
    line: Organisation | None = organisation
    while line is not None and line.pk not in found:
        found.add(line.pk)
        line = line.parent
    return found


def _day(text: object) -> date | None:
    return date.fromisoformat(str(text)) if text else None


def _first(agreement: Agreement, row: Amendment) -> date | None:
    written = row.after.get(SectionKey.PURPOSE)
    return _day(written["starts_on"]) if written else agreement.starts_on


def _last(agreement: Agreement, row: Amendment) -> date | None:
    """The last day with the amendment: the agreed one, or that of a notice before it."""
    written = row.after.get(SectionKey.PURPOSE)
    agreed = _day(written["ends_on"]) if written else agreement.ends_on
    return min((day for day in (agreed, agreement.terminates_on) if day is not None), default=None)


def _is_frame(agreement: Agreement, row: Amendment) -> bool:
    written = row.after.get(SectionKey.PURPOSE)
    kind = written["kind"] if written else agreement.kind
    return bool(kind == AgreementKind.FRAME)


def frame_hindrances(
    agreement: Agreement, row: Amendment, new: list[AgreementParty], after: list[AgreementParty]
) -> list[str]:
    """Sentences. `new`: the parties that come in; `after`: all that are in with the amendment. The
    triggers hold the same rules."""
    return [
        *_dates_outside_the_frame(agreement, row),
        *_parties_outside_the_frame(agreement, new),
        *_children_outside(agreement, row),
        *_children_left_alone(agreement, after),
        *_frames_that_meet(agreement, row, new, after),
    ]


def _dates_outside_the_frame(agreement: Agreement, row: Amendment) -> Iterator[str]:
    frame = agreement.parent
    if frame is None or SectionKey.PURPOSE not in row.after:
        return
    first, last = _first(agreement, row), _last(agreement, row)
    if frame.starts_on and first and first < frame.starts_on:
        yield _("Aftalen begynder før sin rammeaftale. Ret datoerne.")
    end = last_day(frame)
    if end and last and last > end:
        yield _("Aftalen slutter efter sin rammeaftale (%(day)s). Forlæng rammeaftalen først.") % {
            "day": f"{end:%d.%m.%Y}"
        }


def running_children(agreement: Agreement) -> list[Agreement]:
    """Agreements under this frame that are more than words and not over."""
    return list(agreement.children.exclude(status__in=_OVER).order_by("number"))


def children_after(agreement: Agreement, last: date) -> list[Agreement]:
    """Those that would run on after the frame's last day."""
    children = [(child, last_day(child)) for child in running_children(agreement)]
    return [child for child, end in children if end is not None and end > last]


def _children_outside(agreement: Agreement, row: Amendment) -> Iterator[str]:
    if agreement.kind != AgreementKind.FRAME or SectionKey.PURPOSE not in row.after:
        return
    children = running_children(agreement)
    if children and not _is_frame(agreement, row):
        yield _("Aftale %(numbers)s hører under denne, så den skal blive ved at være en ramme.") % {
            "numbers": ", ".join(child.number for child in children)
        }
    first, last = _first(agreement, row), _last(agreement, row)
    early = [child for child in children if first and child.starts_on and child.starts_on < first]
    late = children_after(agreement, last) if last else []
    for child in {child.pk: child for child in (*early, *late)}.values():
        yield _("Aftale %(number)s hører under denne og ligger uden for de nye datoer.") % {
            "number": child.number
        }


def _parties_outside_the_frame(agreement: Agreement, new: list[AgreementParty]) -> Iterator[str]:
    """A child agreement lies within its frame agreement's parties."""
    if agreement.parent_id is None:
        return
    frame = set(
        AgreementParty.objects.filter(
            agreement_id=agreement.parent_id, left_on__isnull=True
        ).values_list("organisation_id", flat=True)
    )
    for one in new:
        if not line_above(one.organisation) & frame:
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


def _children_left_alone(agreement: Agreement, after: list[AgreementParty]) -> Iterator[str]:
    """Nobody leaves a frame agreement while an agreement under it needs them there."""
    leaves = {one.pk for one in agreement.parties.all() if one.left_on is None} - {
        one.pk for one in after
    }
    if agreement.kind != AgreementKind.FRAME or not leaves:
        return
    frame = {one.organisation_id for one in after}
    rows = AgreementParty.objects.filter(agreement__parent=agreement, left_on__isnull=True).exclude(
        agreement__status__in=_OVER
    )
    for one in rows.select_related("agreement", "organisation__parent__parent"):
        if not line_above(one.organisation) & frame:
            yield _(
                "%(name)s er part i aftale %(number)s, som hører under denne. "
                "Lad dem gå ud af den først."
            ) % {"name": one.organisation.name, "number": one.agreement.number}


def _frames_that_meet(
    agreement: Agreement, row: Amendment, new: list[AgreementParty], after: list[AgreementParty]
) -> Iterator[str]:
    """One frame agreement at a time between the same two: of those that come in, and of everybody
    when the agreement becomes a frame or gets other dates."""
    if not _is_frame(agreement, row) or not (new or SectionKey.PURPOSE in row.after):
        return
    watched = {one.organisation_id for one in (after if SectionKey.PURPOSE in row.after else new)}
    public = [one.organisation_id for one in after if one.side == Side.PUBLIC]
    associations = [one.organisation_id for one in after if one.side == Side.ASSOCIATION]
    last = _last(agreement, row)
    pairs = (
        FramePair.objects.filter(
            kind=AgreementKind.FRAME,
            public__in=public,
            association__in=associations,
            period__overlap=(row.effective_on, last),
        )
        .exclude(agreement=agreement)
        .select_related("public", "association")
    )
    for pair in pairs:
        if {pair.public_id, pair.association_id} & watched:
            yield _("%(public)s og %(association)s har allerede en rammeaftale i den periode.") % {
                "public": pair.public.name,
                "association": pair.association.name,
            }
