"""Whose turn it is in the document: sections, suggestions, answers."""

from collections.abc import Iterator
from itertools import groupby

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from partnerships import register
from partnerships.models import (
    AgreementSection,
    AgreementState,
    SectionApproval,
    SectionComment,
    SectionKey,
)
from partnerships.workflow import WRITABLE
from partnerships.worklist.item import MOST, Item, day_of, own
from portal.access.actor import Actor
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.common.templatetags.look import in_words

S = AgreementState


def sections(actor: Actor) -> Iterator[Item]:
    """A section waits when others changed it last, and we have not said yes to it as it stands."""
    if not allows(actor, Permission.AGREEMENT_WRITE):
        return
    approved = SectionApproval.objects.filter(
        section=OuterRef("pk"),
        party__organisation_id=actor.organisation_id,
        version=OuterRef("version"),
    )
    others = Q(changed_by_party__isnull=True) | ~Q(
        changed_by_party__organisation_id=actor.organisation_id
    )
    rows = (
        AgreementSection.objects.filter(
            Q(agreement__in=own(actor).values("pk")),
            others,
            ~Exists(approved),
            version__gt=0,
            agreement__status__in=WRITABLE,
        )
        .select_related("agreement", "changed_by_party__organisation")
        .order_by("agreement_id", "changed_at")[: MOST * len(SectionKey)]
    )
    for _pk, of_one in groupby(rows, key=lambda row: row.agreement_id):
        waiting = list(of_one)
        last = waiting[-1]
        party = last.changed_by_party
        who = party.organisation.name if party else last.changed_by_name
        n = len(waiting)
        if n == 1:
            fact = _("%(who)s har skrevet afsnittet »%(section)s«. Jeres tur") % {
                "who": who,
                "section": last.get_key_display(),
            }
        else:
            fact = _("%(who)s har skrevet %(n)s afsnit. Jeres tur") % {"who": who, "n": in_words(n)}
        yield Item(
            kind="section",
            agreement=last.agreement,
            fact=fact,
            tone="wait",
            label=_("Til gennemsyn"),
            action=_("Læs"),
            on=day_of(last.changed_at),
            target=last.key,
        )


def suggestions(actor: Actor) -> Iterator[Item]:
    if not allows(actor, Permission.AGREEMENT_WRITE):
        return
    rows = (
        SectionComment.objects.filter(
            Q(section__agreement__in=own(actor).values("pk")),
            kind=SectionComment.Kind.SUGGESTION,
            outcome=SectionComment.Outcome.OPEN,
            section__agreement__status__in=WRITABLE,
        )
        .exclude(party__organisation_id=actor.organisation_id)
        .select_related("section__agreement")
        .order_by("at")[:MOST]
    )
    for row in rows:
        yield Item(
            kind="section",
            agreement=row.section.agreement,
            fact=_("%(who)s foreslår en ændring i »%(section)s«. Jeres tur")
            % {
                "who": row.organisation_name or row.user_name,
                "section": row.section.get_key_display(),
            },
            tone="wait",
            label=_("Forslag"),
            action=_("Svar på forslaget"),
            on=day_of(row.at),
            target=row.section.key,
        )


def answers(actor: Actor) -> Iterator[Item]:
    """Frame questions without an answer, while the text is written."""
    if not allows(actor, Permission.AGREEMENT_WRITE):
        return
    rows = (
        own(actor)
        .filter(register.lacking_answers(), status__in=(S.DRAFT, S.NEGOTIATION))
        .order_by("updated_at")[:MOST]
    )
    for row in rows:
        yield Item(
            kind="section",
            agreement=row,
            fact=_("Nogle af rammespørgsmålene mangler svar. Aftalen kan ikke gå videre før"),
            tone="mute",
            label=_("Mangler svar"),
            action=_("Svar"),
            on=day_of(row.updated_at),
            target=SectionKey.FRAME.value,
        )
