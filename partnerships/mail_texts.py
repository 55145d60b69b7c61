"""What the mails of an agreement say, one row for each kind: subject, what has happened, what now.

No mail quotes a comment or a reason: it says that there is something, and links.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Words:
    """`page` names the address that the mail links to; `public`: only the public side is told."""

    subject: Promise
    text: Promise
    now: Promise | str = ""
    page: str = "partnerships:detail"
    public: bool = False


EVENTS: Final[Mapping[str, Words]] = {
    "start": Words(
        _("en idé til et samarbejde"),
        _("%(who)s har skrevet en idé til et samarbejde med jer."),
        _("Læs den, og sig, hvad I tænker. Et nej er helt i orden."),
    ),
    "draft": Words(
        _("I kan skrive på aftalen"),
        _("Idéen er blevet til et udkast. I skriver i det samme dokument."),
        _("Skriv jeres egen del, og læs de andres."),
    ),
    "renewal": Words(
        _("en ny aftale efter den gamle"),
        _("%(who)s har begyndt en fornyelse. Det, der varer ved, er kopieret."),
        _("Læs den igennem, og ret det, der er anderledes nu."),
    ),
    "party_added": Words(
        _("der er kommet en part med"),
        _("En ny part er kommet med i aftalen."),
        _("Afsnittet om parterne skal godkendes igen."),
    ),
    "party_removed": Words(
        _("en part er ikke med længere"),
        _("%(what)s er ikke part i aftalen længere."),
        _("Afsnittet om parterne skal godkendes igen."),
    ),
    "reviewed": Words(
        _("alle har sagt god for aftalen"),
        _("Alle, der skulle gennemgå aftalen, har sagt god for den."),
        _("Nu kan koordinatoren åbne forhandlingen."),
        public=True,
    ),
    "send_back": Words(
        _("aftalen er sendt tilbage"),
        _("%(who)s har sendt aftalen tilbage til udkast med en kommentar."),
        _("Læs kommentaren, og ret det, den handler om."),
    ),
    "review_refused": Words(
        _("noget skal laves om"),
        _("%(who)s har gennemgået aftalen og kan ikke sige god for den endnu."),
        _("Læs kommentaren, og ret det, den handler om."),
    ),
    "negotiate": Words(
        _("I kan forhandle"),
        _("Aftalen er gennemgået, og forhandlingen er åben."),
        _("Læs afsnittene, og godkend dem, I er enige i."),
    ),
    "send_to_signature": Words(
        _("aftalen er klar til underskrift"),
        _("Teksten er låst. Alle parter skal skrive under på den samme tekst."),
        _("Læs den, og skriv under for jer."),
        "partnerships:sign",
    ),
    "refuse_signature": Words(
        _("aftalen er ikke skrevet under"),
        _("%(who)s vil have noget lavet om, før de skriver under."),
        _("Aftalen er tilbage i forhandling. Læs kommentaren."),
    ),
    "sign": Words(
        _("alle har skrevet under"),
        _("Alle parter har skrevet under. Tak."),
        _("Aftalen begynder af sig selv på sin første dag."),
    ),
    "activate": Words(
        _("aftalen er begyndt"),
        _("Aftalen gælder nu."),
        _("Milepæle og opgaver står på aftalens side."),
    ),
    "suspend": Words(
        _("aftalen er sat på pause"),
        _("%(who)s har sat aftalen på pause."),
        _("På siden kan I læse hvorfor."),
    ),
    "resume": Words(
        _("aftalen er i gang igen"),
        _("Pausen er slut, og aftalen gælder igen."),
    ),
    "give_notice": Words(
        _("aftalen er sagt op"),
        _("%(who)s har sagt aftalen op. Den gælder, til varslet er gået."),
        _("På siden kan I læse hvornår og hvorfor."),
    ),
    "terminate": Words(
        _("aftalen er slut"),
        _("Varslet er gået, og aftalen er slut."),
        _("Skriv den afsluttende evaluering, mens I husker det."),
        "partnerships:evaluate",
    ),
    "expire": Words(
        _("aftalen er slut"),
        _("Aftalens sidste dag er gået."),
        _("Skriv den afsluttende evaluering, mens I husker det."),
        "partnerships:evaluate",
    ),
    "evaluate": Words(
        _("der er skrevet en evaluering"),
        _("%(who)s har skrevet i den afsluttende evaluering."),
        _("Læs den, og skriv til, hvis noget mangler."),
        "partnerships:evaluate",
    ),
    "close": Words(
        _("aftalen er afsluttet"),
        _("Aftalen er afsluttet. Den kan stadig læses."),
    ),
    "cancel": Words(
        _("aftalen bliver ikke til noget"),
        _("%(who)s har sagt nej til at gå videre. Der er ikke skrevet under på noget."),
        _("På siden kan I læse hvorfor."),
    ),
    "document_filed": Words(
        _("der er lagt et dokument ind"),
        _("%(who)s har lagt et dokument ind ved aftalen."),
        _("Det står under »Dokumenter« på aftalens side."),
    ),
    "amendment_begun": Words(
        _("et tillæg er begyndt"),
        _("%(who)s har begyndt et tillæg til aftalen."),
        _("Læs, hvad der skal ændres."),
        "partnerships:amendment",
    ),
    "amendment_sent_back": Words(
        _("noget i tillægget skal laves om"),
        _("%(who)s har set på tillægget og kan ikke sige god for det endnu."),
        _("Læs kommentaren, og ret det, den handler om."),
        "partnerships:amendment",
    ),
    "amendment_reviewed": Words(
        _("alle har sagt god for tillægget"),
        _("Alle, der skulle se på tillægget, har sagt god for det."),
        _("Er I enige, kan det sendes til underskrift."),
        "partnerships:amendment",
    ),
    "amendment_to_signature": Words(
        _("et tillæg er klar til underskrift"),
        _("Tillægget er låst. Alle parter skal skrive under på det."),
        _("Læs det, og skriv under for jer."),
        "partnerships:amendment-sign",
    ),
    "amendment_refused": Words(
        _("tillægget er ikke skrevet under"),
        _("%(who)s vil have noget lavet om i tillægget."),
        _("Læs kommentaren, og ret tillægget."),
        "partnerships:amendment",
    ),
    "amendment_withdrawn": Words(
        _("tillægget er trukket tilbage"),
        _("%(who)s har trukket et tillæg tilbage."),
        _("Det ændrer ikke noget. Det, I aftalte før, gælder stadig."),
        "partnerships:amendment",
    ),
    "amendment_signed": Words(
        _("alle har skrevet under på tillægget"),
        _("Alle parter har skrevet under på tillægget."),
        _("Det gælder af sig selv fra sin dag."),
        "partnerships:amendment",
    ),
    "amendment_in_force": Words(
        _("tillægget gælder nu"),
        _("Tillægget er skrevet ind i aftalen."),
        _("Aftalens side viser den nye tekst."),
        "partnerships:amendment",
    ),
}

# To one that another party took out. It sees the agreement no more, so the link is its own list.
TAKEN_OUT: Final = Words(
    _("I er ikke med i aftalen længere"),
    _("%(who)s har taget jer ud af aftalen. I havde ikke skrevet i den endnu."),
    _("Tal med dem, hvis det er en fejl."),
    "partnerships:list",
)

# The same events, as one hears them that the amendment asks in and that is no party yet.
ASKED_IN: Final[Mapping[str, Words]] = {
    "amendment_to_signature": Words(
        _("vil I være med i en aftale?"),
        _("%(who)s vil gerne have jer med i en aftale, der gælder allerede."),
        _("Læs aftalen og tillægget. Skriv under, hvis I vil være med. Et nej er helt i orden."),
        "partnerships:amendment",
    ),
    "amendment_refused": Words(
        _("I skal ikke skrive under nu"),
        _("%(who)s vil have noget lavet om i tillægget. Jeres underskrift gælder ikke længere."),
        _("I skal ikke gøre noget. I hører fra os, hvis I bliver spurgt igen."),
        "partnerships:list",
    ),
    "amendment_withdrawn": Words(
        _("I skal ikke skrive under alligevel"),
        _("%(who)s har trukket tillægget tilbage. I bliver ikke part i aftalen."),
        _("I skal ikke gøre noget."),
        "partnerships:list",
    ),
    "amendment_signed": Words(
        _("alle har skrevet under på tillægget"),
        _("Alle har skrevet under. I er part i aftalen, fra tillægget gælder."),
        page="partnerships:amendment",
    ),
}

REMINDERS: Final[Mapping[str, Words]] = {
    "end": Words(
        _("aftalen slutter %(day)s"),
        _("Aftalen slutter %(day)s. Det er om %(days)s dage."),
        _("Vil I fortsætte, så begynd en fornyelse. Vil I ikke, så aftal den sidste dag."),
    ),
    "notice": Words(
        _("frist for at sige op %(day)s"),
        _("Vil I ud af aftalen før tid, skal I sige den op senest %(day)s."),
        _("Vil I blive i den, skal I ikke gøre noget."),
    ),
    "milestone_before": Words(
        _("en milepæl %(day)s"),
        _("I har en milepæl %(day)s: %(what)s."),
        _("Er den nået, så sæt et flueben på aftalens side."),
    ),
    "milestone_today": Words(
        _("en milepæl i dag"),
        _("I har en milepæl i dag: %(what)s."),
        _("Er den nået, så sæt et flueben på aftalens side."),
    ),
    "milestone_after": Words(
        _("en milepæl er ikke nået"),
        _("Milepælen var %(day)s: %(what)s."),
        _("Er den nået, så sæt et flueben. Ellers tal med hinanden om en ny dag."),
    ),
    "data_protection": Words(
        _("se på databeskyttelsen"),
        _("Det er et år siden, I sidst så på, hvordan aftalen passer på personoplysninger."),
        _("Læs, hvad I har aftalt. Koordinatoren skriver på siden, når I har set på det."),
        public=True,
    ),
    "contact_gone": Words(
        _("kontakten hos %(what)s er væk"),
        _("Den, der var kontakt hos %(what)s, har ikke længere adgang til Samspil."),
        _("Vælg en ny i afsnittet om parterne, eller i et tillæg, når aftalen er skrevet under."),
    ),
    "unsigned": Words(
        _("aftalen venter på underskrift"),
        _("Aftalen har ventet på underskrift siden %(day)s."),
        _("Læs den, og skriv under. Er noget galt, så sig det på siden."),
        "partnerships:sign",
    ),
}
