"""Published status reports in the public register: with their agreement, and without names."""

import io
import zipfile
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partnerships import services
from partnerships.models import (
    Agreement,
    Initiative,
    OfferFigures,
    ReportRow,
    StatusReport,
)
from partnerships.reports.document import public_document_of
from partnerships.reports.filling import figures_words
from tests.factories.register import make_agreement
from tests.factories.reports import begun, published, sign
from tests.world import World, client_for

pytestmark = pytest.mark.django_db
FILES = ("public-report", "public-report-pdf", "public-report-docx", "public-report-csv")
SIGNERS = ("Karen Koordinator", "Marie Leder")


def address(name: str, report: StatusReport) -> str:
    return reverse(f"partnerships:{name}", args=[report.pk])


def answers(report: StatusReport) -> set[int]:
    return {Client().get(address(name, report)).status_code for name in FILES}


def register_page(agreement: Agreement) -> str:
    return Client().get(reverse("partnerships:public-detail", args=[agreement.pk])).content.decode()


def test_a_report_that_all_have_signed_is_read_from_the_agreements_public_page(
    world: World,
) -> None:
    agreement = make_agreement(world.region, world.receiver, public=True)
    report = published(world, agreement)

    assert address("public-report", report) in register_page(agreement)
    page = Client().get(address("public-report", report)).content.decode()

    assert "Følgeskab" in page
    for name in FILES[1:]:
        assert address(name, report) in page
    assert answers(report) == {200}


def test_one_partys_signature_publishes_nothing(world: World) -> None:
    agreement = make_agreement(world.region, world.receiver, public=True)
    report = begun(agreement)
    ReportRow.objects.create(report=report, title="Følgeskab", status="on_schedule")
    assert answers(report) == {404}

    sign(report, world.coordinator.actor())

    assert answers(report) == {404}
    assert report.title not in register_page(agreement)


def test_a_report_goes_from_the_register_with_its_agreement_and_comes_back_with_it(
    world: World,
) -> None:
    agreement = make_agreement(world.region, world.receiver, public=True)
    report = published(world, agreement)

    def consent(yes: bool) -> None:
        services.set_public_consent(
            agreement_id=agreement.pk, consent=yes, actor=world.receiver_manager.actor()
        )

    consent(False)
    assert answers(report) == {404}
    consent(True)
    assert answers(report) == {200}


def test_a_report_of_an_agreement_that_is_not_shown_is_the_parties_own(world: World) -> None:
    report = published(world, make_agreement(world.region, world.receiver))

    assert answers(report) == {404}


def test_nobody_who_signed_is_named_on_the_page_or_in_a_file(world: World) -> None:
    report = published(world, make_agreement(world.region, world.receiver, public=True))
    inside = client_for(world.lawyer).get(reverse("partnerships:report-detail", args=[report.pk]))

    page, pdf, docx, csv = (Client().get(address(name, report)).content for name in FILES)
    document = public_document_of(StatusReport.objects.with_page_data().get(pk=report.pk))

    word = zipfile.ZipFile(io.BytesIO(docx)).read("word/document.xml").decode()
    for text in (page.decode(), word, csv.decode(), str(document)):
        assert not any(name in text for name in SIGNERS)
    assert "Hjertet Aarhus" in word
    frozen = StatusReport.objects.get(pk=report.pk).document
    assert frozen is not None
    assert pdf != bytes(frozen.content)
    assert all(name in inside.content.decode() for name in SIGNERS)


def test_a_small_number_that_was_filled_in_stays_hidden_in_public() -> None:
    figures = OfferFigures(
        since=date(2025, 3, 1), until=date(2026, 2, 28), received=None, accepted=12
    )

    words = figures_words(figures)

    assert "Skjult, for få personer: modtaget" in words


def test_the_parties_read_what_becomes_public_before_they_say_yes(world: World) -> None:
    agreement = make_agreement(world.region, world.receiver)
    report = begun(agreement)
    ReportRow.objects.create(report=report, title="Følgeskab", status="on_schedule")
    manager = client_for(world.receiver_manager)

    before = manager.get(reverse("partnerships:report-detail", args=[report.pk])).content.decode()
    sign(report, world.coordinator.actor())
    sign(report, world.receiver_manager.actor())
    asked = manager.get(reverse("partnerships:publish", args=[agreement.pk])).content.decode()

    assert "kan alle læse den godkendte rapport" in before
    assert report.title in asked
    assert address("public-report", report) not in asked


def test_the_public_page_costs_the_same_with_one_row_and_with_twenty(world: World) -> None:
    def cost(rows: int) -> int:
        agreement = make_agreement(world.region, world.receiver, public=True)
        report = begun(agreement)
        for place in range(rows):
            initiative = Initiative.objects.create(agreement=agreement, title=f"Nr. {place}")
            ReportRow.objects.create(
                report=report, initiative=initiative, title="Følgeskab", status="on_schedule"
            )
        sign(report, world.coordinator.actor())
        sign(report, world.receiver_manager.actor())
        with CaptureQueriesContext(connection) as queries:
            assert Client().get(address("public-report", report)).status_code == 200
        return len(queries)

    cost(1)
    assert cost(1) == cost(20)
