"""Read-only agreements: the parties' people see them, nobody else; import is a job's door."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partnerships.models import Agreement
from partnerships.services import ImportedAgreement, Party, import_agreement
from portal.access.actor import system_actor
from portal.common.errors import InvalidInput, NotAllowed
from tests.factories.referrals import make_offer

pytestmark = pytest.mark.django_db
JOB = system_actor("tests")


def agreement(world, slug="aftale", **fields):
    return ImportedAgreement(
        **{
            "slug": slug,
            "title": "Rådgiver på afdelingen",
            "status": "active",
            "parties": [
                Party(organisation=world.region, side="public", signed_on=date(2026, 1, 5)),
                Party(
                    organisation=world.receiver,
                    side="association",
                    voice="Vi bestemmer selv, hvordan vi rådgiver.",
                ),
            ],
            "starts_on": date(2026, 1, 1),
            "ends_on": date(2027, 12, 31),
            "obligations": [("public", "Stiller et rum til rådighed")],
            "goals": [{"goal": "Flere samtaler", "indicator": "Samtaler pr. kvartal"}],
            "budget": [{"text": "Rådgiver", "kind": "money", "amount_ore": 52_000_000}],
            "offers": [make_offer(world.receiver)],
            "frame_answers": {"core_task": "Ja."},
            **fields,
        }
    )


def test_import_writes_the_whole_agreement_once(world):
    first = import_agreement(actor=JOB, agreement=agreement(world))
    second = import_agreement(actor=JOB, agreement=agreement(world))

    assert first == second
    assert Agreement.objects.get().parties.count() == 2


@pytest.mark.parametrize(
    "fields", [{"status": "unknown"}, {"parties": []}, {"ends_on": date(2025, 1, 1)}]
)
def test_import_refuses_what_does_not_hold_together(world, fields):
    with pytest.raises(InvalidInput):
        import_agreement(actor=JOB, agreement=agreement(world, **fields))

    assert not Agreement.objects.exists()


def test_people_do_not_import(world):
    with pytest.raises(NotAllowed):
        import_agreement(actor=world.coordinator.actor(), agreement=agreement(world))


@pytest.mark.parametrize("who", ["coordinator", "lawyer", "dpo", "receiver_manager"])
def test_parties_people_read_it(world, client_for, who):
    import_agreement(actor=JOB, agreement=agreement(world))
    client = client_for(getattr(world, who))

    assert "Rådgiver på afdelingen" in client.get(reverse("partnerships:list")).content.decode()
    page = client.get(reverse("partnerships:detail", args=["aftale"]))
    assert page.status_code == 200
    assert "520.000" in page.content.decode()


@pytest.mark.parametrize("who", ["outsider_manager", "other_coordinator", "municipal_coordinator"])
def test_for_others_it_does_not_exist(world, client_for, who):
    import_agreement(actor=JOB, agreement=agreement(world))
    client = client_for(getattr(world, who))

    assert "Rådgiver" not in client.get(reverse("partnerships:list")).content.decode()
    assert client.get(reverse("partnerships:detail", args=["aftale"])).status_code == 404


def test_list_takes_the_same_statements_for_one_and_for_twenty(world, client_for):
    client = client_for(world.coordinator)
    client.get(reverse("partnerships:list"))  # what a process remembers for ever
    counts = []
    for number in (1, 20):
        while Agreement.objects.count() < number:
            import_agreement(
                actor=JOB, agreement=agreement(world, slug=f"aftale-{Agreement.objects.count()}")
            )
        with CaptureQueriesContext(connection) as statements:
            assert client.get(reverse("partnerships:list")).status_code == 200
        counts.append(len(statements))

    assert counts[0] == counts[1]
