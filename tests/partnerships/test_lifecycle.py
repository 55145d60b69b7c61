"""The guarded lifecycle: each move by the right one, from the right state, or not at all."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.db.models import Model

from partnerships import services
from partnerships.facts import read
from partnerships.models import (
    Agreement,
    AgreementChange,
    AgreementState,
    Document,
    Review,
    Signature,
)
from partnerships.page.contents import frame_of
from partnerships.permissions import available_moves
from partnerships.workflow import TRANSITIONS
from portal.access.actor import Actor
from portal.common import clock
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState
from tests.factories.partnerships import (
    Pen,
    agreement_in,
    approve_everything,
    fresh,
    pass_reviews,
    sign,
    start,
    write_all,
)

pytestmark = pytest.mark.django_db

# The line of workflows.md, as pairs.
CONTRACT = {
    ("idea", "draft"),
    ("draft", "internal_review"),
    ("internal_review", "draft"),
    ("internal_review", "negotiation"),
    ("negotiation", "awaiting_signature"),
    ("awaiting_signature", "negotiation"),  # a refused signature goes back with a comment
    ("awaiting_signature", "signed"),
    ("signed", "active"),
    ("active", "suspended"),
    ("suspended", "active"),
    ("active", "expired"),
    ("suspended", "expired"),
    ("active", "terminated"),
    ("suspended", "terminated"),
    ("expired", "closed"),
    ("terminated", "closed"),
    ("idea", "cancelled"),
    ("draft", "cancelled"),
    ("internal_review", "cancelled"),
    ("negotiation", "cancelled"),
    ("awaiting_signature", "cancelled"),
}


def test_the_table_is_the_contract():
    moves = {
        (str(source), str(step.target)) for step in TRANSITIONS.values() for source in step.sources
    }

    assert moves == CONTRACT


def test_the_database_lets_no_other_pair_through(world):
    """The triggers refuse it whatever code writes it; pairs of the contract have more guards."""
    agreement = start(world)
    for new in set(AgreementState.values) - {"draft", "cancelled", "idea"}:
        with pytest.raises(DatabaseError), transaction.atomic():
            Agreement.objects.filter(pk=agreement.pk).update(status=new, legal_threshold_ore=1)


def test_nothing_is_born_signed(world):
    for state in ("draft", "active"):
        with pytest.raises(DatabaseError), transaction.atomic():
            Agreement.objects.create(number="x", kind="local", title="x", status=state)


def test_an_idea_goes_all_the_way_to_a_signed_agreement(world):
    agreement = agreement_in("signed", world)

    assert agreement.status == "signed"
    assert agreement.signed_on == clock.today()
    assert agreement.frozen is not None
    assert bytes(agreement.frozen.content).startswith(b"%PDF")
    verbs = list(agreement.events.values_list("verb", flat=True))
    assert verbs == [
        "start",
        "draft",
        "submit_for_review",
        "review_approved",
        "negotiate",
        "send_to_signature",
        "signature",
        "sign",
    ]


# --- what a review asks for ---------------------------------------------------------------------
@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Agreement, {"purpose": ""}),
        (Agreement, {"target_group": ""}),
        (Agreement, {"volunteers_statement": ""}),
        (Agreement, {"starts_on": None}),
        (Agreement, {"time_limited": None}),
        (Agreement, {"time_limited": True, "after_end": ""}),
        (Agreement, {"shares_personal_data": True, "data_protection": ""}),
        ("parties", {"contact": None}),
        ("indicators", {"baseline": None}),
        ("indicators", {"target": None}),
        ("indicators", {"source": ""}),
        ("activities", {"ends_on": None}),
        ("frame_answers", {"reason": ""}),
        ("frame_answers", {"answer": "no"}),
    ],
)
def test_an_incomplete_draft_goes_to_nobody(world, model: type[Model] | str, values):
    agreement = agreement_in("draft", world, amount=1)
    rows = (
        Agreement.objects.filter(pk=agreement.pk)
        if not isinstance(model, str)
        else getattr(agreement, model).all()
    )
    rows.update(**values)

    with pytest.raises(services.NotReady) as refused:
        services.submit_for_review(agreement_id=agreement.pk, actor=world.coordinator.actor())
    with pytest.raises(DatabaseError), transaction.atomic():
        Agreement.objects.filter(pk=agreement.pk).update(
            status="internal_review", legal_threshold_ore=1
        )

    assert refused.value.missing
    assert fresh(agreement).status == "draft"
    assert not agreement.reviews.exists()


def _answer(agreement: Agreement, question: str, answer: str) -> None:
    agreement.frame_answers.filter(question=question).update(answer=answer)


def _is_refused(agreement: Agreement, world) -> None:
    """By the service and by the database."""
    with pytest.raises(services.NotReady):
        services.submit_for_review(agreement_id=agreement.pk, actor=world.coordinator.actor())
    with pytest.raises(DatabaseError), transaction.atomic():
        Agreement.objects.filter(pk=agreement.pk).update(
            status="internal_review", legal_threshold_ore=1
        )


@pytest.mark.parametrize("answer", ["no", "partly", "not_relevant"])
@pytest.mark.parametrize(
    "question", ["finance_not_support", "no_replacement", "not_saving_only", "support_named"]
)
def test_the_guards_questions_are_answered_yes_or_there_is_no_agreement(world, question, answer):
    agreement = agreement_in("draft", world, amount=1)
    _answer(agreement, question, answer)

    _is_refused(agreement, world)
    shown = frame_of(fresh(agreement), list(agreement.parties.all()))["answers"]
    assert [row.word for row in shown if row.tone != "ok"] == ["Spærrer"]


@pytest.mark.parametrize("answer", ["no", "partly", "not_relevant"])
def test_every_other_question_may_be_answered_as_it_is(world, answer):
    agreement = agreement_in("draft", world, amount=1)
    guard = {"finance_not_support", "no_replacement", "not_saving_only", "support_named"}
    agreement.frame_answers.exclude(question__in=guard).update(answer=answer)

    services.submit_for_review(agreement_id=agreement.pk, actor=world.coordinator.actor())

    assert fresh(agreement).status == "internal_review"


def test_what_is_paid_for_is_beside_the_point_only_where_nobody_pays(world):
    agreement = agreement_in("draft", world, amount=0)
    line = agreement.budget.get()
    _answer(agreement, "finance_not_support", "no")
    _is_refused(agreement, world)
    _answer(agreement, "finance_not_support", "not_relevant")
    agreement.budget.update(lasting_ore=1)
    _is_refused(agreement, world)
    agreement.budget.update(lasting_ore=None)
    line.amounts.update_or_create(year=2027, defaults={"amount": 1})
    _is_refused(agreement, world)
    # Hours are not money.
    agreement.budget.update(kind="volunteer_hours")

    services.submit_for_review(agreement_id=agreement.pk, actor=world.coordinator.actor())

    assert fresh(agreement).status == "internal_review"


@pytest.mark.parametrize(
    ("frame", "amount", "kinds"),
    [
        ({}, 100_000, {"professional"}),
        ({}, 100_001, {"professional", "legal"}),
        ({"involves_minors": True}, 1, {"professional", "legal"}),
        ({"home_visits": True}, 1, {"professional", "legal"}),
        (
            {"shares_personal_data": True, "data_protection": "Fælles ansvar, se bilag 2."},
            1,
            {"professional", "legal", "data_protection"},
        ),
    ],
)
def test_the_contract_says_who_must_look(world, frame, amount, kinds):
    agreement = agreement_in("internal_review", world, frame=frame, amount=amount)

    assert set(agreement.reviews.values_list("kind", flat=True)) == kinds


def test_the_database_misses_the_lawyer_too(world):
    agreement = agreement_in("internal_review", world, frame={"home_visits": True})
    pass_reviews(agreement, world)
    agreement.reviews.filter(kind="legal").delete()

    with pytest.raises(DatabaseError), transaction.atomic():
        Agreement.objects.filter(pk=agreement.pk).update(status="negotiation")
    with pytest.raises(services.NotReady):
        services.negotiate(agreement_id=agreement.pk, actor=world.coordinator.actor())


def test_a_reviewer_who_waits_stops_the_negotiation(world):
    agreement = agreement_in("internal_review", world)

    with pytest.raises(services.NotReady):
        services.negotiate(agreement_id=agreement.pk, actor=world.coordinator.actor())
    with pytest.raises(DatabaseError), transaction.atomic():
        Agreement.objects.filter(pk=agreement.pk).update(status="negotiation")


def test_the_lawyer_sends_it_back_with_a_comment_and_never_without(world):
    agreement = agreement_in("internal_review", world, frame={"involves_minors": True})
    review = agreement.reviews.get(kind="legal")
    decide = {"agreement_id": agreement.pk, "review_id": review.pk, "approve": False}

    with pytest.raises(InvalidInput):
        services.decide_review(**decide, comment="  ", actor=world.lawyer.actor())
    services.decide_review(**decide, comment="Attester mangler.", actor=world.lawyer.actor())

    assert fresh(agreement).status == "draft"
    event = agreement.events.last()
    assert (event.verb, event.comment) == ("send_back", "Attester mangler.")


@pytest.mark.parametrize("name", ["coordinator", "dpo", "receiver_manager", "region_manager"])
def test_nobody_else_decides_the_lawyers_review(world, name):
    agreement = agreement_in("internal_review", world, frame={"home_visits": True})
    review = agreement.reviews.get(kind="legal")

    with pytest.raises(NotAllowed):
        services.decide_review(
            agreement_id=agreement.pk,
            review_id=review.pk,
            approve=True,
            comment="Fint.",
            actor=world.people[name].actor(),
        )


def test_a_review_is_decided_once(world):
    agreement = agreement_in("internal_review", world)
    review = agreement.reviews.get()
    decide = {
        "agreement_id": agreement.pk,
        "review_id": review.pk,
        "approve": True,
        "comment": "Set.",
        "actor": world.coordinator.actor(),
    }
    services.decide_review(**decide)

    with pytest.raises(WrongState):
        services.decide_review(**decide)


def test_what_comes_in_during_negotiation_can_still_reach_the_lawyer(world):
    agreement = agreement_in("negotiation", world)
    public = world.coordinator.actor()
    Pen(agreement, public).write("frame", home_visits=True)
    approve_everything(agreement, public, world.receiver_manager.actor())

    with pytest.raises(services.NotReady):
        services.send_to_signature(agreement_id=agreement.pk, actor=public)
    services.ask_for_review(agreement_id=agreement.pk, kind=Review.Kind.LEGAL, actor=public)
    pass_reviews(agreement, world)
    services.send_to_signature(agreement_id=agreement.pk, actor=public)

    assert fresh(agreement).status == "awaiting_signature"


def _write_money(agreement: Agreement, actor: Actor, *crowns: int) -> None:
    """So much in each year from the first."""
    lines = read(fresh(agreement), "budget")["lines"]
    first = clock.today().year
    lines[0]["amounts"] = {str(first + at): amount * 100 for at, amount in enumerate(crowns)}
    Pen(agreement, actor).write("budget", lines=lines)


def _wants_anew(agreement: Agreement, world, sentence: str, kind: str) -> None:
    """Not by the service or the database, until that reviewer has said yes again."""
    public = world.coordinator.actor()
    approve_everything(agreement, public, world.receiver_manager.actor())
    with pytest.raises(services.NotReady) as refused:
        services.send_to_signature(agreement_id=agreement.pk, actor=public)
    assert [str(row.sentence).replace("\xa0", " ") for row in refused.value.missing] == [sentence]
    # All but the status is in place, so that it is the trigger which says no.
    with pytest.raises(DatabaseError, match="reviewed with less"), transaction.atomic():
        Agreement.objects.filter(pk=agreement.pk).update(status="awaiting_signature")

    services.ask_for_review(agreement_id=agreement.pk, kind=kind, actor=public)
    pass_reviews(agreement, world)
    services.send_to_signature(agreement_id=agreement.pk, actor=public)
    assert fresh(agreement).status == "awaiting_signature"


@pytest.mark.parametrize(
    ("before", "after", "seen"),
    [
        ((120_000,), (9_000_000,), "120.000 kr. i alt"),
        # No year is dearer, but there are more of them.
        ((120_000,), (120_000, 120_000), "120.000 kr. i alt"),
        # No more money, but in one year.
        ((120_000, 80_000), (200_000, 0), "højst 120.000 kr. på et år"),
    ],
)
def test_the_lawyers_yes_is_to_the_money_that_was_seen(world, before, after, seen):
    agreement = agreement_in("negotiation", world, frame={"home_visits": True})
    public = world.coordinator.actor()
    _write_money(agreement, public, *before)
    services.ask_for_review(agreement_id=agreement.pk, kind="legal", actor=public)
    pass_reviews(agreement, world)
    _write_money(agreement, public, *after)

    sentence = f"Juristen har set aftalen med {seen}. Bed om en ny bedømmelse."
    _wants_anew(agreement, world, sentence, "legal")


@pytest.mark.parametrize("after", [(119_999,), (120_000,)])
def test_less_money_than_the_lawyer_saw_needs_no_new_look(world, after):
    agreement = agreement_in("negotiation", world, frame={"home_visits": True}, amount=120_000)
    public = world.coordinator.actor()
    _write_money(agreement, public, *after)
    approve_everything(agreement, public, world.receiver_manager.actor())

    services.send_to_signature(agreement_id=agreement.pk, actor=public)

    assert fresh(agreement).status == "awaiting_signature"


def test_more_money_below_the_threshold_needs_no_new_look(world):
    agreement = agreement_in("negotiation", world, frame={"home_visits": True}, amount=1)
    public = world.coordinator.actor()
    _write_money(agreement, public, 100_000)
    approve_everything(agreement, public, world.receiver_manager.actor())

    services.send_to_signature(agreement_id=agreement.pk, actor=public)

    assert fresh(agreement).status == "awaiting_signature"


@pytest.mark.parametrize(
    ("seen", "new", "words"),
    [
        ("home_visits", "involves_minors", "børn og unge"),
        ("involves_minors", "home_visits", "besøg i hjemmet"),
    ],
)
def test_the_lawyers_yes_is_to_the_work_that_was_seen(world, seen, new, words):
    agreement = agreement_in("negotiation", world, frame={seen: True})
    Pen(agreement, world.coordinator.actor()).write("frame", **{new: True})

    sentence = f"Juristen har set aftalen uden {words}. Bed om en ny bedømmelse."
    _wants_anew(agreement, world, sentence, "legal")


def test_the_lawyers_yes_is_to_the_data_that_was_seen_shared(world):
    agreement = agreement_in("negotiation", world, frame={"home_visits": True})
    public = world.coordinator.actor()
    Pen(agreement, public).write("frame", shares_personal_data=True, data_protection="Se bilag 2.")
    services.ask_for_review(agreement_id=agreement.pk, kind="data_protection", actor=public)
    pass_reviews(agreement, world)

    sentence = "Juristen har set aftalen uden delte personoplysninger. Bed om en ny bedømmelse."
    _wants_anew(agreement, world, sentence, "legal")


def test_the_data_protection_officers_yes_is_to_the_clarification_that_was_seen(world):
    shares = {"shares_personal_data": True, "data_protection": "Fælles ansvar, se bilag 2."}
    agreement = agreement_in("negotiation", world, frame=shares)
    Pen(agreement, world.coordinator.actor()).write("frame", data_protection="Ingen særlig.")

    sentence = (
        "Databeskyttelsesrådgiveren har set en anden afklaring af databeskyttelsen. "
        "Bed om en ny bedømmelse."
    )
    _wants_anew(agreement, world, sentence, "data_protection")


def test_the_data_protection_officers_yes_is_to_data_that_was_seen_shared(world):
    agreement = agreement_in("negotiation", world)
    public = world.coordinator.actor()
    services.ask_for_review(agreement_id=agreement.pk, kind="data_protection", actor=public)
    pass_reviews(agreement, world)
    Pen(agreement, public).write("frame", shares_personal_data=True, data_protection="Se bilag 2.")
    services.ask_for_review(agreement_id=agreement.pk, kind="legal", actor=public)
    pass_reviews(agreement, world)

    sentence = (
        "Databeskyttelsesrådgiveren har set aftalen uden delte personoplysninger. "
        "Bed om en ny bedømmelse."
    )
    _wants_anew(agreement, world, sentence, "data_protection")


def test_an_approval_keeps_what_was_seen(world):
    agreement = agreement_in("negotiation", world)

    with pytest.raises(DatabaseError, match="what_was_seen"), transaction.atomic():
        agreement.reviews.update(seen=None)


# --- who writes what ----------------------------------------------------------------------------
def test_the_public_side_cannot_write_the_associations_part(world):
    agreement = agreement_in("draft", world)

    with pytest.raises(services.NotYours):
        Pen(agreement, world.coordinator.actor()).write(
            "volunteers", volunteers_statement="De gør, hvad vi siger."
        )

    assert fresh(agreement).volunteers_statement == ""


def test_the_association_cannot_write_the_public_sides_part(world):
    agreement = agreement_in("draft", world)
    association = Pen(agreement, world.receiver_manager.actor())

    with pytest.raises(services.NotYours):
        association.write("frame", shares_personal_data=False)
    rows = read(fresh(agreement), "parties")["parties"]
    rows[0]["voice"] = "Vi er regionen."
    with pytest.raises(services.NotYours):
        association.write("parties", parties=rows)


def test_a_suggestion_reaches_the_other_side_and_is_taken_in_by_its_owner(world):
    agreement = agreement_in("draft", world)
    public, association = world.coordinator.actor(), world.receiver_manager.actor()
    facts = {**read(agreement, "volunteers"), "volunteers_statement": "De lytter."}
    row = services.suggest_change(
        agreement_id=agreement.pk,
        key="volunteers",
        facts=facts,
        text="Kortere.",
        actor=public,
    )
    take = {"agreement_id": agreement.pk, "comment_id": row.pk, "outcome": "taken"}

    with pytest.raises(services.NotYours):
        services.answer_comment(**take, actor=public)
    services.answer_comment(**take, actor=association)
    with pytest.raises(WrongState):
        services.answer_comment(**take, actor=association)

    assert fresh(agreement).volunteers_statement == "De lytter."
    change = AgreementChange.objects.get(section="volunteers")
    assert (change.new, change.user_name) == ("De lytter.", world.receiver_manager.user.name)


def test_two_who_write_at_once_lose_nothing(world):
    agreement = agreement_in("draft", world)
    public, association = world.coordinator.actor(), world.receiver_manager.actor()
    Pen(agreement, public).write("governance", steering_group="Fire personer.")

    with pytest.raises(services.ChangedMeanwhile) as refused:
        services.save_section(
            agreement_id=agreement.pk,
            key="governance",
            facts={"steering_group": "Seks personer."},
            version=0,
            actor=association,
        )

    assert refused.value.now["steering_group"] == "Fire personer."
    assert fresh(agreement).steering_group == "Fire personer."


def test_a_correction_keeps_the_row_and_its_values(world):
    agreement = agreement_in("draft", world, amount=1)
    before = agreement.indicators.get()
    rows = read(agreement, "goals")["indicators"]
    rows[0]["name"] = "Samtaler pr. måned"
    Pen(agreement, world.receiver_manager.actor()).write("goals", indicators=rows)

    assert agreement.indicators.get().pk == before.pk


def test_a_change_voids_the_others_yes(world):
    agreement = agreement_in("negotiation", world)
    public, association = world.coordinator.actor(), world.receiver_manager.actor()
    approve_everything(agreement, public, association)
    Pen(agreement, association).write("governance", meeting_rhythm="Hver måned")

    with pytest.raises(services.NotReady):
        services.send_to_signature(agreement_id=agreement.pk, actor=public)


def test_the_text_is_locked_while_it_is_signed(world):
    agreement = agreement_in("awaiting_signature", world)

    with pytest.raises(WrongState):
        Pen(agreement, world.coordinator.actor()).write("governance", meeting_rhythm="Aldrig")


@pytest.mark.parametrize("text", ["Ring til 010203-1234", "x" * 5000])
def test_text_that_cannot_be_used_is_refused_with_a_sentence(world, text):
    agreement = agreement_in("draft", world)

    with pytest.raises(InvalidInput) as refused:
        Pen(agreement, world.coordinator.actor()).write("purpose", purpose=text)

    assert "purpose" in refused.value.errors


# --- signatures: each half-signed case by itself --------------------------------------------------
def test_one_of_two_signatures_signs_nothing(world):
    for person in (world.coordinator, world.receiver_manager):
        agreement = agreement_in("awaiting_signature", world)
        sign(agreement, person.actor())

        assert fresh(agreement).status == "awaiting_signature"
        with pytest.raises(DatabaseError), transaction.atomic():
            Agreement.objects.filter(pk=agreement.pk).update(
                status="signed", signed_on=clock.today()
            )


def _three(world):
    """A third party, on the association's side."""
    agreement = start(world, world.outsider)
    public, association = world.coordinator.actor(), world.receiver_manager.actor()
    third = world.outsider_manager.actor()
    services.begin_draft(agreement_id=agreement.pk, actor=public)
    write_all(agreement, public, association)
    from tests.factories.partnerships import contact_facts

    Pen(agreement, third).write(
        "parties", parties=contact_facts(agreement, {third.organisation_id: third.user_id})
    )
    services.submit_for_review(agreement_id=agreement.pk, actor=public)
    pass_reviews(agreement, world)
    services.negotiate(agreement_id=agreement.pk, actor=public)
    approve_everything(agreement, public, association, third)
    services.send_to_signature(agreement_id=agreement.pk, actor=third)
    return agreement, {"public": public, "association": association, "third": third}


@pytest.mark.parametrize(
    "signers",
    [
        ("public",),
        ("association",),
        ("third",),
        ("public", "association"),
        ("public", "third"),
        ("association", "third"),
    ],
)
def test_every_party_signs_or_it_is_not_signed(world, signers):
    agreement, actors = _three(world)
    for name in signers:
        sign(agreement, actors[name])

    assert fresh(agreement).status == "awaiting_signature"
    with pytest.raises(DatabaseError), transaction.atomic():
        Agreement.objects.filter(pk=agreement.pk).update(status="signed", signed_on=clock.today())
    for name in set(actors) - set(signers):
        sign(agreement, actors[name])
    assert fresh(agreement).status == "signed"


def test_a_second_click_signs_once(world):
    agreement = agreement_in("awaiting_signature", world)
    sign(agreement, world.coordinator.actor())

    with pytest.raises(WrongState):
        sign(agreement, world.coordinator.actor())

    assert Signature.objects.count() == 1


def test_nobody_signs_for_another_party_or_without_the_right(world):
    agreement = agreement_in("awaiting_signature", world)
    for name in ("lawyer", "dpo"):
        with pytest.raises(NotAllowed):
            sign(agreement, world.people[name].actor())
    for name in ("outsider_manager", "receiver_handler", "parent_handler", "other_coordinator"):
        with pytest.raises(NotFound):
            sign(agreement, world.people[name].actor())


def test_another_text_than_the_one_that_was_read_is_not_signed(world):
    agreement = agreement_in("awaiting_signature", world)

    with pytest.raises(WrongState):
        services.sign_agreement(
            agreement_id=agreement.pk, sha256="0" * 64, actor=world.coordinator.actor()
        )


def test_a_refusal_voids_what_was_signed_and_says_why(world):
    agreement = agreement_in("awaiting_signature", world)
    sign(agreement, world.coordinator.actor())
    association = world.receiver_manager.actor()

    with pytest.raises(InvalidInput):
        services.refuse_signature(agreement_id=agreement.pk, comment="", actor=association)
    services.refuse_signature(
        agreement_id=agreement.pk, comment="Varslet er for kort.", actor=association
    )

    assert fresh(agreement).status == "negotiation"
    assert Signature.objects.get().voided_at is not None
    approve_everything(agreement, world.coordinator.actor(), association)
    services.send_to_signature(agreement_id=agreement.pk, actor=association)
    sign(agreement, association)
    assert fresh(agreement).status == "awaiting_signature"


PDF = b"%PDF-1.7\nunderskrevet\n%%EOF\n"


def test_a_signed_paper_counts_from_its_day_and_never_from_the_future(world):
    agreement = agreement_in("awaiting_signature", world)
    upload = {
        "agreement_id": agreement.pk,
        "sha256": agreement.frozen.sha256,
        "name": "Marie Leder",
        "actor": world.receiver_manager.actor(),
    }
    tomorrow = clock.today() + timedelta(days=1)

    for bad in (
        {"content": PDF, "signed_on": tomorrow},
        {"content": PDF, "signed_on": clock.today() - timedelta(days=1)},
        {"content": b"MZ\x90 not a pdf", "signed_on": clock.today()},
        {"content": PDF, "signed_on": clock.today(), "name": " "},
    ):
        with pytest.raises(InvalidInput):
            services.upload_signature(**{**upload, **bad})
    with pytest.raises(WrongState):  # another text than the one that the page showed
        services.upload_signature(
            **{**upload, "sha256": "0" * 64}, content=PDF, signed_on=clock.today()
        )
    assert not agreement.documents.filter(kind="signed_copy").exists()
    services.upload_signature(**upload, content=PDF, signed_on=clock.today())

    row = Signature.objects.get()
    assert (row.method, row.signer_name) == ("upload", "Marie Leder")
    assert row.proof is not None
    assert bytes(row.proof.content) == PDF


def test_a_signature_after_the_start_is_too_late(world):
    agreement = agreement_in("awaiting_signature", world)
    with clock.at(clock.now() + timedelta(days=31)), pytest.raises(WrongState):
        sign(agreement, world.coordinator.actor())


def test_what_is_signed_is_never_changed(world):
    agreement = agreement_in("signed", world)

    for change in (
        lambda: Document.objects.filter(pk=agreement.frozen_id).update(title="Andet"),
        lambda: Signature.objects.all().update(signer_name="En anden"),
        lambda: Signature.objects.all().update(sha256="0" * 64),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


# --- who sees and who may -------------------------------------------------------------------------
def test_a_stranger_finds_nothing(world):
    agreement = agreement_in("draft", world)
    for name in ("outsider_manager", "other_coordinator", "parent_handler", "receiver_editor"):
        actor = world.people[name].actor()

        assert not Agreement.objects.visible_to(actor).exists()
        with pytest.raises(NotFound):
            services.begin_draft(agreement_id=agreement.pk, actor=actor)


def test_only_the_public_coordinator_sends_it_to_review(world):
    agreement = agreement_in("draft", world, amount=1)
    for name in ("receiver_manager", "region_manager", "lawyer"):
        with pytest.raises(NotAllowed):
            services.submit_for_review(agreement_id=agreement.pk, actor=world.people[name].actor())

    assert available_moves(agreement, world.coordinator.actor()) == [
        "submit_for_review",
        "cancel",
    ]
    assert available_moves(agreement, world.receiver_manager.actor()) == ["cancel"]


def test_any_party_cancels_with_a_reason_until_it_is_signed(world):
    for state in ("idea", "draft", "internal_review", "negotiation", "awaiting_signature"):
        agreement = agreement_in(state, world)
        actor = world.receiver_manager.actor()
        with pytest.raises(InvalidInput):
            services.cancel_agreement(agreement_id=agreement.pk, comment="", actor=actor)
        services.cancel_agreement(agreement_id=agreement.pk, comment="Ingen penge.", actor=actor)

        assert fresh(agreement).status == "cancelled"
    signed = agreement_in("signed", world)
    with pytest.raises(WrongState):
        services.cancel_agreement(
            agreement_id=signed.pk, comment="Fortrudt.", actor=world.coordinator.actor()
        )


# --- frame agreements -----------------------------------------------------------------------------
def test_a_pair_has_one_active_frame_agreement(world):
    agreement_in("signed", world, kind="frame")
    second = agreement_in("awaiting_signature", world, kind="frame")
    sign(second, world.coordinator.actor())

    with pytest.raises(WrongState) as refused:
        sign(second, world.receiver_manager.actor())

    assert "rammeaftale" in str(refused.value)
    assert fresh(second).status == "awaiting_signature"


def test_a_child_lies_within_its_frames_dates_and_parties(world):
    frame = agreement_in("signed", world, kind="frame")
    child = agreement_in(
        "draft", world, ends_on=frame.ends_on + timedelta(days=1), starts_on=frame.starts_on
    )
    public = world.coordinator.actor()
    services.set_frame_agreement(agreement_id=child.pk, parent_id=frame.pk, actor=public)

    with pytest.raises(services.NotReady):
        services.submit_for_review(agreement_id=child.pk, actor=public)
    Pen(child, public).write("purpose", ends_on=frame.ends_on.isoformat())
    activities = read(child, "activities")["activities"]
    Pen(child, public).write(
        "activities",
        activities=[{**row, "ends_on": frame.ends_on.isoformat()} for row in activities],
    )
    services.add_party(agreement_id=child.pk, organisation=world.outsider, actor=public)
    with pytest.raises(services.NotReady):
        services.submit_for_review(agreement_id=child.pk, actor=public)
    services.remove_party(
        agreement_id=child.pk,
        party_id=child.parties.get(organisation=world.outsider).pk,
        actor=public,
    )
    services.submit_for_review(agreement_id=child.pk, actor=public)
    with pytest.raises(DatabaseError), transaction.atomic():
        Agreement.objects.filter(pk=child.pk).update(ends_on=frame.ends_on + timedelta(days=9))
