"""The decision guide: every combination of answers gives a sensible text; progress is kept; it
leads to an agreement, or to none."""

import csv
import re
from itertools import product

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partnerships import guide, services
from partnerships.models import Agreement, AnchoringAssessment
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState
from portal.common.lix import lix
from tests.factories.partnerships import start

KEYS = [row.key for row in guide.questions()]
ANSWERS = ("yes", "no", "unsure")


def answers(*given: str, together: str = "", across: str = "") -> dict[str, dict[str, str]]:
    return {
        key: {"answer": value, "together": together, "across": across}
        for key, value in zip(KEYS, given, strict=True)
    }


# --- the recommendation -------------------------------------------------------------------------
def test_the_questions_are_the_fields_own():
    """Word for word the quotes of the vocabulary, each with the fact it comes from."""
    source = settings.BASE_DIR / "partnerships/reference/decision_questions.csv"
    rows = list(csv.DictReader(source.read_text(encoding="utf-8").splitlines()))

    assert [row["seed"] for row in rows] == [f"S06{n}" for n in range(3, 10)]
    assert rows[0]["question"] == "Har målgruppen behov for netværk eller socialt samvær?"
    assert "samarbejde om at dække et behov hos målgruppen" in rows[5]["question"]
    assert (
        "mulige synergier på tværs af en eller flere civilsamfundsorganisationer og det "
        "offentlige, uanset hvor indsatsen er forankret" in rows[6]["question"]
    )
    assert len(KEYS) == 5
    assert list(guide.crosswise()) == ["together", "across"]


@pytest.mark.parametrize("given", list(product(ANSWERS, repeat=5)))
def test_every_combination_gives_a_sensible_text(given):
    for together, across in product(("", *ANSWERS), repeat=2):
        found = guide.recommend(answers(*given, together=together, across=across))
        lines = found.as_text().splitlines()

        assert len(found.reasons) == 5
        assert lines[0] == found.lead
        assert lines[-1] == "Guiden er en hjælp til at tænke jer om. I beslutter selv."
        assert len(lines) == len(set(lines))
        assert all(line.endswith(".") and "%(" not in line and "  " not in line for line in lines)
        said = found.as_text()
        assert ("I kan løse det sammen" in said) == (together == "yes")
        assert ("Flere foreninger kan gå sammen" in said) == (across == "yes")
        assert ("i tvivl om" in said) == ("unsure" in given)
        assert ("De erstatter ikke ansatte" in said) == (given[4] == "yes")
        if "yes" not in given:
            assert "taler for, at en forening" not in said


@pytest.mark.parametrize(
    ("given", "lead"),
    [
        (("yes",) * 5, "Meget taler for, at en forening bærer indsatsen."),
        (("yes", "yes", "yes", "no", "no"), "Meget taler for, at en forening bærer indsatsen."),
        (
            ("yes", "no", "no", "no", "no"),
            "Noget taler for, at en forening løser en del af indsatsen.",
        ),
        (
            ("yes", "unsure", "unsure", "no", "no"),
            "Noget taler for en forening. Få svar på resten, før I beslutter jer.",
        ),
        (
            ("unsure",) * 5,
            "Det er for tidligt at sige. Spørg målgruppen og et par foreninger først.",
        ),
        (("unsure", *["no"] * 4), "Ikke meget taler for en forening, men I mangler svar."),
        (("no",) * 5, "Svarene peger på, at det offentlige selv står for indsatsen."),
    ],
)
def test_what_the_answers_point_to(given, lead):
    assert guide.recommend(answers(*given)).lead == lead


def test_the_texts_are_easy_to_read():
    for given in product(ANSWERS, repeat=5):
        assert lix(guide.recommend(answers(*given, together="yes", across="yes")).as_text()) <= 35


def test_together_names_what_it_is_about():
    found = answers(*["yes"] * 5)
    found["network"]["together"] = found["stigma"]["together"] = "yes"

    said = guide.recommend(found).together

    assert said.endswith("når det gælder netværk og samvær og stigma.")


# --- kept, step by step -------------------------------------------------------------------------
def fill(row: AnchoringAssessment, actor, *given: str) -> AnchoringAssessment:
    for key, value in zip(KEYS, given, strict=False):
        row = services.answer_question(
            assessment_id=row.pk, key=key, answer=value, reason="Det sagde de.", actor=actor
        )
    return row


@pytest.mark.django_db
class TestKept:
    def test_the_recommendation_is_written_with_the_last_answer_and_anew_when_one_changes(
        self, world
    ):
        actor = world.coordinator.actor()
        row = services.start_assessment(actor=actor, title="Unge med diabetes")
        row = fill(row, actor, *["yes"] * 4)
        assert (row.recommendation, row.finished_at) == ("", None)

        row = fill(row, actor, *["yes"] * 5)
        assert row.recommendation.startswith("Meget taler for")
        row = fill(row, actor, *["no"] * 5)

        assert row.recommendation.startswith("Svarene peger på")

    def test_an_agreement_comes_of_it_once_and_keeps_it(self, world):
        actor = world.coordinator.actor()
        row = services.start_assessment(actor=actor, title="Unge med diabetes")
        start_it = {
            "assessment_id": row.pk,
            "title": "Unge med diabetes",
            "kind": "partnership",
            "partners": [world.receiver],
            "actor": actor,
        }
        with pytest.raises(WrongState):
            services.start_agreement_from(**start_it)
        fill(row, actor, *["yes"] * 5)

        agreement = services.start_agreement_from(**start_it)

        assert agreement.assessments.get() == row
        assert {party.organisation for party in agreement.parties.all()} == {
            world.region,
            world.receiver,
        }
        with pytest.raises(WrongState):
            services.start_agreement_from(**start_it)
        # The other party may read the reasons, and changes none of them.
        other = world.receiver_manager.actor()
        assert AnchoringAssessment.objects.visible_to(other).get() == row
        with pytest.raises(NotAllowed):
            fill(row, other, "no")

    def test_the_reasons_of_an_agreement_that_is_on_its_way_stay(self, world):
        actor = world.coordinator.actor()
        row = services.start_assessment(
            actor=actor, title="Brobygning", agreement_id=start(world).pk
        )
        fill(row, actor, *["yes"] * 5)
        services.cancel_agreement(agreement_id=row.agreement_id, comment="Ikke nu.", actor=actor)

        with pytest.raises(WrongState):
            fill(row, actor, "no")

    def test_an_outsider_finds_nothing(self, world):
        row = services.start_assessment(actor=world.coordinator.actor(), title="Unge")

        with pytest.raises(NotFound):
            fill(row, world.outsider_manager.actor(), "yes")

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"answer": "måske"}, "answer"),
            ({"together": "måske"}, "together"),
            ({"reason": "Hun hedder 010190-1234"}, "reason"),
            ({"reason": "x" * 1001}, "reason"),
        ],
    )
    def test_what_cannot_be_kept_is_refused(self, world, change, field):
        actor = world.coordinator.actor()
        row = services.start_assessment(actor=actor, title="Unge")
        said = {"answer": "yes", **change}

        with pytest.raises(InvalidInput) as refused:
            services.answer_question(assessment_id=row.pk, key="network", actor=actor, **said)

        assert set(refused.value.errors) == {field}

    def test_a_question_that_nobody_asks_is_not_found(self, world):
        actor = world.coordinator.actor()
        row = services.start_assessment(actor=actor, title="Unge")

        with pytest.raises(NotFound):
            services.answer_question(
                assessment_id=row.pk, key="together", answer="yes", actor=actor
            )


# --- pages --------------------------------------------------------------------------------------
def page(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.mark.django_db
class TestPages:
    def begin(self, client) -> AnchoringAssessment:
        answer = client.post(reverse("partnerships:guide-list"), {"title": "Unge med diabetes"})
        row = AnchoringAssessment.objects.get()
        assert answer["Location"] == f"/aftaler/guide/{row.pk}/spoergsmaal/netvaerk/"
        return row

    def test_a_walk_through_it_ends_with_an_idea_for_an_agreement(self, world, client_for):
        client = client_for(world.coordinator)
        row = self.begin(client)
        for asked in guide.questions():
            address = reverse("partnerships:guide-question", args=[row.pk, asked.address])
            assert asked.question in page(client.get(address))
            onwards = client.post(
                address, {"answer": "yes", "reason": "Det sagde de.", "together": "yes"}
            )
        assert onwards["Location"] == f"/aftaler/guide/{row.pk}/"
        assert "Meget taler for, at en forening bærer indsatsen." in page(
            client.get(onwards["Location"])
        )

        address = reverse("partnerships:guide-agreement", args=[row.pk])
        assert "Hjertet Aarhus" in page(client.get(address))
        client.post(
            address,
            {"title": "Unge med diabetes", "kind": "partnership", "partner": world.receiver.slug},
        )

        agreement = Agreement.objects.get()
        assert agreement.status == "idea"
        assert f"aftale {agreement.number}" in page(
            client.get(reverse("partnerships:guide-detail", args=[row.pk]))
        )

    def test_who_passed_a_question_over_comes_back_to_it(self, world, client_for):
        client = client_for(world.coordinator)
        row = self.begin(client)
        for slug in ("netvaerk", "uafhaengig", "stigma", "frivillige"):
            address = reverse("partnerships:guide-question", args=[row.pk, slug])
            onwards = client.post(address, {"answer": "no"})

        assert onwards["Location"] == f"/aftaler/guide/{row.pk}/spoergsmaal/egne-erfaringer/"
        assert "Der er spørgsmål tilbage" in page(
            client.get(reverse("partnerships:guide-detail", args=[row.pk]))
        )

    def test_what_was_answered_stands_there_when_one_comes_back(self, world, client_for):
        client = client_for(world.coordinator)
        row = self.begin(client)
        address = reverse("partnerships:guide-question", args=[row.pk, "netvaerk"])
        later = {"answer": "unsure", "reason": "Vi spørger dem.", "later": "1"}
        assert client.post(address, later)["Location"] == "/aftaler/guide/"

        shown = page(client.get(address))

        assert "Vi spørger dem." in shown
        assert re.search(r'value="unsure"[^>]*checked', shown)

    def test_no_answer_is_refused_and_the_reason_kept(self, world, client_for):
        client = client_for(world.coordinator)
        row = self.begin(client)

        response = client.post(
            reverse("partnerships:guide-question", args=[row.pk, "netvaerk"]), {"reason": "Måske."}
        )

        assert response.status_code == 422
        assert "Måske." in page(response)

    def test_an_empty_need_is_refused(self, world, client_for):
        response = client_for(world.coordinator).post(
            reverse("partnerships:guide-list"), {"title": " "}
        )

        assert response.status_code == 422
        assert not AnchoringAssessment.objects.exists()

    def test_an_association_asks_a_public_body(self, world, client_for):
        actor = world.receiver_manager.actor()
        row = services.start_assessment(actor=actor, title="Unge")
        fill(row, actor, *["yes"] * 5)

        shown = page(
            client_for(world.receiver_manager).get(
                reverse("partnerships:guide-agreement", args=[row.pk])
            )
        )

        assert "Region Midt" in shown
        assert "Lungen Aarhus" not in shown
        assert "Lægehuset Åparken" not in shown

    def test_the_list_costs_the_same_with_one_and_with_twenty(self, world, client_for):
        client, actor = client_for(world.coordinator), world.coordinator.actor()
        counts = []
        for rows in (1, 19):
            for _ in range(rows):
                services.start_assessment(actor=actor, title="Unge")
            client.get(reverse("partnerships:guide-list"))
            with CaptureQueriesContext(
                connection,
            ) as seen:
                client.get(reverse("partnerships:guide-list"))
            counts.append(len(seen))

        assert counts[0] == counts[1]
