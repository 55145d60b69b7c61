"""What the public bodies of the demo say at their entrances, post and are asked. Invented."""

from typing import Final

from organisations.models import OrganisationKind

Kind = OrganisationKind

# Each kind has two ways of saying it, taken in turn.
INTRO: Final = {
    Kind.REGION: (
        "Vi er én indgang for foreninger, der vil arbejde sammen med regionens hospitaler. "
        "Vi hjælper jer frem til den rette afdeling.",
        "Har I en idé, der rører flere hospitaler, så begynd her. Vi samler trådene.",
    ),
    Kind.HEALTH_COUNCIL: (
        "Sundhedsrådet samler region og kommuner om de mennesker, der bor her. "
        "Vi vil gerne høre, hvad foreningerne ser.",
        "Vi arbejder for, at borgerne møder én plan. Foreninger er en del af den.",
    ),
    Kind.MUNICIPALITY: (
        "Kommunen vil gerne have flere fællesskaber tæt på borgerne. "
        "Vi taler gerne om både små og store idéer.",
        "Vi hjælper foreninger med lokaler, kontakter og vejen gennem kommunen.",
    ),
    Kind.HOSPITAL: (
        "Hos os møder frivillige patienter hver dag. Vi finder den afdeling, der passer til jer.",
        "Mange går herfra uden nogen at følges med. Det vil vi gerne lave om på sammen med jer.",
    ),
}
MAY: Final = {
    Kind.REGION: (
        "Lave aftaler, der gælder flere hospitaler\nBetale for et samarbejde om en fælles opgave\n"
        "Hjælpe med jura og databeskyttelse",
    ),
    Kind.HEALTH_COUNCIL: (
        "Tage jeres idé op i samarbejdsforummet\nFinde den kommune eller det hospital, der mangler "
        "den\nLave fælles kortlægninger",
    ),
    Kind.MUNICIPALITY: (
        "Låne lokaler ud uden betaling\nDele viden om borgernes behov\n"
        "Give frivillige plads på vores kurser",
    ),
    Kind.HOSPITAL: (
        "Give frivillige en fast kontakt på afdelingen\nLåne mødelokaler ud efter klokken 16\n"
        "Fortælle patienter om jeres tilbud",
    ),
}
MAY_NOT: Final = {
    Kind.REGION: "Give tilskud til en forenings drift\nLade frivillige løse ansattes opgaver",
    Kind.HEALTH_COUNCIL: "Bevilge penge\nBestemme over foreningernes tilbud",
    Kind.MUNICIPALITY: "Give navne på borgere uden deres ja\nLove penge uden for puljerne",
    Kind.HOSPITAL: "Give oplysninger om patienter uden samtykke\nGive tilskud til drift",
}
REQUIREMENTS: Final = (
    "En kontaktperson, vi kan ringe til\nVedtægter og CVR-nummer\n"
    "Tavshedspligt og børneattest, hvor det er nødvendigt"
)
TITLES: Final = {
    Kind.REGION: "Konsulent for samarbejde med civilsamfundet",
    Kind.HEALTH_COUNCIL: "Sekretariatsleder",
    Kind.MUNICIPALITY: "Foreningskonsulent",
    Kind.HOSPITAL: "Frivilligkoordinator",
}

# (body, kind, title, text, days until it ends or None)
POSTS: Final = (
    ("region-midtjylland", "need", "Følgeskab hjem efter udskrivning",
     "Mange bor alene og har ingen at følges med. Vi søger en forening, der vil prøve det på to "
     "hospitaler.", 60),
    ("region-midtjylland", "training", "Kursus i den svære samtale",
     "Tre aftener for frivillige, der møder alvorligt syge. Vi giver materialer og kaffe.", 45),
    ("auh", "need", "Besøgsvenner på Hjertesygdomme",
     "Patienter uden besøg savner nogen at tale med om eftermiddagen.", None),
    ("auh", "room", "Mødelokale ved hovedindgangen",
     "Plads til 20. Ledigt tirsdag og torsdag efter klokken 17. Niveaufri adgang.", None),
    ("aarhus-kommune", "room", "Køkken og sal i Folkestedet",
     "Til spisefællesskaber. I skal selv rydde op.", 90),
    ("aarhus-kommune", "need", "Mandefællesskaber i de vestlige bydele",
     "Mænd over 60 kommer sjældent i vores tilbud. Hvad skal der til?", None),
    ("lolland-kommune", "need", "Kørsel til træning",
     "Busserne passer dårligt. Vi søger en forening, der vil organisere samkørsel.", 75),
    ("lolland-kommune", "training", "Førstehjælp for frivillige",
     "Otte pladser på kommunens eget kursus i Maribo.", 30),
    ("viborg-kommune", "room", "Værksted på Sundhedscentret",
     "Lyst rum med borde og håndvask. Ledigt om fredagen.", None),
    ("sr-midt", "need", "Sorggrupper for unge",
     "Der er langt mellem tilbuddene i den vestlige del. Rådet vil gerne samle de gode kræfter.",
     None),
    ("rigshospitalet", "need", "Legevenner til søskende",
     "Børn, der følger en syg søster eller bror, keder sig og er bange.", None),
    ("ouh", "training", "Introdag for nye frivillige",
     "En dag om hygiejne, tavshedspligt og det gode møde.", 50),
    ("odense-kommune", "room", "Træningssal om aftenen",
     "Med redskaber og bad. For foreninger med motion for mennesker med sygdom.", None),
)  # fmt: skip

# (body, sender's slug or name, title, text, working days ago, what became of it, answer)
ENQUIRIES: Final = (
    ("region-midtjylland", "Venner af Hjerterne i Skive", "Gåture med tidligere indlagte",
     "Vi er otte frivillige, der selv har haft en blodprop. Vi vil gerne gå med dem, der lige er "
     "kommet hjem. Vi mangler en kontakt på hospitalet.", 1, "new", ""),
    ("region-midtjylland", "marfan", "Oplæg om en sjælden sygdom",
     "Vi vil gerne fortælle nye læger, hvordan det er at leve med Marfan. En time er nok.", 6,
     "read", ""),
    ("region-midtjylland", "Strikkeklubben Åen", "Strik på venteværelset",
     "Vi strikker tæpper til børneafdelingen og vil gerne sidde i venteværelset imens.", 17,
     "late", ""),
    ("region-midtjylland", "social-sundhed", "Følgeskab på tre hospitaler",
     "Vi har 40 studerende klar i Aarhus. De kan følge patienter til undersøgelser, hvis "
     "afdelingerne vil fortælle om os.", 40, "onward",
     "Det vil vi meget gerne. Lad os mødes med de tre afdelinger. Jeg skriver et udkast, som I kan "
     "rette i."),
    ("region-midtjylland", "Foreningen Sund Kaffe", "Kaffevogn i forhallen",
     "Vi vil gerne sælge kaffe og give overskuddet til forskning.", 55, "declined",
     "Tak for idéen. Hospitalets kiosk har eneret på salg, så det kan vi ikke. Prøv "
     "Folkesundhedscentret i byen."),
    ("auh", "hjerte-randers", "En hjertefrivillig på afdelingen",
     "Vi har tre frivillige, som gerne vil komme fast hver onsdag.", 9, "read", ""),
    ("lolland-kommune", "aeldre-lolland", "Samkørsel til træning i Nakskov",
     "Vi har set jeres opslag. Vi har seks chauffører og mangler en forsikring.", 3, "new", ""),
    ("lolland-kommune", "Havnens Sangkor", "Syng dig glad",
     "Vi vil gerne synge med mennesker, der har svært ved at finde ordene.", 30, "onward",
     "Det lyder godt. Kom på besøg på Sundhedscentret på torsdag, så finder vi et lokale."),
    ("sr-midt", "sind-viborg", "Caféer på tværs af tre kommuner",
     "Vi driver en café i Viborg og bliver spurgt fra Skive og Silkeborg. Kan vi gøre det sammen?",
     12, "read", ""),
    ("aarhus-kommune", "Mændenes Madhold", "Madhold for enkemænd",
     "Vi er en flok, der mistede vores koner. Nu laver vi mad sammen og vil gerne være flere.", 22,
     "linked", "Vi låner jer køkkenet i Folkestedet to aftener om måneden. Skriv, hvornår I kan."),
)  # fmt: skip

# Who the one above turned out to be.
LINKED_TO: Final = "mandevaerksted-lemvig"
