"""What citizens and handlers write in the demo: own sentences, nobody's story."""

from typing import Final

MESSAGES: Final = (
    "Vil gerne møde andre i samme situation. Lidt nervøs første gang.",
    "Ring helst om formiddagen. Hører ikke så godt.",
    "Bor alene og savner nogen at spise med.",
    "Er lige blevet udskrevet og vil gerne i gang stille og roligt.",
    "Kan ikke køre selv, så det skal være tæt på bussen.",
    "Har prøvet et hold før, men holdt op. Vil gerne prøve igen.",
    "Datteren tager med den første gang.",
    "Taler bedst på skrift. Send gerne en sms først.",
    "Vil gerne tale med en på sin egen alder.",
    "Er træt om eftermiddagen, så formiddag passer bedst.",
    "Vil gerne høre mere, før der siges ja.",
    "Har brug for en, der følger med til døren.",
    "Er pårørende og har svært ved at komme hjemmefra.",
    "Vil helst være i en lille gruppe.",
    "Har ikke været ude blandt andre længe.",
    "",
)
REPLIES: Final = (
    "Vi har ringet og lagt en besked. Vi prøver igen i morgen.",
    "Vi har talt sammen og aftalt at mødes på onsdag.",
    "Vedkommende kommer med som gæst næste gang.",
    "Tak for henvisningen. Vi ringer i denne uge.",
)
CONCERNS: Final = (
    ("Der stod ingen ved døren, og borgeren gik hjem igen. Kan I se på, hvem der tager imod?", ""),
    (
        "Borgeren blev bedt om at betale, men siden siger gratis.",
        "Foreningen har rettet siden. Deltageren har fået pengene igen.",
    ),
    ("En frivillig delte noget, som deltageren havde fortalt i fortrolighed.", ""),
    (
        "Lokalet ligger på anden sal uden elevator. Det passer ikke med det, der står.",
        "Vi har talt med foreningen. Oplysningen er rettet, og holdet flytter til stueetagen.",
    ),
)
SEARCHES: Final = (
    ("kræft", 9), ("ensom", 14), ("besøgsven", 8), ("kol", 7), ("sorggruppe", 8), ("demens", 9),
    ("pårørende", 10), ("motion", 9), ("diabetes", 6), ("angst", 7), ("depression", 8),
    ("hjertemotion", 5), ("bisidder", 5), ("smerter", 4), ("adhd", 5), ("parkinson", 3),
    ("høretab", 3), ("spisefællesskab", 6), ("rygestop", 4), ("gigt", 5), ("unge kræft", 2),
    ("tolk", 4), ("kørsel til behandling", 5), ("svømning", 3), ("sansehave", 2),
)  # fmt: skip
