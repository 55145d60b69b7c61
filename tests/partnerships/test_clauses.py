"""The library: general texts from the file, a body's own, and texts taken into an agreement."""

from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from partnerships.clause_library import BadClauseFile, load_clauses, read_clauses
from partnerships.models import Clause
from partnerships.services import clauses as services
from portal.common.errors import NotAllowed, NotFound, WrongState
from portal.common.lix import lix
from tests.factories.partnerships import agreement_in, fresh
from tests.partnerships.test_writing import editor, filled
from tests.world import World

pytestmark = pytest.mark.django_db

ClientFor = Callable[..., Client]
TEXT = {"kind": "clause", "title": "Parkering", "text": "Frivillige parkerer gratis."}


def url(name: str, *args: object) -> str:
    return reverse(f"partnerships:{name}", args=args)


def own(world: World) -> Clause:
    return services.create_clause(actor=world.coordinator.actor(), **TEXT)


# --- the file -----------------------------------------------------------------------------------
def test_the_general_texts_are_loaded_once(capsys):
    call_command("load_clauses")
    count = Clause.objects.count()

    assert load_clauses() == 0
    assert Clause.objects.count() == count >= 12
    assert {"tavshed", "forsikring", "attester", "databehandling", "boern"} <= set(
        Clause.objects.values_list("key", flat=True)
    )


def test_a_changed_text_is_a_new_version_and_a_missing_one_is_retired():
    load_clauses("\n## a · clause · A\nEt.\n\n## b · appendix · B\nTo.")

    changed = load_clauses("\n## a · clause · A\nNyt.")

    assert changed == 2
    newest = Clause.objects.in_use().get()
    assert (newest.key, newest.version, newest.text) == ("a", 2, "Nyt.")
    assert load_clauses("\n## a · clause · A\nNyt.\n\n## b · appendix · B\nTo.") == 1
    assert Clause.objects.in_use().get(key="b").version == 2


@pytest.mark.parametrize(
    "text",
    ["\n## a\nTekst", "\n## a · clause · A\n", "\n## a · clause · A\nx\n\n## a · clause · A\nx"],
)
def test_a_file_that_is_wrong_is_refused(text: str):
    with pytest.raises(BadClauseFile):
        load_clauses(text)


def test_the_general_texts_are_plain_danish():
    from partnerships.clause_library import FILE

    for row in read_clauses(FILE.read_text(encoding="utf-8")):
        assert lix(row.text) <= 38, row.key


# --- a body's own --------------------------------------------------------------------------------
def test_a_coordinator_and_a_lawyer_keep_the_own_texts(world: World, client_for: ClientFor):
    client = client_for(world.lawyer)

    client.post(url("clause-create"), {**TEXT, "kinds": ["local"]})
    clause = Clause.objects.get(owner=world.region)
    client.post(url("clause-edit", clause.pk), {**TEXT, "text": "Frivillige parkerer frit."})
    newest = Clause.objects.in_use().get(owner=world.region)
    page = client.get(url("clause-detail", newest.pk)).content.decode()

    assert newest.version == 2
    assert "Udgave 1" in page
    assert "Parkering" in client_for(world.coordinator).get(url("clause-list")).content.decode()
    client.post(url("clause-retire", newest.pk))
    assert not Clause.objects.in_use().filter(owner=world.region).exists()


def test_the_same_words_again_are_no_new_version(world: World):
    clause = own(world)

    again = services.revise_clause(clause_id=clause.pk, actor=world.coordinator.actor(), **TEXT)

    assert again.pk == clause.pk


def test_an_old_version_is_not_written_on(world: World):
    clause = own(world)
    actor = world.coordinator.actor()
    services.revise_clause(clause_id=clause.pk, actor=actor, **{**TEXT, "text": "Nyt."})

    with pytest.raises(WrongState):
        services.revise_clause(clause_id=clause.pk, actor=actor, **TEXT)


def test_general_texts_are_read_and_copied_and_never_changed(world: World, client_for: ClientFor):
    load_clauses("\n## a · clause · Tavshed\nAlle tier.")
    clause = Clause.objects.get()

    with pytest.raises(NotAllowed):
        services.retire_clause(clause_id=clause.pk, actor=world.coordinator.actor())
    copy = client_for(world.coordinator).get(f"{url('clause-create')}?fra={clause.pk}")

    assert copy.context["form"]["text"].value() == "Alle tier."
    assert "Tavshed" in client_for(world.receiver_manager).get(url("clause-list")).content.decode()


def test_another_body_does_not_find_the_text(world: World, client_for: ClientFor):
    clause = own(world)

    for person in (world.other_coordinator, world.municipal_coordinator, world.receiver_manager):
        assert client_for(person).get(url("clause-detail", clause.pk)).status_code == 404
    with pytest.raises(NotFound):
        services.retire_clause(clause_id=clause.pk, actor=world.other_coordinator.actor())
    with pytest.raises(NotAllowed):
        services.create_clause(actor=world.receiver_manager.actor(), **TEXT)


def test_a_text_with_a_cpr_number_or_without_words_is_sent_back(
    world: World, client_for: ClientFor
):
    client = client_for(world.coordinator)

    response = client.post(
        url("clause-create"), {"kind": "clause", "title": "Ny", "text": "Ring 010190-1234"}
    )
    long = client.post(url("clause-create"), {**TEXT, "text": "ord " * 36_250})

    assert response.status_code == long.status_code == 422
    assert "Ring 010190-1234" in response.content.decode()
    assert "8.000 tegn" in long.content.decode()
    assert not Clause.objects.exists()


# --- in an agreement ------------------------------------------------------------------------------
def test_texts_are_taken_into_an_agreement_and_stay_as_they_were(
    world: World, client_for: ClientFor
):
    agreement, clause = agreement_in("draft", world, amount=1), own(world)
    client, address = client_for(world.coordinator), editor(agreement, "clauses")
    data = filled(client, address) | {"take": "1", "take-clause": [str(clause.pk)]}

    taken = client.post(address, data)
    desk = taken.context["desk"]
    client.post(address, {name: values[-1] for name, values in desk.typed.items() if values})
    services.revise_clause(
        clause_id=clause.pk, actor=world.coordinator.actor(), **{**TEXT, "text": "Noget nyt."}
    )

    row = fresh(agreement).clauses.get()
    assert taken.status_code == 200
    assert (row.title, row.text, row.clause) == ("Parkering", "Frivillige parkerer gratis.", clause)
    assert str(clause.pk) not in [str(one.pk) for one in client.get(address).context["library"]]
