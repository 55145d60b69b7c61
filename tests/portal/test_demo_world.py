"""The demo world as its visitors meet it, built on a day in November 2026."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from offers.models import Offer, OfferStatus, SearchRow
from organisations.models import Contact, Membership, NamedHandler, Organisation, Role
from organisations.selectors import has_accepted_terms
from partnerships import entrance_clocks, forum_clocks
from partnerships.models import (
    ENTRANCE_KINDS,
    ActionPoint,
    Agreement,
    Enquiry,
    Entrance,
    EntrancePost,
    Forum,
    Meeting,
    Milestone,
    StatusReport,
)
from portal.accounts.models import User
from portal.audit.scope import tenant
from portal.common import clock
from portal.common.workdays import add_working_days
from portal.demo import personas
from portal.demo.models import DemoWorld
from portal.demo.world import openness
from portal.demo.world.building import build_world, refuse_outside_demo
from portal.demo.world.cast import BUILDER, Cast
from portal.demo.world.entrance_words import POSTS
from portal.demo.world.entrances import CLOSED
from portal.demo.world.people import WITHOUT_TERMS
from portal.demo.world.register import UNVERIFIED
from portal.demo.world.sources import hospitals, records
from portal.geography.models import HealthCouncil, Municipality, Region
from portal.notifications.models import OutgoingMessage
from referrals import clocks
from referrals.models import Concern, Referral, State
from tests.portal.built_world import built_at, referrals, rows_of_everything

MONDAY = datetime(2026, 11, 23, 10, 30, tzinfo=clock.COPENHAGEN)


pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def built(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[DemoWorld]:
    with django_db_blocker.unblock(), built_at(MONDAY) as world:
        yield world


def waiting_mails() -> list[OutgoingMessage]:
    return list(OutgoingMessage.objects.exclude(status=OutgoingMessage.Status.SUPPRESSED))


def the_actor(persona: str):
    found = next(row for row in personas.personas() if row.slug == persona)
    return Cast().get(found.organisation, Role(found.roles[-1]))


def test_every_organisation_of_the_file_is_there_below_its_parent():
    for row in records("organisations.jsonl"):
        organisation = Organisation.objects.get(slug=row["id"])

        assert (organisation.name, organisation.kind) == (row["name"], row["kind"])
        assert (organisation.parent.slug if organisation.parent else None) == row["parent"]
        assert organisation.is_verified is (row["id"] not in UNVERIFIED)


def test_every_offer_is_there_under_its_own_slug_and_search_knows_the_public_ones():
    slugs = {row["id"] for row in records("offers.jsonl")}

    assert len(slugs) == 207
    assert set(Offer.objects.values_list("slug", flat=True)) == slugs
    assert SearchRow.objects.count() == Offer.objects.filter(status=OfferStatus.PUBLISHED).count()
    copy = Offer.objects.get(slug="kraeftraadgivning-aarhus")
    assert copy.template.slug == "kraeftraadgivning"
    assert copy.created_at < MONDAY - timedelta(days=365)
    assert copy.verified_at == clock.now() - timedelta(days=84)


def test_the_company_to_hospital_takes_bridging():
    takers = Offer.objects.filter(takes_navigator_referrals=True)

    assert {offer.organisation.slug for offer in takers} == {"social-sundhed"}


def test_the_agreements_stand_with_their_parties_and_dates():
    of_the_file = Agreement.objects.exclude(external_id="")
    assert of_the_file.count() == 25
    agreement = Agreement.objects.get(external_id="aft-foelgeskab-ah")
    parties = {row.organisation.slug for row in agreement.parties.all()}
    assert parties == {"amager-hvidovre", "social-sundhed"}
    rows = {row["id"]: row for row in records("collaborations.jsonl")}
    row = rows[agreement.external_id]
    assert agreement.starts_on == MONDAY.date() + timedelta(days=row["start_in_days"])
    states = dict(of_the_file.values_list("external_id", "status"))
    assert states == {key: row["status"] for key, row in rows.items()}


def test_half_way_belongs_to_the_one_activity_where_there_is_only_one():
    half_way = Milestone.objects.filter(text="Status ved halvdelen")
    tied = dict(half_way.values_list("agreement__external_id", "activity__text"))
    assert tied["aft-foelgeskab-ah"] == "Færre udebliver"
    assert tied["aft-motionscafeer"] is None


def test_the_agreements_went_through_the_guards_and_both_sides_voices_stand():
    agreement = Agreement.objects.get(external_id="aft-soc-henvisning-midt")

    assert set(agreement.reviews.values_list("kind", flat=True)) == {
        "professional",
        "legal",
        "data_protection",
    }
    assert agreement.signatures.count() == 4
    voices = [row.voice for row in agreement.parties.all() if row.voice]
    assert len(voices) == 2
    verbs = list(agreement.events.values_list("verb", flat=True))
    assert verbs[-1] in {"activate", "milestone_done"}
    assert "negotiate" in verbs


def test_the_public_register_has_agreements_that_every_party_opened():
    page = Client().get("/samarbejder/").content.decode()

    shown = Agreement.objects.public()
    assert {row.external_id for row in shown} == set(openness.SUMMARIES)
    for agreement in shown:
        assert openness.SUMMARIES[agreement.external_id] == agreement.public_summary
        assert agreement.title in page


def test_last_years_reports_are_signed_by_all_and_read_by_everybody():
    assert openness.report() == len(openness.YEARS)

    assert openness.report() == 0
    # The one that is closed had its last report in before that.
    assert {row.agreement.external_id for row in StatusReport.objects.public()} == {
        *openness.YEARS,
        "aft-brobygning-national",
    }
    for report in StatusReport.objects.public():
        page = Client().get(reverse("partnerships:public-report", args=[report.pk]))
        assert report.narrative in page.content.decode()
        assert report.signatures.count() == report.agreement.parties.count()
        assert report.published_at < clock.now()


def test_every_persona_signs_in_with_one_click_and_has_no_password():
    for persona in personas.personas():
        if persona.is_citizen:
            continue
        membership = personas.membership_of(persona.slug)

        assert membership is not None, persona.slug
        assert membership.user.name == persona.name
        assert set(membership.roles.values_list("role", flat=True)) == set(persona.roles)
        assert not membership.user.has_usable_password()
        assert membership.user.identity_checked_at is not None


def test_who_owns_offers_has_a_manager_who_answers_and_all_but_five_have_the_terms():
    owners = {row["organisation"] for row in records("offers.jsonl")}

    without = {
        organisation.slug
        for organisation in Organisation.objects.filter(slug__in=owners)
        if not has_accepted_terms(organisation)
    }

    assert without == WITHOUT_TERMS
    assert len(WITHOUT_TERMS) == 5
    both = Membership.objects.with_role(Role.MANAGER).with_role(Role.HANDLER)
    # Ældre Sagen's persona leads and does not answer; a colleague does both.
    assert set(both.values_list("organisation__slug", flat=True)) >= owners
    deputies = NamedHandler.objects.filter(is_deputy=True, organisation__slug__in=owners)
    assert deputies.count() == len(owners) - 5


def test_every_organisation_has_a_contact_and_a_deputy():
    named = Organisation.objects.exclude(kind="operator")

    for deputy in (False, True):
        contacts = Contact.objects.filter(is_deputy=deputy)
        assert contacts.values("organisation").distinct().count() == named.count()


def test_no_address_leaves_the_invented_world():
    addresses = {
        *User.objects.values_list("email", flat=True),
        *Contact.objects.values_list("email", flat=True),
        *NamedHandler.objects.values_list("email", flat=True),
        *Organisation.objects.exclude(email="").values_list("email", flat=True),
    }

    assert len(addresses) > 500
    assert {address for address in addresses if not address.endswith(".example")} == set()
    phones = set(NamedHandler.objects.values_list("phone", flat=True))
    assert all(phone.startswith("+45000000") for phone in phones)


def test_a_handful_of_fresh_mails_goes_out_and_nothing_of_the_past():
    mails = waiting_mails()
    randers = Organisation.objects.get(slug="hjerte-randers")
    marfan = Organisation.objects.get(slug="marfan")

    sent = [mail.organisation_id for mail in mails if mail.template == "referrals.new"]
    assert len(sent) == 5
    assert randers.pk in sent
    asked = [mail.organisation_id for mail in mails if mail.template == "offers.review"]
    assert set(asked) == {randers.pk, marfan.pk}
    assert len(mails) == 7


def test_anne_holm_finds_a_no_a_silence_and_a_consent_that_ends():
    sent = referrals(sender__slug="praksis-laegehuset-midtvest")
    now = clock.now()

    assert any(row.status == State.DECLINED for row in sent)
    silent = [row for row in sent if row.status == State.SENT and row.kind == "identified"]
    assert any(add_working_days(row.sent_at, 10) <= now for row in silent)
    with tenant(BUILDER, readonly=True):
        ends = [
            expires
            for expires in Referral.objects.filter(
                sender__slug="praksis-laegehuset-midtvest", status=State.WAITLISTED
            ).values_list("consent__expires_at", flat=True)
        ]
    assert any(now < expires <= now + timedelta(days=30) for expires in ends)
    mine = the_actor("p-praksissygeplejerske")
    assert {row.sent_by_id for row in sent} == {mine.user_id}


def test_tarik_aydin_has_ten_that_wait_and_birthe_krogh_a_few():
    def waiting(organisation: str) -> list[Referral]:
        return [
            row
            for row in referrals(receiver__slug=organisation, status=State.SENT)
            if row.kind != "code"
        ]

    assert len(waiting("social-sundhed")) >= 10
    assert 3 <= len(waiting("hjerte-randers")) <= 6
    assert len({row.status for row in referrals(receiver__slug="hjerte-randers")}) >= 5


def test_mette_lund_has_something_to_approve_something_late_and_a_concern():
    actor = the_actor("p-region")
    with tenant(actor, readonly=True):
        moderated = Referral.objects.moderated_by(actor).count()
        overseen = list(
            Referral.objects.overseen_by(actor).awaiting_answer().values_list("sent_at", flat=True)
        )
    with tenant(actor, readonly=True):
        concerns = set(Concern.objects.visible_to(actor).values_list("status", flat=True))

    assert moderated >= 2
    assert any(add_working_days(sent_at, 10) <= clock.now() for sent_at in overseen)
    assert concerns == {"new", "in_hand", "closed"}


def test_the_second_build_changes_nothing_and_is_quick():
    before = rows_of_everything()

    with CaptureQueriesContext(connection) as statements:
        build_world()

    assert rows_of_everything() == before
    assert len(statements) < 10


def test_a_part_that_is_built_again_finds_everything_there():
    before = rows_of_everything()
    DemoWorld.objects.update(
        parts={
            name: "1" for name in ("scenes", "closings", "concerns", "figures", "fresh", "asked")
        }
        | {"reminders": "1"}
    )

    build_world()

    after = rows_of_everything()
    assert after == before


def test_it_is_refused_where_real_people_may_be():
    with override_settings(DEMO=False):
        for command in ("build_demo_world", "fill_demo_history"):
            with pytest.raises(CommandError, match="demo only"):
                call_command(command, verbosity=0)
        with pytest.raises(Exception, match="demo only"):
            refuse_outside_demo()


def test_three_weeks_of_pause_bring_one_mail_each_and_not_a_heap():
    opened = len([row for row in referrals() if row.status not in {State.DRAFT}])
    already = OutgoingMessage.objects.count()

    with clock.at(MONDAY + timedelta(days=21)):
        clocks.run_clocks()
        first = OutgoingMessage.objects.count() - already
        clocks.run_clocks()
        second = OutgoingMessage.objects.count() - already

    new = OutgoingMessage.objects.filter(pk__gt=0, created_at__gt=MONDAY + timedelta(days=1))
    reminded = [row.ids["referral"] for row in new if row.template == "referrals.reminder"]
    assert len(reminded) == len(set(reminded))
    assert 0 < first == second < 2 * opened


def test_all_parts_of_the_country_are_there_once_the_rest_has_joined():
    from portal.demo.world.register import Register

    Register().fill_the_rest()

    for kind, area, number in (
        ("municipality", Municipality, 98),
        ("region", Region, 6),
        ("health_council", HealthCouncil, 17),
    ):
        owned = Organisation.objects.filter(kind=kind).values_list(f"{kind}_id", flat=True)
        assert len(owned) == len(set(owned)) == number == area.objects.count()
    names = list(Organisation.objects.filter(kind="hospital").values_list("name", flat=True))
    assert len(names) == len(set(names))
    assert {row["navn"] for row in hospitals()} <= set(names)
    herlev = Organisation.objects.get(name="Herlev Hospital")
    assert herlev.parent.slug == "herlev-gentofte"


@pytest.mark.parametrize("persona", ["p-frivillig", "p-koordinator-forening", "p-laege"])
def test_a_click_opens_the_personas_first_page(persona):
    client = Client()

    client.post(f"/demo/skift/{persona}/")
    response = client.get("/start/", follow=True)

    assert response.status_code == 200


def test_every_public_body_of_the_file_has_an_entrance_and_two_are_closed():
    bodies = Organisation.objects.filter(kind__in=ENTRANCE_KINDS)

    assert not bodies.filter(entrance__isnull=True).exists()
    closed = Entrance.objects.filter(is_open=False)
    assert set(closed.values_list("organisation__slug", flat=True)) == CLOSED
    for entrance in Entrance.objects.all():
        assert entrance.contact_email.endswith(".example")
    assert EntrancePost.objects.public().count() == len(POSTS)


def test_there_are_enquiries_in_every_state_and_none_is_reminded_of_on_the_first_day():
    rows = Enquiry.objects.all()

    assert rows.filter(acknowledged_at__isnull=True, answer_by__gt=MONDAY).exists()
    assert rows.filter(acknowledged_at__isnull=False, answered_at__isnull=True).exists()
    assert rows.unanswered().filter(answer_by__lt=MONDAY).exists()
    assert set(rows.values_list("outcome", flat=True)) == {"", "onward", "declined"}
    assert rows.filter(sender__isnull=False, has_account=False).exists()
    with clock.at(MONDAY), transaction.atomic():
        assert entrance_clocks.run_entrance_clocks() == 0
        assert forum_clocks.remind_of_action_points() == 0
        transaction.set_rollback(True)


def test_the_personas_meet_a_forum_with_minutes_a_coming_meeting_and_something_promised():
    for persona in ("p-region", "p-kommune", "p-koordinator-forening"):
        found = next(row for row in personas.personas() if row.slug == persona)
        role = Role.COORDINATOR if "coordinator" in found.roles else Role.MANAGER
        actor = Cast().get(found.organisation, role)

        assert Forum.objects.visible_to(actor).count() == 1
        states = set(Meeting.objects.visible_to(actor).values_list("state", flat=True))
        assert {"planned", "held"} <= states
        own = ActionPoint.objects.visible_to(actor).open()
        assert own.filter(organisation_id=actor.organisation_id).exists()
