"""The table of an offer's states, compared with the contract."""

import re

from offers.models import OfferStatus
from offers.permissions import available_actions
from offers.workflow import TRANSITIONS
from portal.access.permissions import Permission

# The line of workflows.md, "Offer (tilbud)", letter for letter.
CONTRACT = "draft → in_review → published ↔ paused, published|paused → archived → draft"
# The coordinator's other answer, which the line leaves out.
ALSO = {("in_review", "draft")}


def contract_moves() -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for chain in CONTRACT.split(", "):
        parts = re.split(r"\s*([→↔])\s*", chain)
        for left, arrow, right in zip(parts[::2], parts[1::2], parts[2::2], strict=False):
            for source in left.split("|"):
                found.add((source, right))
                if arrow == "↔":
                    found.add((right, source))
    return found


def test_the_table_equals_the_contract() -> None:
    table = {
        (str(source.value), str(step.target.value))
        for step in TRANSITIONS.values()
        for source in step.sources
    }

    assert table == contract_moves() | ALSO


def test_every_state_can_be_reached_and_left() -> None:
    targets = {step.target for step in TRANSITIONS.values()}
    sources = {source for step in TRANSITIONS.values() for source in step.sources}

    assert targets == set(OfferStatus)
    assert sources == set(OfferStatus)


def test_only_the_coordinators_answers_need_the_right_to_moderate() -> None:
    moderated = {
        verb for verb, step in TRANSITIONS.items() if step.permission is Permission.OFFER_MODERATE
    }

    assert moderated == {"approve", "send_back"}


def test_buttons_follow_the_table(world, db) -> None:
    from tests.factories.offers import OfferFactory

    editor = world.receiver_editor.actor()

    shown = {
        status: available_actions(OfferFactory(organisation=world.receiver, status=status), editor)
        for status in OfferStatus.values
    }

    assert shown["draft"] == ["publish", "edit", "set_capacity"]
    assert shown["in_review"] == ["publish", "edit", "set_capacity"]
    assert shown["published"] == ["pause", "archive", "edit", "confirm", "set_capacity"]
    assert shown["paused"] == ["resume", "archive", "edit", "confirm", "set_capacity"]
    assert shown["archived"] == ["reopen"]


def test_a_new_organisation_submits_where_a_verified_one_publishes(world, db) -> None:
    from tests.factories.offers import OfferFactory

    world.receiver.verified_at = world.receiver.verified_by_id = None
    world.receiver.save()
    draft = OfferFactory(organisation=world.receiver, status="draft")
    waiting = OfferFactory(organisation=world.receiver, status="in_review")

    assert "submit" in available_actions(draft, world.receiver_editor.actor())
    assert "publish" not in available_actions(draft, world.receiver_editor.actor())
    assert "publish" not in available_actions(waiting, world.receiver_editor.actor())
    assert available_actions(waiting, world.coordinator.actor()) == ["approve", "send_back"]
