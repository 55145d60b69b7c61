"""Agreements and amendments as PDF and Word: everything is there, accessible, whatever is typed."""

import dataclasses
import re
import shutil
import subprocess
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from portal.common import clock
from portal.documents.agreement import render_agreement_docx, render_agreement_pdf
from portal.documents.agreement_facts import (
    Activity,
    AgreementDocument,
    AmendmentInForce,
    Budget,
    BudgetKind,
    BudgetLine,
    Change,
    FrameAnswer,
    Goal,
    Indicator,
    Milestone,
    Obligation,
    Party,
    Risk,
    Section,
    Volunteers,
)
from portal.documents.amendment import AmendmentDocument, MovedParty, render_amendment_pdf
from portal.documents.paper import Person, Shape, Signature, danish_number

HOSPITAL = Party(
    name="Aarhus Universitetshospital",
    side="Region Midtjylland",
    sor="4711000016001",
    address=("Palle Juul-Jensens Boulevard 99", "8200 Aarhus N"),
    contact=Person(name="Jonas Friis", title="afdelingsleder", phone="00 00 00 21"),
    deputy=Person(name="Eva Holst", title="oversygeplejerske"),
    role="Har ansvaret for behandlingen.",
    obligations=(
        Obligation(text="Et lokale på afdelingen", owner="Jonas Friis", due_on=date(2026, 3, 1)),
        Obligation(text="En kontaktsygeplejerske to timer om ugen"),
        Obligation(text="120.000 kr. om året"),
    ),
)
ASSOCIATION = Party(
    name="Hjerteforeningen Aarhus",
    side="Landsforening med lokalkomité",
    cvr="10000009",
    municipality="Aarhus Kommune",
    contact=Person(name="Birthe Krogh", title="frivillig leder", email="birthe@forening.example"),
    role="Bestemmer selv, hvem der er frivillig, og hvordan.",
    obligations=(
        Obligation(text="Finder, oplærer og støtter de frivillige", owner="Birthe Krogh"),
        Obligation(text="En fast afløser, når en frivillig er syg"),
    ),
    voice="Vi kommer som mennesker, ikke som personale.",
)
AGREEMENT = AgreementDocument(
    number="2026-014",
    title="Brobygning efter udskrivning, hjerte",
    status="Aktiv",
    status_shape=Shape.OK,
    starts_on=date(2026, 3, 1),
    ends_on=date(2028, 2, 29),
    notice_months=3,
    parties=(HOSPITAL, ASSOCIATION),
    scope="Hjertesygdomme, Aarhus Universitetshospital",
    cooperation_degree="Samskabelse: vi planlægger og udfører sammen",
    purpose=(
        "Ingen skal gå alene hjem efter en blodprop. En frivillig med egen erfaring møder "
        "patienten på afdelingen, ringer efter en uge og følger med til det første fællesskab."
    ),
    background="Hver tredje patient siger, at de mangler nogen at tale med.\nSåden begyndte det.",
    target_group="Voksne indlagt med blodprop i hjertet, især dem uden netværk",
    target_group_found_by="Sygeplejersken spørger ved udskrivningssamtalen",
    goals=(
        Goal(
            title="Flere møder en, der selv har prøvet det",
            indicators=(
                Indicator(
                    title="Patienter mødt af en frivillig",
                    baseline="0",
                    target="200",
                    direction="Skal op",
                    source="Talt i Samspil",
                    split_by="køn og aldersgruppe",
                ),
                Indicator(
                    title="Kom til et fællesskab inden 3 måneder",
                    baseline="12",
                    target="50",
                    unit="%",
                    direction="Skal op",
                    source="Henvisninger i gang",
                ),
            ),
        ),
        Goal(
            title="Frivillige, der bliver",
            indicators=(
                Indicator(
                    title="Frivillige med egen erfaring",
                    baseline="3",
                    target="18",
                    direction="Skal op",
                    source="Foreningens tal",
                ),
            ),
        ),
    ),
    activities=(
        Activity(
            title="Samtale på afdelingen",
            text="Tirsdag og torsdag kl. 13–15",
            owner="Hjerteforeningen Aarhus",
            starts_on=date(2026, 3, 1),
            ends_on=date(2028, 2, 29),
            milestones=(
                Milestone(title="Seks frivillige oplært", done_on=date(2026, 4, 14)),
                Milestone(title="100 patienter mødt", due_on=date(2026, 12, 31)),
            ),
        ),
        Activity(title="Telefonopkald efter en uge", owner="Begge", starts_on=date(2026, 4, 1)),
    ),
    budget=Budget(
        years=(2026, 2027, 2028),
        lines=(
            BudgetLine(
                title="Regionen betaler",
                source="Region Midtjylland",
                amounts=(Decimal(100000), Decimal(120000), Decimal(20000)),
                lasting=Decimal(120000),
            ),
            BudgetLine(
                title="Foreningen lægger i",
                source="Hjerteforeningen",
                amounts=(Decimal(35000), Decimal(42000), Decimal(7000)),
            ),
            BudgetLine(
                title="Lokaler og kontaktperson",
                source="Aarhus Universitetshospital",
                kind=BudgetKind.IN_KIND,
                amounts=(Decimal(48000), Decimal(58000), None),
            ),
            BudgetLine(
                title="Samtaler og opkald",
                source="Frivillige",
                kind=BudgetKind.VOLUNTEER_HOURS,
                amounts=(Decimal(900), Decimal(1200), Decimal(200)),
                lasting=Decimal(1200),
            ),
        ),
    ),
    frame_answers=(
        FrameAnswer(
            question="Hører det til en regional kerneopgave?",
            answer="Ja",
            reason="Sammenhæng ved udskrivning og patientrettet forebyggelse.",
        ),
        FrameAnswer(
            question="Har en regional jurist set på det?",
            answer="Ja",
            reason="Sara Holm 3. februar 2026, uden forbehold.",
        ),
        FrameAnswer(question="Hvad sker der den sidste dag?"),
    ),
    volunteers=Volunteers(
        statement="De frivillige lytter og deler egne erfaringer. De er ikke personale.",
        training="Seks timer, før den første vagt",
        supervision="Hver måned med en sygeplejerske",
        expenses="Rejser betales",
        insurance="Gennem foreningen",
        confidentiality="Tavshedsløfte er underskrevet",
        certificates="Børneattest er ikke nødvendig",
    ),
    steering_group=("Jonas Friis, afdelingsleder", "Birthe Krogh, frivillig leder"),
    meetings="Fire gange om året, første gang i maj 2026",
    risks=(
        Risk(
            title="For få frivillige om sommeren",
            response="Foreningen spørger naboafdelingen i Randers",
            owner="Birthe Krogh",
        ),
    ),
    evaluation="Fælles evaluering i november 2027",
    after_the_end="Patienter i forløb følges til ende. Lokalet står til rådighed i tre måneder.",
    clauses=(
        Section(title="Tavshed", text="Frivillige lover tavshed.\nLøftet gælder også bagefter."),
        Section(title="Uenighed", text="Styregruppen mødes inden 14 dage."),
    ),
    appendices=(Section(title="Plan for oplæring", text="Første gang: hospitalets huse."),),
    amendments=(
        AmendmentInForce(
            number=1,
            kind="også weekender",
            effective_on=date(2026, 9, 1),
            changes=(
                Change(what="Dage", old="Tirsdag og torsdag", new="Tirsdag, torsdag og lørdag"),
            ),
        ),
    ),
    signatures=(
        Signature(
            party="Aarhus Universitetshospital",
            name="Jonas Friis",
            title="afdelingsleder",
            signed_on=date(2026, 2, 12),
            method="underskrevet i Samspil",
        ),
        Signature(party="Hjerteforeningen Aarhus"),
    ),
    made_on=date(2026, 11, 22),
)
BARE = AgreementDocument(
    number="2026-015",
    title="Besøgsven",
    parties=(Party(name="Randers Kommune"), Party(name="Ældre Sagen Randers")),
)
AMENDMENT = AmendmentDocument(
    agreement_number="2026-014",
    agreement_title="Brobygning efter udskrivning, hjerte",
    number=1,
    kind="Ændret indhold",
    status="Til underskrift",
    reason="Mange udskrives fredag.",
    joining=(
        MovedParty(
            name="Lungen Aarhus", side="Forening", cvr="29189846", municipality="Aarhus Kommune"
        ),
    ),
    leaving=(MovedParty(name="Hjertet Viborg", side="Lokalafdeling", undone=("Finde værter",)),),
    changes=(
        Change(what="Dage", old="Tirsdag og torsdag", new="Tirsdag, torsdag og lørdag"),
        Change(what="Frivillige", new="To mere"),
    ),
    effective_on=date(2026, 9, 1),
    signatures=AGREEMENT.signatures,
    made_on=date(2026, 11, 22),
)

needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None,
    reason="poppler-utils reads the finished PDF back; it is not installed here",
)


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


def read_back(pdf: bytes, folder: Path) -> str:
    path = folder / "paper.pdf"
    path.write_bytes(pdf)
    command = ["pdftotext", "-enc", "UTF-8", str(path), "-"]
    text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    return re.sub(r"\s+", " ", text)


def word_of(data: bytes) -> Any:
    return docx.Document(BytesIO(data))


def word_text(data: bytes) -> str:
    """All that stands in the body, in order."""
    body = word_of(data).element.body
    lines = (
        "".join(run.text or "" for run in line.iter(qn("w:t"))) for line in body.iter(qn("w:p"))
    )
    return "\n".join(lines)


def texts_of(value: Any) -> set[str]:
    """Every piece of text in a document's facts."""
    if isinstance(value, Shape | BudgetKind):
        return set()
    if isinstance(value, str):
        return {line for line in value.split("\n") if line}
    if isinstance(value, tuple):
        return set().union(*map(texts_of, value))
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return set().union(*(texts_of(getattr(value, field.name)) for field in fields))
    return set()


# --- accessibility --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pdf",
    [
        render_agreement_pdf(AGREEMENT),
        render_agreement_pdf(BARE),
        render_amendment_pdf(AMENDMENT),
    ],
    ids=["full", "bare", "amendment"],
)
def test_a_pdf_is_pdf_ua_tagged_with_title_and_language(pdf: bytes) -> None:
    assert re.search(rb"<pdfuaid:part>1</pdfuaid:part>|pdfuaid:part=.1.", pdf)
    assert re.search(rb"/MarkInfo\s*<<[^>]*/Marked true", pdf)
    assert b"/StructTreeRoot" in pdf
    assert b"/Lang(da)" in pdf
    assert b"/DisplayDocTitle true" in pdf
    assert b"Samarbejdsaftale 2026-01" in pdf  # dc:title


def test_the_structure_has_headings_tables_with_headers_and_lists() -> None:
    pdf = render_agreement_pdf(AGREEMENT)

    for tag in (b"/H1", b"/H2", b"/H3", b"/Table", b"/THead", b"/TH", b"/L", b"/LI"):
        assert re.search(rb"/S\s*" + tag + rb"\b", pdf), tag


def test_a_word_file_has_title_and_language() -> None:
    with clock.at(datetime(2026, 11, 22, 9, 0, tzinfo=UTC)):
        document = word_of(render_agreement_docx(AGREEMENT))

    facts = document.core_properties
    assert facts.title == "Samarbejdsaftale 2026-014 · Brobygning efter udskrivning, hjerte"
    assert facts.language == "da-DK"
    assert facts.author == "Samspil"
    assert facts.created == datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    languages = {tag.get(qn("w:val")) for tag in document.styles.element.iter(qn("w:lang"))}
    assert languages == {"da-DK"}


def test_a_word_file_has_real_headings_in_order() -> None:
    document = word_of(render_agreement_docx(AGREEMENT))
    headings = [
        (int(line.style.name[-1]), line.text)
        for line in document.paragraphs
        if line.style.name.startswith("Heading")
    ]

    assert headings[0] == (1, "Brobygning efter udskrivning, hjerte")
    assert [text for level, text in headings if level == 2] == [
        "Formål",
        "Baggrund",
        "Parterne",
        "Mål og indikatorer",
        "Aktiviteter",
        "Økonomi",
        "Frivillige",
        "Rammespørgsmål",
        "Styring og opfølgning",
        "Risici",
        "Når aftalen slutter",
        "Vilkår",
        "Tillæg, der gælder",
        "Bilag",
        "Underskrifter",
    ]
    levels = [level for level, _ in headings]
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))


def test_every_word_table_has_a_repeated_header_row_and_a_name() -> None:
    tables = word_of(render_agreement_docx(AGREEMENT)).tables

    assert len(tables) == 7
    for table in tables:
        assert table._tbl.tr_lst[0].find(".//" + qn("w:tblHeader")) is not None
        assert all(cell.text for cell in table.rows[0].cells)
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val"))


def test_no_property_of_a_cell_or_a_table_stands_twice() -> None:
    """Word calls such a file damaged, where python-docx and LibreOffice say nothing."""
    body = word_of(render_agreement_docx(AGREEMENT)).element.body
    properties = [*body.iter(qn("w:tcPr")), *body.iter(qn("w:tblPr")), *body.iter(qn("w:trPr"))]

    assert len(properties) > 100
    for element in properties:
        tags = [child.tag for child in element]
        assert len(tags) == len(set(tags))


def test_a_word_file_numbers_its_pages() -> None:
    footer = word_of(render_agreement_docx(AGREEMENT)).sections[0].footer
    fields = [tag.get(qn("w:instr")) for tag in footer._element.iter(qn("w:fldSimple"))]

    assert fields == ["PAGE", "NUMPAGES"]


# --- what it says ---------------------------------------------------------------------------------


@needs_poppler
def test_every_fact_stands_in_the_pdf(tmp_path: Path) -> None:
    text = read_back(render_agreement_pdf(AGREEMENT), tmp_path).replace("- ", "-")

    missing = [fact for fact in texts_of(AGREEMENT) if fact.replace("- ", "-") not in text]
    assert missing == []
    for piece in ("1. marts 2026 til 29. februar 2028", "3 måneders varsel", "nået 14. april 2026"):
        assert piece in text
    assert "Dokumentets fingeraftryk står på aftalens side i Samspil." in text
    assert re.search(r"Side 1 af \d", text)


def test_every_fact_stands_in_the_word_file() -> None:
    text = word_text(render_agreement_docx(AGREEMENT))

    assert [fact for fact in texts_of(AGREEMENT) if fact not in text] == []
    assert "Dokumentets fingeraftryk står på aftalens side i Samspil." in text


@needs_poppler
def test_every_fact_stands_in_the_amendment(tmp_path: Path) -> None:
    text = read_back(render_amendment_pdf(AMENDMENT), tmp_path)

    assert [fact for fact in texts_of(AMENDMENT) if fact not in text] == []
    assert "Tillæg 1: Ændret indhold" in text
    assert text.index("Kommer med i aftalen") < text.index("Lungen Aarhus")
    assert text.index("Går ud af aftalen") < text.index("Hjertet Viborg")
    assert "gælder fra 1. september 2026" in text


@needs_poppler
def test_empty_facts_leave_no_trace(tmp_path: Path) -> None:
    for text in (
        read_back(render_agreement_pdf(BARE), tmp_path),
        word_text(render_agreement_docx(BARE)),
    ):
        assert "Besøgsven" in text
        assert "Ældre Sagen Randers" in text
        for word in ("Formål", "Økonomi", "Frivillige", "Vilkår", "Kontakt", "CVR", "Underskrift"):
            assert word not in text


def test_the_budget_adds_up_kind_by_kind() -> None:
    budget = word_of(render_agreement_docx(AGREEMENT)).tables[2]
    rows = {
        row.cells[0].text.split("\n")[0]: [c.text for c in row.cells[1:]] for row in budget.rows
    }

    assert rows["Post"] == ["2026", "2027", "2028", "I alt", "Varigt"]
    assert rows["I alt"] == ["135.000", "162.000", "27.000", "324.000", "120.000"]
    assert rows["Lokaler og kontaktperson"] == ["48.000", "58.000", "–", "106.000", "–"]
    assert rows["Penge og andet i alt, kr."] == [
        "183.000",
        "220.000",
        "27.000",
        "430.000",
        "120.000",
    ]
    assert rows["Samtaler og opkald"] == ["900", "1.200", "200", "2.300", "1.200"]


def test_kroner_have_two_decimals_or_none() -> None:
    line = BudgetLine(title="Kaffe", amounts=(Decimal("1000.5"), Decimal("20.00")))
    agreement = dataclasses.replace(BARE, budget=Budget(years=(2026, 2027), lines=(line,)))
    row = word_of(render_agreement_docx(agreement)).tables[0].rows[-1]

    assert [cell.text for cell in row.cells] == ["Kaffe", "1.000,50", "20", "1.020,50", "–"]


def test_only_a_question_without_any_words_is_called_unanswered() -> None:
    answers = (
        FrameAnswer(question="A", reason="Afklaret 3. februar."),
        FrameAnswer(question="B"),
        FrameAnswer(question="C", answer="Nej"),
    )
    agreement = dataclasses.replace(BARE, frame_answers=answers)
    rows = word_of(render_agreement_docx(agreement)).tables[0].rows[1:]

    assert [row.cells[1].text for row in rows] == ["", "◐ Ikke besvaret", "Nej"]


def test_many_years_are_set_in_tables_below_each_other() -> None:
    years = tuple(range(2026, 2038))
    line = BudgetLine(title="Regionen", amounts=(Decimal(1234567),) * 12)
    agreement = dataclasses.replace(BARE, budget=Budget(years=years, lines=(line,)))
    tables = word_of(render_agreement_docx(agreement)).tables

    headers = [cell.text for table in tables for cell in table.rows[0].cells[1:]]
    assert headers == [*map(str, years), "I alt", "Varigt"]
    assert tables[-1].rows[-1].cells[-2].text == "14.814.804"


def test_a_budget_line_has_one_amount_for_each_year() -> None:
    with pytest.raises(ValueError, match="each year"):
        Budget(years=(2026, 2027), lines=(BudgetLine(title="x", amounts=(Decimal(1),)),))


def test_an_agreement_has_at_least_two_parties() -> None:
    with pytest.raises(ValueError, match="two parties"):
        dataclasses.replace(BARE, parties=(HOSPITAL,))


def test_a_goal_without_an_indicator_still_stands() -> None:
    agreement = dataclasses.replace(BARE, goals=(Goal(title="Færre er ensomme"),))

    assert "Færre er ensomme" in word_text(render_agreement_docx(agreement))


@needs_poppler
def test_the_example_is_called_an_example_in_the_demo_only(tmp_path: Path, settings: Any) -> None:
    for is_demo in (True, False):
        settings.DEMO = is_demo
        pdf = read_back(render_agreement_pdf(BARE), tmp_path)
        word = word_text(render_agreement_docx(BARE))

        assert ("opdigtede" in pdf, "opdigtede" in word) == (is_demo, is_demo)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (None, "–"),
        (Decimal("0"), "0"),
        (Decimal("0.6"), "0,6"),
        (Decimal("115.10"), "115,10"),
        (Decimal("1E+3"), "1.000"),
        (Decimal("-1234567.5"), "-1.234.567,5"),
        (4, "4"),
    ],
)
def test_a_number_is_written_in_danish_with_the_decimals_it_came_with(
    number: Decimal | None, shown: str
) -> None:
    assert danish_number(number) == shown


def test_the_same_agreement_at_the_same_time_is_the_same_file() -> None:
    with clock.at(datetime(2026, 11, 22, 9, 0, tzinfo=UTC)):
        assert render_agreement_pdf(AGREEMENT) == render_agreement_pdf(AGREEMENT)
        assert render_agreement_docx(AGREEMENT) == render_agreement_docx(AGREEMENT)


# --- whatever is typed ----------------------------------------------------------------------------


def test_twelve_parties_each_have_their_box_and_their_line() -> None:
    parties = tuple(
        dataclasses.replace(HOSPITAL if n % 2 else ASSOCIATION, name=f"Part nummer {n}")
        for n in range(12)
    )
    agreement = dataclasses.replace(
        AGREEMENT,
        parties=parties,
        signatures=tuple(Signature(party=party.name) for party in parties),
    )

    assert pages(render_agreement_pdf(agreement)) > pages(render_agreement_pdf(AGREEMENT))
    document = word_of(render_agreement_docx(agreement))
    headings = [line.text for line in document.paragraphs if line.style.name == "Heading 3"]
    assert [text for text in headings if text.startswith("Part ")] == [p.name for p in parties]
    assert len(document.tables[-1].rows) == 13


@needs_poppler
def test_a_text_of_145000_characters_flows_on_and_is_not_cut(tmp_path: Path) -> None:
    long = "\n".join(f"Afsnit {n}: " + "ord " * 28 for n in range(1180))
    assert len(long) > 145_000
    agreement = dataclasses.replace(
        AGREEMENT,
        background=long,
        parties=(dataclasses.replace(HOSPITAL, role="ord " * 4000 + "SLUT"), ASSOCIATION),
        frame_answers=(
            FrameAnswer(question="Hvorfor?", answer="Ja", reason="ord " * 4000 + "END"),
        ),
    )

    pdf = render_agreement_pdf(agreement)

    text = read_back(pdf, tmp_path)
    assert pages(pdf) > 40
    for piece in ("Afsnit 0:", "Afsnit 1179:", "SLUT", "END"):
        assert piece in text
    assert text.count("Spørgsmål Svar Begrundelse") > 1  # the header stands on each page
    assert "Afsnit 1179:" in word_text(render_agreement_docx(agreement))


@needs_poppler
@pytest.mark.parametrize("size", [300, 900, 1500, 2500, 6000, 20000])
def test_a_party_of_any_length_is_not_cut_beside_a_short_one(size: int, tmp_path: Path) -> None:
    long = dataclasses.replace(HOSPITAL, role="ord " * (size // 4) + "SLUT")
    agreement = dataclasses.replace(BARE, parties=(BARE.parties[0], ASSOCIATION, long, HOSPITAL))

    text = read_back(render_agreement_pdf(agreement), tmp_path)

    assert text.count("ord ") >= size // 4
    assert "SLUT" in text
    assert text.count("Eva Holst") == 2


ODD = "👩‍👧 محمد علی 李小龍 \U000f0000 Ọ̀ṣunẹ́ \x00\x0b\ufffe #panic() $x$ *fed* <b> ]] {{ x }}"


def test_odd_letters_do_not_stop_the_press() -> None:
    party = Party(name=ODD, side=ODD, role=ODD, voice=ODD, obligations=(Obligation(text=ODD),))
    agreement = dataclasses.replace(
        AGREEMENT,
        title=ODD,
        kind=ODD,
        parties=(party, ASSOCIATION),
        clauses=(Section(title=ODD, text=ODD),),
        risks=(Risk(title=ODD, response=ODD),),
        signatures=(Signature(party=ODD, name=ODD),),
    )

    assert pages(render_agreement_pdf(agreement)) >= 3
    text = word_text(render_agreement_docx(agreement))
    for piece in ("👩‍👧", "محمد علی", "李小龍", "#panic() $x$ *fed* <b> ]] {{ x }}"):
        assert piece in text


@needs_poppler
def test_markup_from_others_is_printed_and_not_obeyed(tmp_path: Path) -> None:
    attack = '#panic("brudt") #read("/etc/passwd") $x^2$ *fed* _skrå_ <a> @a // væk'
    agreement = dataclasses.replace(
        AGREEMENT,
        background=attack,
        clauses=(Section(title="{number} {title.__class__}", text=attack),),
    )
    text = read_back(render_agreement_pdf(agreement), tmp_path)

    assert text.count(attack) == 2
    assert "{number} {title.__class__}" in text


def test_a_word_file_carries_no_macro_and_no_outside_link() -> None:
    with zipfile.ZipFile(BytesIO(render_agreement_docx(AGREEMENT))) as file:
        names = file.namelist()
        links = "".join(file.read(name).decode() for name in names if name.endswith(".rels"))

    assert not any("vba" in name.lower() for name in names)
    assert "External" not in links
