"""An amendment to an agreement: why, who comes in and goes out, what it changes, from when, and who
agreed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.common import clock
from portal.common.text import clean_line
from portal.documents import paper
from portal.documents.agreement import change_table, signature_section
from portal.documents.agreement_facts import Change
from portal.documents.paper import (
    Block,
    Bullet,
    Column,
    Paper,
    Row,
    Shape,
    Signature,
    cell,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedParty:
    """One that comes in or goes out; `undone` falls away with it."""

    name: str
    side: str = ""  # the label: Offentlig part, Forening
    cvr: str = ""
    municipality: str = ""
    undone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendmentDocument:
    agreement_number: str
    agreement_title: str
    number: int
    kind: str = ""  # the label
    status: str = ""  # the label
    status_shape: Shape = Shape.WAIT
    reason: str = ""
    joining: tuple[MovedParty, ...] = ()
    leaving: tuple[MovedParty, ...] = ()
    changes: tuple[Change, ...] = ()
    writers: tuple[tuple[str, str], ...] = ()  # a section, and who wrote what it shall say
    effective_on: date | None = None
    signatures: tuple[Signature, ...] = ()
    made_on: date = field(default_factory=clock.today)


def render_amendment_pdf(amendment: AmendmentDocument, *, language: str = "da") -> bytes:
    """PDF/UA-1."""
    with override(language):
        return paper.render_pdf(_paper(amendment, language))


def _paper(it: AmendmentDocument, language: str) -> Paper:
    status = clean_line(it.status)
    title = _("Tillæg %(number)d") % {"number": it.number}
    since = _("gælder fra %(day)s") % {"day": paper.day(it.effective_on)} if it.effective_on else ""
    return Paper(
        language=language,
        kicker=_("Samarbejdsaftale %(number)s") % {"number": clean_line(it.agreement_number)},
        title=paper.joined(title, it.kind, by=": "),
        lead=clean_line(it.agreement_title),
        status=cell(status, shape=it.status_shape) if status else None,
        facts_line=since,
        made_on=it.made_on,
        blocks=(
            *paper.section(_("Hvorfor"), paper.text(it.reason)),
            *_moved(_("Kommer med i aftalen"), it.joining, it.effective_on),
            *_moved(_("Går ud af aftalen"), it.leaving, it.effective_on),
            *paper.section(
                _("Hvad der ændres"),
                change_table(it.changes),
                paper.bullets(_("Skrevet af"), [Bullet(*one) for one in it.writers]),
            ),
            *signature_section(it.signatures),
        ),
    )


def _moved(title: str, parties: Sequence[MovedParty], since: date | None) -> tuple[Block, ...]:
    """Each with what the register knows it by, so that nobody can mistake who is meant."""
    if not parties:
        return ()
    told = _("Fra %(day)s") % {"day": paper.day(since)} if since else ""
    columns = (Column(_("Organisation"), 4), Column(_("Part"), 3), Column(_("CVR"), 2))
    rows = [
        Row((cell(one.name, one.municipality), cell(one.side), cell(one.cvr))) for one in parties
    ]
    undone = [Bullet(text, one.name) for one in parties for text in one.undone]
    return paper.section(
        title,
        paper.text(told),
        paper.table(title, columns, rows),
        paper.bullets(_("Opgaver, der ikke er løst, og som falder væk"), undone),
    )
