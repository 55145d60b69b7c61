"""Rivals: eight at once, each in a thread and a connection of its own. One wins; nothing is signed,
moved or told twice."""

from collections import Counter
from collections.abc import Callable

import pytest

from partnerships import services
from partnerships.facts import read
from partnerships.models import Agreement, AgreementEvent, Amendment, Reminder
from partnerships.reminders import run_reminders
from portal.access.actor import Actor
from portal.audit.models import AuditEntry
from portal.common import clock
from portal.common.errors import DomainError
from portal.notifications.models import OutgoingMessage
from tests.factories.partnerships import (
    agreement_in,
    approve_everything,
    fresh,
    pass_reviews,
)
from tests.referrals.test_races import RIVALS, rivals, winners

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.drill]


@pytest.fixture(autouse=True)
def plain_paper(monkeypatch):
    """The typesetter has its own tests, and eight at once would only wait for it."""
    text = b"%PDF-1.7 teksten\n%%EOF\n"
    monkeypatch.setattr("partnerships.services.signing.frozen_agreement", lambda _row: text)


def moves(agreement: Agreement) -> list[tuple[str, str, str]]:
    rows = AgreementEvent.objects.filter(agreement=agreement).order_by("pk")
    return [(row.verb, row.old, row.new) for row in rows if row.old != row.new]


def mails(agreement: Agreement) -> Counter[str]:
    """How many messages of each kind."""
    rows = OutgoingMessage.objects.filter(key__startswith=f"agreement:{agreement.pk}:")
    return Counter(row.key.split(":")[2] for row in rows)


def audited(agreement: Agreement, verb: str) -> int:
    return AuditEntry.objects.filter(
        subject_ids__contains=[str(agreement.pk)], action=f"agreement.{verb}"
    ).count()


def signing(agreement: Agreement, actor: Actor) -> Callable[[], object]:
    frozen = fresh(agreement).frozen
    assert frozen is not None
    return lambda: services.sign_agreement(
        agreement_id=agreement.pk, sha256=frozen.sha256, actor=actor
    )


def test_eight_signatures_of_two_parties_sign_once_each_and_move_it_once(world):
    agreement = agreement_in("awaiting_signature", world)
    public, association = world.coordinator.actor(), world.receiver_manager.actor()

    found = rivals(
        *[signing(agreement, public)] * (RIVALS // 2),
        *[signing(agreement, association)] * (RIVALS // 2),
    )

    assert len(winners(found)) == 2
    assert fresh(agreement).status == "signed"
    assert agreement.signatures.count() == 2
    assert moves(agreement)[-1] == ("sign", "awaiting_signature", "signed")
    assert mails(agreement)["sign"] == audited(agreement, "sign") == 1


def test_eight_signatures_of_one_party_are_one_and_no_move(world):
    agreement = agreement_in("awaiting_signature", world)

    found = rivals(*[signing(agreement, world.receiver_manager.actor())] * RIVALS)

    assert len(winners(found)) == 1
    assert agreement.signatures.count() == 1
    assert fresh(agreement).status == "awaiting_signature"


def test_a_signature_against_a_refusal_leaves_one_unbroken_story(world):
    agreement = agreement_in("awaiting_signature", world)
    public, association = world.coordinator.actor(), world.receiver_manager.actor()
    signing(agreement, public)()

    rivals(
        *[signing(agreement, association)] * 4,
        *[
            lambda: services.refuse_signature(
                agreement_id=agreement.pk, comment="Ret prisen.", actor=public
            )
        ]
        * 4,
    )

    story, row = moves(agreement), fresh(agreement)
    assert [step[1] for step in story[1:]] == [step[2] for step in story[:-1]]
    assert row.status in {"signed", "negotiation"}
    valid = agreement.signatures.filter(voided_at__isnull=True).count()
    assert valid == (2 if row.status == "signed" else 0)
    told = mails(agreement)
    assert (told["sign"], told["refuse_signature"]) in {(1, 0), (0, 1)}


@pytest.mark.parametrize(
    ("state", "verb"),
    [("draft", "submit_for_review"), ("internal_review", "negotiate"), ("idea", "draft")],
)
def test_eight_moves_of_one_kind_move_it_once_and_queue_one_mail(world, state, verb):
    agreement = agreement_in(state, world, **({} if state == "idea" else {"amount": 1}))
    pass_reviews(agreement, world)
    actor = world.coordinator.actor()
    door = {
        "submit_for_review": services.submit_for_review,
        "negotiate": services.negotiate,
        "draft": services.begin_draft,
    }[verb]
    before = len(moves(agreement))

    found = rivals(*[lambda: door(agreement_id=agreement.pk, actor=actor)] * RIVALS)

    assert len(winners(found)) == 1
    assert len(moves(agreement)) == before + 1
    assert audited(agreement, verb) == 1
    told = mails(agreement)
    assert told["review" if verb == "submit_for_review" else verb] == 1


def test_eight_who_freeze_the_text_freeze_it_once(world):
    agreement = agreement_in("negotiation", world)
    public, association = world.coordinator.actor(), world.receiver_manager.actor()
    approve_everything(agreement, public, association)

    found = rivals(
        *[
            lambda actor=actor: services.send_to_signature(agreement_id=agreement.pk, actor=actor)
            for actor in [public, association] * (RIVALS // 2)
        ]
    )

    assert len(winners(found)) == 1
    assert agreement.documents.filter(kind="agreement_text").count() == 1
    assert mails(agreement)["send_to_signature"] == 1


def test_eight_who_save_one_section_of_an_amendment_overwrite_nobody(world):
    agreement = agreement_in("signed", world)
    people = (world.coordinator.actor(), world.receiver_manager.actor())
    row = services.begin_amendment(
        agreement_id=agreement.pk,
        kind="content",
        title="Flere møder",
        reason="Vi vil mødes oftere.",
        effective_on=clock.today(),
        actor=people[0],
    )
    facts = read(agreement, "governance")

    found = rivals(
        *[
            lambda number=number: services.save_amended_section(
                agreement_id=agreement.pk,
                amendment_id=row.pk,
                key="governance",
                facts={**facts, "meeting_rhythm": f"Udgave {number}"},
                version=0,
                actor=people[number % 2],
            )
            for number in range(RIVALS)
        ]
    )

    assert len(winners(found)) == 1
    assert all(isinstance(one, services.ChangedMeanwhile | Amendment) for one in found)
    row.refresh_from_db()
    assert row.version_of("governance") == 1


def test_cancelling_against_signing_ends_in_one_of_the_two(world):
    agreement = agreement_in("awaiting_signature", world)
    public, association = world.coordinator.actor(), world.receiver_manager.actor()
    signing(agreement, public)()

    found = rivals(
        *[signing(agreement, association)] * 4,
        *[
            lambda: services.cancel_agreement(
                agreement_id=agreement.pk, comment="Ikke nu.", actor=public
            )
        ]
        * 4,
    )

    assert len([row for row in found if not isinstance(row, DomainError)]) == 1
    assert fresh(agreement).status in {"signed", "cancelled"}


def test_eight_jobs_begin_an_agreement_once_and_remind_once(world):
    agreement = agreement_in("signed", world)
    moment = clock.now() + (clock.timedelta(days=107))

    def job() -> object:
        with clock.at(moment):
            services.run_dates()
            return run_reminders()

    found = rivals(*[job] * RIVALS)

    assert fresh(agreement).status == "active"
    assert mails(agreement)["activate"] == audited(agreement, "activate") == 1
    assert sum(row for row in found if isinstance(row, int)) == 1
    assert Reminder.objects.filter(sent=True).count() == 1
