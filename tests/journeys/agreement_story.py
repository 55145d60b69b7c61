"""How the two sides of an agreement write it in the browser, section by section."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from playwright.sync_api import Locator

from tests.journeys.visitor import Visitor

SAVE = "Gem afsnittet"


def walk_the_guide(visitor: Visitor, need: str) -> None:
    visitor.go("/aftaler/guide/", "Hvornår er civilsamfundet det rette sted?")
    visitor.write("Hvilket behov handler det om?", need)
    visitor.press("Begynd")
    visitor.sees("Spørgsmål 1 af")
    count = int(visitor.page.locator("progress").get_attribute("max") or 0)
    for number in range(1, count + 1):
        visitor.sees(f"Spørgsmål {number} af {count}")
        visitor.arrive("")
        for question in visitor.page.locator("main fieldset.fld").all():
            visitor.pick("Ja", inside=question)
        visitor.press(visitor.page.locator("main .button-primary").inner_text())
    visitor.arrive(need)
    visitor.sees("Anbefaling")


@dataclass
class Writer:
    """One side at its desk. Every section is found from the agreement's own page."""

    visitor: Visitor
    address: str
    title: str

    def section(self, label: str) -> None:
        self.visitor.go(self.address, self.title)
        card = self.visitor.page.locator("details.sect").filter(
            has=self.visitor.page.get_by_role("heading", name=label, exact=True)
        )
        if card.get_attribute("open") is None:
            self.visitor.open(card)
        self.visitor.follow("Skriv", inside=card)
        self.visitor.arrive(label)

    def save(self) -> None:
        self.visitor.press(SAVE)
        self.visitor.arrive(self.title)

    def row(self, name: str) -> Locator:
        return self.visitor.page.get_by_role("group", name=re.compile(f"^{re.escape(name)}"))

    def fill(self, inside: Locator | None = None, **typed: str) -> None:
        for label, text in typed.items():
            self.visitor.write(label.replace("_", " "), text, inside=inside)

    def contact(self, organisation: str, name: str) -> None:
        self.section("Parter")
        self.visitor.select("Kontakt", name, inside=self.row(organisation))
        self.save()

    def answers(self, facts: list[str] | None = None) -> None:
        """Yes to every question of the own side, with a reason; no to the `facts`."""
        self.section("Rammespørgsmål")
        for fact in facts or []:
            self.visitor.pick("Nej", inside=self.row(fact))
        for question in self.visitor.page.locator("fieldset.part-answers").all():
            self.visitor.select("Svar", "Ja", inside=question)
            self.visitor.write("Begrundelse", "Det er aftalt i bilaget.", inside=question)
        self.save()


def the_publics_part(writer: Writer, first: date, last: date) -> None:
    writer.section("Formål og målgruppe")
    writer.fill(Formål="Ingen skal gå alene hjem.", Målgruppe="Voksne uden netværk")
    writer.fill(Begynder=first.isoformat(), Slutter=last.isoformat())
    writer.fill(Opsigelsesvarsel_i_måneder="3")
    writer.save()
    writer.answers(
        [
            "Deler personoplysninger",
            "Arbejder med børn og unge",
            "Besøg i borgeres hjem",
            "Tidsbegrænsede projektpenge",
        ]
    )
    writer.section("Mål og indikatorer")
    goal = writer.row("Indikator 1")
    writer.fill(goal, Mål="Flere følges hjem", Indikator="Ture", Før="10", Kilde="Tælling")
    writer.visitor.write("Mål for tallet", "40", inside=goal)
    writer.save()


def the_associations_part(writer: Writer, first: date) -> None:
    writer.answers()
    writer.section("Aktiviteter")
    activity = writer.row("Aktivitet 1")
    writer.fill(activity, Aktivitet="Følgeskab hjem", Fra=first.isoformat())
    writer.fill(activity, Til=(first + timedelta(days=300)).isoformat())
    writer.save()
    writer.section("Frivillige")
    writer.fill(Frivilliges_rolle="De går med hjem. De erstatter ingen ansatte.")
    writer.save()
