"""In an amendment each party writes its own part and the common one, as in the agreement itself."""

from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from partnerships import services
from partnerships.documents import amendment_text
from partnerships.facts import read
from partnerships.models import Agreement, Amendment, SectionDraft
from partnerships.services.drafts import save_section_draft
from portal.common import clock
from portal.common.errors import NotAllowed, NotFound, WrongState
from tests.factories.partnerships import agreement_in, amend_parties, fresh, sign_amendment
from tests.partnerships.test_joining import joined, let_go, send, take_in, which
from tests.partnerships.test_writing import editor, filled
from tests.world import Person, World

pytestmark = pytest.mark.django_db

Facts = dict[str, Any]


@pytest.fixture(autouse=True)
def plain_paper(monkeypatch):
    """The typesetter has its own tests."""
    text = b"%PDF-1.7 teksten\n%%EOF\n"
    monkeypatch.setattr("partnerships.services.signing.frozen_agreement", lambda _row: text)
    monkeypatch.setattr("partnerships.services.amending.amendment_text", lambda _a, _r: text)


def begin(agreement: Agreement, person: Person) -> Amendment:
    return services.begin_amendment(
        agreement_id=agreement.pk,
        kind="content",
        title="Nyt",
        reason="Vi vil noget andet.",
        effective_on=clock.today(),
        actor=person.actor(),
    )


def now(row: Amendment, key: str) -> Facts:
    row.refresh_from_db()
    facts: Facts = row.after.get(key) or read(fresh(row.agreement), key)
    return facts


def save(row: Amendment, person: Person, key: str, facts: Facts) -> None:
    row.refresh_from_db()
    services.save_amended_section(
        **which(row), key=key, facts=facts, version=row.version_of(key), actor=person.actor()
    )
    row.refresh_from_db()


def with_task(facts: Facts, slug: str, text: str = "Finde værter") -> Facts:
    task = {"id": "", "party": slug, "text": text, "owner": "", "due_on": None}
    return {**facts, "obligations": [*facts["obligations"], task]}


def with_line(facts: Facts, slug: str, text: str = "Kurser") -> Facts:
    line = {"id": "", "text": text, "kind": "money", "paid_by": slug, "amounts": {}}
    return {**facts, "lines": [*facts["lines"], line]}


def answered(facts: Facts, question: str) -> Facts:
    rows = [
        {**one, "reason": "Ændret."} if one["question"] == question else one
        for one in facts["answers"]
    ]
    return {**facts, "answers": rows}


def own_words(facts: Facts, slug: str) -> Facts:
    rows = [
        {**one, "voice": "Vi vil det her."} if one["organisation"] == slug else one
        for one in facts["parties"]
    ]
    return {**facts, "parties": rows}


def receivers(world: World) -> dict[str, tuple[str, Any]]:
    """What belongs to the receiving association, each with a change of it."""
    slug = world.receiver.slug
    return {
        "statement": ("volunteers", lambda it: {**it, "volunteers_statement": "Andre ord."}),
        "answer": ("frame", lambda it: answered(it, "insurance")),
        "task": ("parties", lambda it: with_task(it, slug)),
        "words": ("parties", lambda it: own_words(it, slug)),
        "money": ("budget", lambda it: with_line(it, slug)),
    }


def regions(world: World) -> dict[str, tuple[str, Any]]:
    slug = world.region.slug
    return {
        "statement": ("frame", lambda it: {**it, "data_protection": "Andre ord."}),
        "answer": ("frame", lambda it: answered(it, "core_task")),
        "task": ("parties", lambda it: with_task(it, slug)),
        "words": ("parties", lambda it: own_words(it, slug)),
        "money": ("budget", lambda it: {**it, "lines": []}),
    }


WHAT = ["statement", "answer", "task", "words", "money"]


# --- whose it is ----------------------------------------------------------------------------------
@pytest.mark.parametrize("what", WHAT)
def test_the_public_side_does_not_write_the_associations_part(world, what):
    row = begin(agreement_in("signed", world), world.coordinator)
    key, change = receivers(world)[what]

    with pytest.raises(services.NotYours, match="i tillægget"):
        save(row, world.coordinator, key, change(now(row, key)))
    assert row.after == {}
    save(row, world.receiver_manager, key, change(now(row, key)))

    assert key in row.after


@pytest.mark.parametrize("what", WHAT)
def test_the_association_does_not_write_the_public_sides_part(world, what):
    row = begin(agreement_in("signed", world), world.coordinator)
    key, change = regions(world)[what]

    with pytest.raises(services.NotYours, match="i tillægget"):
        save(row, world.receiver_manager, key, change(now(row, key)))
    assert row.after == {}
    save(row, world.coordinator, key, change(now(row, key)))

    assert key in row.after


@pytest.mark.parametrize("what", WHAT)
def test_a_third_party_writes_what_is_its_sides_and_nothing_of_another_partys(world, what):
    row = begin(joined(world), world.coordinator)
    theirs, public = receivers(world)[what], regions(world)[what]

    key, change = public
    with pytest.raises(services.NotYours):
        save(row, world.outsider_manager, key, change(now(row, key)))
    key, change = theirs
    if what in ("statement", "answer"):
        save(row, world.outsider_manager, key, change(now(row, key)))
        assert key in row.after
    else:
        with pytest.raises(services.NotYours):
            save(row, world.outsider_manager, key, change(now(row, key)))
        assert row.after == {}


def test_what_is_common_is_written_by_each(world):
    row = begin(joined(world), world.coordinator)

    for person in (world.coordinator, world.receiver_manager, world.outsider_manager):
        facts = now(row, "governance")
        save(row, person, "governance", {**facts, "meeting_rhythm": f"Som {person.user.name} vil"})

    assert row.after["governance"]["meeting_rhythm"] == "Som Ulla Leder vil"
    assert row.version_of("governance") == 3


def test_what_another_has_written_in_the_amendment_is_not_the_next_ones_change(world):
    row = begin(agreement_in("signed", world), world.coordinator)
    theirs, ours = world.receiver.slug, world.region.slug

    save(row, world.receiver_manager, "parties", with_task(now(row, "parties"), theirs))
    save(row, world.coordinator, "parties", with_task(now(row, "parties"), ours, "Finde lokale"))

    written = {(one["party"], one["text"]) for one in row.after["parties"]["obligations"]}
    assert written == {(theirs, "Finde værter"), (ours, "Finde lokale")}
    with pytest.raises(services.NotYours):
        # The agreement's own facts, but the other's words are not theirs to take out.
        save(row, world.coordinator, "parties", read(fresh(row.agreement), "parties"))


def test_a_new_row_cannot_bear_the_name_of_one_that_another_took_out(world):
    """Its done day and history would come along."""
    agreement = agreement_in("signed", world)
    party = agreement.parties.get(organisation=world.receiver)
    done = agreement.obligations.create(party=party, text="Et møde", done_on=clock.today())
    row = begin(agreement, world.coordinator)
    save(row, world.receiver_manager, "parties", {**now(row, "parties"), "obligations": []})

    task = {"id": str(done.pk), "party": world.region.slug, "text": "Vores"}
    save(row, world.coordinator, "parties", {**now(row, "parties"), "obligations": [task]})

    assert row.after["parties"]["obligations"][0]["id"] != str(done.pk)


def test_one_that_is_only_asked_in_does_not_write(world):
    agreement = agreement_in("signed", world)
    row = amend_parties(agreement, world.coordinator.actor())
    take_in(row, world.outsider, world.coordinator.actor())
    facts = now(row, "governance")
    save(row, world.coordinator, "governance", {**facts, "meeting_rhythm": "Hver måned"})

    with pytest.raises(NotFound):  # not asked yet: there is nothing to see
        save(row, world.outsider_manager, "governance", facts)
    send(row, world.coordinator.actor())
    with pytest.raises(NotAllowed):
        save(row, world.outsider_manager, "governance", facts)


# --- parties that come and go ---------------------------------------------------------------------
def test_any_party_gives_a_new_one_something_to_do_and_to_pay(world):
    row = amend_parties(agreement_in("signed", world), world.coordinator.actor())
    take_in(row, world.outsider, world.coordinator.actor())
    slug = world.outsider.slug

    save(row, world.receiver_manager, "parties", with_task(now(row, "parties"), slug))
    save(row, world.coordinator, "budget", with_line(now(row, "budget"), slug))
    send(row, world.coordinator.actor())
    sign_amendment(row, world.coordinator, world.receiver_manager, world.outsider_manager)

    assert row.agreement.obligations.get().party.organisation == world.outsider
    row = begin(row.agreement, world.coordinator)
    with pytest.raises(services.NotYours):
        save(row, world.coordinator, "parties", {**now(row, "parties"), "obligations": []})


def leaving(world: World) -> Amendment:
    """The receiver leaves; it has an open task, a done one, and pays for something."""
    agreement = joined(world)
    party = agreement.parties.get(organisation=world.receiver)
    agreement.obligations.create(party=party, text="Finde værter", position=1)
    agreement.obligations.create(party=party, text="Et møde", done_on=clock.today(), position=2)
    agreement.budget.create(text="Kurser", kind="money", paid_by=world.receiver, position=9)
    row = amend_parties(agreement, world.coordinator.actor())
    let_go(row, world.receiver, world.coordinator.actor())
    return row


def handed(facts: Facts, part: str, text: str, **changed: str) -> Facts:
    rows = [{**one, **changed} if one["text"] == text else one for one in facts[part]]
    return {**facts, part: rows}


def test_another_party_takes_over_what_a_leaving_one_has_not_done_and_pays(world):
    row = leaving(world)
    to = world.outsider.slug

    parties = handed(now(row, "parties"), "obligations", "Finde værter", party=to)
    save(row, world.outsider_manager, "parties", parties)
    money = handed(now(row, "budget"), "lines", "Kurser", paid_by=to)
    save(row, world.outsider_manager, "budget", money)
    send(row, world.coordinator.actor())
    sign_amendment(row, world.coordinator, world.outsider_manager, world.receiver_manager)

    agreement = row.agreement
    who = dict(agreement.obligations.values_list("text", "party__organisation__slug"))
    assert who == {"Finde værter": to, "Et møde": world.receiver.slug}
    assert agreement.budget.get(text="Kurser").paid_by == world.outsider


def test_nobody_gives_a_leaving_partys_task_to_another_that_stays(world):
    row = leaving(world)
    facts = handed(now(row, "parties"), "obligations", "Finde værter", party=world.outsider.slug)

    for person in (world.coordinator, world.receiver_manager):
        with pytest.raises(services.NotYours):
            save(row, person, "parties", facts)


def test_what_a_leaving_party_has_done_and_said_stays_its_own(world):
    row = leaving(world)
    facts = now(row, "parties")
    for changed in (
        handed(facts, "obligations", "Et møde", party=world.region.slug),
        handed(facts, "obligations", "Et møde", owner="Ingen"),
        own_words(facts, world.receiver.slug),
    ):
        with pytest.raises(services.NotYours):
            save(row, world.coordinator, "parties", changed)

    save(row, world.receiver_manager, "parties", own_words(facts, world.receiver.slug))

    assert "parties" in row.after


def test_a_party_that_stays_after_all_has_its_part_as_it_was(world):
    row = leaving(world)
    actor = world.coordinator.actor()
    region, receiver = world.region.slug, world.receiver.slug
    facts = handed(now(row, "parties"), "obligations", "Finde værter", party=region)
    facts = with_task(with_task(facts, region, "Vores egen"), receiver, "Påduttet")
    save(row, world.coordinator, "parties", facts)
    money = now(row, "budget")
    money["lines"] = [one for one in money["lines"] if one["text"] != "Kurser"]
    save(row, world.coordinator, "budget", money)
    version = row.version_of("parties")

    party = row.agreement.parties.get(organisation=world.receiver)
    services.drop_party_change(**which(row), party_id=party.pk, actor=actor)

    written = {(one["party"], one["text"]) for one in now(row, "parties")["obligations"]}
    assert written == {(receiver, "Finde værter"), (receiver, "Et møde"), (region, "Vores egen")}
    assert "budget" not in row.after
    assert row.version_of("parties") == version + 1


def with_payment(facts: Facts, line: str) -> Facts:
    due = {"id": "", "line": line, "amount_ore": 100_00, "due_on": clock.today().isoformat()}
    return {**facts, "payments": [*facts["payments"], due]}


def test_payments_go_with_the_lines_that_a_party_that_stays_is_not_to_pay(world):
    row = leaving(world)
    line = row.agreement.budget.get(text="Kurser")
    row.agreement.payments.create(line=line, amount_ore=500_00, due_on=clock.today())
    money = now(row, "budget")
    for one in (*money["lines"], *money["payments"]):
        name = "line" if "line" in one else "text"
        one[name] = one[name].replace("Kurser", "Kursus")
    money = with_payment(with_line(money, world.receiver.slug, "Foreningens del"), "Kursus")
    money = with_payment(with_payment(money, "Foreningens del"), "Koordinator")
    save(row, world.coordinator, "budget", money)

    party = row.agreement.parties.get(organisation=world.receiver)
    services.drop_party_change(**which(row), party_id=party.pk, actor=world.coordinator.actor())

    facts = now(row, "budget")
    assert [one["text"] for one in facts["lines"]] == ["Koordinator", "Kurser"]
    paid = {(one["line"], one["amount_ore"]) for one in facts["payments"]}
    assert paid == {("Kurser", 500_00), ("Koordinator", 100_00)}


def test_what_the_tables_cannot_hold_is_kept_and_not_sent(world, monkeypatch):
    """A fault of ours, and yet no broken page: what was typed stands, and the section is named."""
    row = begin(agreement_in("signed", world), world.coordinator)

    def broken(*_args: Any) -> None:
        raise IntegrityError("null value in column")

    monkeypatch.setattr("partnerships.services.rehearsal.write", broken)
    save(row, world.coordinator, "governance", {**now(row, "governance"), "meeting_rhythm": "x"})

    with pytest.raises(WrongState, match="»Styring og evaluering« kan ikke stå i aftalen"):
        send(row, world.coordinator.actor())
    assert now(row, "governance")["meeting_rhythm"] == "x"


def test_what_a_party_paid_that_has_left_is_for_those_that_stay(world):
    row = leaving(world)
    send(row, world.coordinator.actor())
    sign_amendment(row, world.coordinator, world.outsider_manager, world.receiver_manager)
    row = begin(row.agreement, world.coordinator)
    to = world.outsider.slug

    money = handed(now(row, "budget"), "lines", "Kurser", paid_by=to)
    save(row, world.outsider_manager, "budget", money)
    facts = handed(now(row, "parties"), "obligations", "Et møde", owner="Ingen")
    with pytest.raises(services.NotYours):
        save(row, world.outsider_manager, "parties", facts)

    assert {one["paid_by"] for one in row.after["budget"]["lines"]} == {world.region.slug, to}


# --- the pages ------------------------------------------------------------------------------------
@pytest.fixture
def public(world: World, client_for) -> Client:
    return client_for(world.coordinator)


def address_of(row: Amendment, key: str) -> str:
    return f"{editor(row.agreement, key)}?tillaeg={row.pk}"


def page_of(row: Amendment) -> str:
    return reverse("partnerships:amendment", args=[row.agreement_id, row.pk])


def test_the_others_part_of_an_amendment_is_shown_and_not_editable(world, public):
    row = begin(agreement_in("signed", world), world.coordinator)
    save(row, world.receiver_manager, "frame", answered(now(row, "frame"), "insurance"))

    page = public.get(address_of(row, "frame"))

    rows = {one.id: one for one in page.context["desk"].parts[0].rows}
    assert rows["insurance"].form is None
    assert rows["insurance"].writer == "Hjertet Aarhus"
    assert "Ændret." in {fact.value for fact in rows["insurance"].told}
    assert rows["core_task"].form is not None
    html = page.content.decode()
    assert "Foreslå ændring i andres del" not in html
    assert "I retter jeres egen del og det, der er fælles." in html


def test_a_bent_form_writes_nothing_of_the_others_in_an_amendment(world, public):
    row = begin(agreement_in("signed", world), world.coordinator)
    address = address_of(row, "frame")
    rows = public.get(address).context["desk"].parts[0].rows
    number = [one.id for one in rows].index("insurance")
    data = filled(public, address)
    data |= {f"answers-{number}-answer": "no", f"answers-{number}-reason": "Nej."}

    public.post(address, data)

    assert now(row, "frame") == read(fresh(row.agreement), "frame")


def test_made_up_money_of_another_is_refused_and_what_was_typed_stands_there(world, public):
    row = begin(agreement_in("signed", world), world.coordinator)
    address = address_of(row, "budget")
    number = public.get(address).context["desk"].parts[0].count - 1
    data = filled(public, address)
    data |= {
        f"lines-{number}-text": "De betaler",
        f"lines-{number}-kind": "money",
        f"lines-{number}-paid_by": world.receiver.slug,
    }

    response = public.post(address, data)

    html = response.content.decode()
    assert response.status_code == 422
    assert "Den del skriver den anden part: Post. Bed dem om at rette den i tillægget." in html
    assert 'value="De betaler"' in html
    row.refresh_from_db()
    assert row.after == {}


def test_a_section_of_the_other_side_alone_is_not_opened_in_an_amendment(world, public):
    row = begin(agreement_in("signed", world), world.coordinator)

    response = public.get(address_of(row, "volunteers"), follow=True)

    html = response.content.decode()
    assert response.redirect_chain == [(page_of(row), 302)]
    assert "»Frivillige« skriver Hjertet Aarhus. Bed dem om at rette det i tillægget." in html
    assert address_of(row, "volunteers") not in html
    assert address_of(row, "frame") in html


def test_one_takes_over_a_leaving_partys_task_in_the_editor(world, public):
    row = leaving(world)
    address = address_of(row, "parties")
    desk = public.get(address).context["desk"]
    rows = {one.title: one for one in desk.parts[1].rows}
    assert rows["Et møde"].form is None
    field = rows["Finde værter"].form["party"]
    assert {code for code, _label in field.field.choices} == {
        world.region.slug,
        world.receiver.slug,
    }

    public.post(address, {**filled(public, address), field.html_name: world.region.slug})

    row.refresh_from_db()
    taken = {one["text"]: one["party"] for one in row.after["parties"]["obligations"]}
    assert taken == {"Finde værter": world.region.slug, "Et møde": world.receiver.slug}


def test_a_draft_of_an_amended_section_keeps_what_is_only_written_there(world, public):
    row = leaving(world)
    address = address_of(row, "parties")
    data = filled(public, address)
    name = next(name for name, value in data.items() if value == "Finde værter")
    keep = reverse("partnerships:section-draft", args=[row.agreement_id, "parties"])

    public.post(f"{keep}?tillaeg={row.pk}", {**data, name: "Halvt skrevet"})

    assert f"{keep}?tillaeg={row.pk}" in public.get(address).content.decode()
    assert 'value="Halvt skrevet"' in public.get(address).content.decode()


def test_a_draft_for_one_amendment_is_not_in_the_next_one_nor_in_the_agreement(world, public):
    agreement = agreement_in("signed", world)
    one = begin(agreement, world.coordinator)
    keep = reverse("partnerships:section-draft", args=[agreement.pk, "governance"])
    typed = {**filled(public, address_of(one, "governance")), "meeting_rhythm": "Fra det første"}
    public.post(f"{keep}?tillaeg={one.pk}", typed)
    there = public.get(address_of(one, "governance")).content.decode()
    services.withdraw_amendment(**which(one), comment="Ikke nu.", actor=world.coordinator.actor())
    two = begin(agreement, world.coordinator)

    fresh_form = public.get(address_of(two, "governance")).content.decode()
    public.post(f"{keep}?tillaeg={two.pk}", {**typed, "meeting_rhythm": "Fra det andet"})
    public.post(f"{keep}?tillaeg={two.pk}", {**typed, "meeting_rhythm": "Fra det andet igen"})
    second = public.get(address_of(two, "governance"))
    kept = SectionDraft.objects.count()
    public.post(second.context["discard_url"])

    assert "Fra det første" in there
    assert "Fra det første" not in fresh_form
    assert "Fra det andet igen" in second.content.decode()
    assert kept == 2
    assert [draft.amendment for draft in SectionDraft.objects.all()] == [one]
    discard = reverse("partnerships:section-draft-discard", args=[agreement.pk, "governance"])
    assert public.post(f"{discard}?tillaeg=andet").status_code == 404
    foreign = begin(agreement_in("signed", world), world.coordinator)
    with pytest.raises(NotFound):
        save_section_draft(
            agreement_id=agreement.pk,
            amendment_id=foreign.pk,
            key="governance",
            is_suggestion=False,
            data={},
            actor=world.coordinator.actor(),
        )


def test_an_amendment_says_who_wrote_each_section(world, public):
    row = begin(agreement_in("signed", world), world.coordinator)
    for person in (world.coordinator, world.receiver_manager, world.coordinator):
        facts = now(row, "governance")
        save(row, person, "governance", {**facts, "meeting_rhythm": f"{person.user.name} igen"})
    save(row, world.coordinator, "governance", {**now(row, "governance"), "meeting_rhythm": "Ofte"})

    html = public.get(page_of(row)).content.decode()

    words = (
        f"Skrevet af Marie Leder ({world.receiver.name}), Karen Koordinator ({world.region.name})"
    )
    assert words in html
    save(row, world.coordinator, "governance", read(fresh(row.agreement), "governance"))
    assert row.after == {}
    assert row.writers_of("governance") == []


def test_the_frozen_amendment_says_who_wrote_each_section(world, monkeypatch):
    row = begin(agreement_in("signed", world), world.coordinator)
    save(row, world.coordinator, "governance", {**now(row, "governance"), "meeting_rhythm": "Ofte"})
    seen: list[Any] = []
    monkeypatch.setattr("partnerships.documents.render_amendment_pdf", seen.append)

    amendment_text(row.agreement, row)

    assert seen[0].writers == (
        ("Styring og evaluering", f"Karen Koordinator ({world.region.name})"),
    )


def test_an_amendment_that_several_have_written_is_signed_by_all(world):
    row = begin(joined(world), world.coordinator)
    facts = now(row, "governance")
    save(row, world.coordinator, "governance", {**facts, "meeting_rhythm": "Hver måned"})
    statement = {**now(row, "volunteers"), "volunteers_statement": "De lytter og følger."}
    save(row, world.receiver_manager, "volunteers", statement)
    send(row, world.coordinator.actor())

    sign_amendment(row, world.coordinator, world.receiver_manager)
    assert row.state == "awaiting_signature"
    sign_amendment(row, world.outsider_manager)

    assert row.state == "in_force"
    assert fresh(row.agreement).volunteers_statement == "De lytter og følger."
    with pytest.raises(WrongState):
        save(row, world.coordinator, "governance", facts)
