"""What the component page shows: every component, in every state, with made-up words."""

from datetime import UTC, date, datetime
from typing import Any, Final

from django import forms
from django.http import QueryDict

from portal.common.forms import choice
from portal.common.pagination import Pager, numbered_pager
from portal.common.templatetags.look import TONES

COLOURS: Final = (
    ("petrol", "Petrol"),
    ("coral", "Koral"),
    ("canvas", "Lærred"),
    ("sand", "Sand"),
    ("hero", "Tåge"),
    ("surface", "Flade"),
    ("ink", "Blæk"),
    ("ink2", "Blæk 2"),
)
CATEGORIES: Final = (
    ("cup", "k1"),
    ("walk", "k2"),
    ("chat", "k3"),
    ("heart", "k4"),
    ("leaf", "k5"),
    ("pair", "k6"),
    ("mind", "k6"),
    ("house", "k3"),
    ("bridge", "k5"),
    ("book", "k2"),
    ("young", "k1"),
)
# The words belong to the models; these stand in for them here.
WORDS: Final = {
    "referral": {
        "draft": "Kladde",
        "awaiting_moderation": "Afventer godkendelse",
        "sent": "Sendt",
        "accepted": "Modtaget",
        "waitlisted": "Venteliste",
        "in_progress": "I gang",
        "completed": "Afsluttet",
        "not_completed": "Ikke gennemført",
        "declined": "Afvist",
        "withdrawn": "Trukket tilbage",
        "expired": "Udløbet",
        "entered_in_error": "Fejloprettet",
    },
    "offer": {
        "draft": "Kladde",
        "in_review": "Til gennemsyn",
        "published": "Offentlig",
        "paused": "På pause",
        "archived": "Arkiveret",
    },
    "capacity": {
        "open": "Åben for nye",
        "few_places": "Få pladser",
        "waiting_list": "Venteliste",
        "full": "Fuldt",
    },
    "agreement": {
        "idea": "Idé og afklaring",
        "draft": "Udkast",
        "internal_review": "Intern høring",
        "negotiation": "Forhandling",
        "awaiting_signature": "Til underskrift",
        "signed": "Underskrevet",
        "active": "Aktiv",
        "suspended": "Suspenderet",
        "expired": "Udløbet",
        "terminated": "Opsagt",
        "closed": "Afsluttet",
        "cancelled": "Annulleret",
    },
    "initiative": {
        "on_schedule": "Følger tidsplanen",
        "partly": "Følger delvist",
        "delayed": "Forsinket",
        "under_way": "Under implementering",
        "completed": "Afsluttet",
        "continued": "Videreføres i ændret form",
        "stopped": "Indstillet",
    },
    "freshness": {
        "fresh": "Bekræftet",
        "due": "Skal bekræftes",
        "unconfirmed": "Ikke bekræftet",
        "hidden": "Skjult",
    },
}
KINDS: Final = (
    ("capacity", "Plads"),
    ("referral", "Henvisning"),
    ("offer", "Tilbud"),
    ("agreement", "Aftale"),
    ("initiative", "Indsats"),
    ("freshness", "Friskhed"),
)


class ExampleForm(forms.Form):
    """One field of each sort, with hints and errors."""

    phone = forms.CharField(
        label="Telefon",
        help_text="Otte cifre",
        widget=forms.TextInput(attrs={"class": "w1", "inputmode": "tel"}),
    )
    postal_code = forms.CharField(
        label="Postnummer",
        required=False,
        help_text="Bruges kun til afstand og gemmes ikke",
        widget=forms.TextInput(attrs={"class": "w1", "inputmode": "numeric"}),
    )
    municipality = forms.ChoiceField(
        label="Kommune",
        choices=[("", "Vælg kommune"), ("0751", "Aarhus"), ("0710", "Favrskov")],
        widget=forms.Select(attrs={"class": "w2"}),
    )
    note = forms.CharField(
        label="Hvad skal foreningen vide?",
        help_text="Kun det, de skal bruge for at tage godt imod. Intet cpr-nummer.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    kind = forms.ChoiceField(label="Hvordan vil I gøre?")
    hours = forms.MultipleChoiceField(
        label="Hvornår må de ringe?",
        required=False,
        choices=[("am", "Formiddag"), ("pm", "Eftermiddag"), ("sms", "Send sms først")],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "r"}),
    )
    languages = forms.MultipleChoiceField(
        label="Sprog",
        required=False,
        choices=[
            ("da", "Dansk"),
            ("ar", "Arabisk"),
            ("so", "Somali"),
            ("tr", "Tyrkisk"),
        ],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "plain"}),
    )
    consent = forms.BooleanField(
        label="Ja til at sende",
        help_text="Gælder kun denne forening og dette tilbud, højst ét år",
    )
    file = forms.FileField(label="Vedlæg et dokument", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"] = forms.ChoiceField(
            label="Hvordan vil I gøre?",
            choices=[
                choice("code", "Med kode", "Patienten får en kode og tager selv kontakt."),
                choice(
                    "identified",
                    "Med oplysninger",
                    "Foreningen ringer. Kræver samtykke.",
                ),
            ],
            widget=forms.RadioSelect(attrs={"class": "choice"}),
        )

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"]
        if len(phone.replace(" ", "")) != 8:
            raise forms.ValidationError("Skriv et telefonnummer på otte cifre.")
        return phone


def _statuses() -> list[dict[str, Any]]:
    return [
        {
            "title": title,
            "items": [(kind, state, WORDS[kind][state]) for state in TONES[kind]],
        }
        for kind, title in KINDS
    ]


def _offers() -> list[dict[str, Any]]:
    facts = [
        {"icon": "location", "text": "Aarhus C, 1,2 km"},
        {"icon": "calendar-month", "text": "Torsdag 26. nov. kl. 14"},
        {"icon": "payments", "text": "Gratis"},
        {"icon": "person", "text": "Voksne"},
    ]
    common = {
        "url": "#tilbud",
        "refer_url": "#tilbud",
        "print_url": "#tilbud",
        "star_url": "",
    }
    return [
        {
            **common,
            "title": "Hjertecafé i Aarhus",
            "organisation": "Hjerteforeningen Aarhus",
            "summary": "Kaffe og snak for dig, der har haft en blodprop i hjertet.",
            "icon": "cup",
            "colour": "k1",
            "capacity": "open",
            "capacity_label": "Åben for nye",
            "notes": ["Svarer typisk på 2 dage", "Bekræftet 12. nov."],
            "facts": facts,
            "starred": False,
        },
        {
            **common,
            "title": "Følgeskab til kontrol og genoptræning på flere sygehuse i regionen",
            "organisation": "Social Sundhed Aarhus",
            "summary": "En frivillig følger med til aftaler på hospitalet.",
            "icon": "bridge",
            "colour": "k5",
            "capacity": "waiting_list",
            "capacity_label": "Venteliste",
            "notes": ["Ca. 5 uger fra i dag"],
            "facts": facts[:3],
            "starred": True,
        },
    ]


def _table() -> dict[str, Any]:
    def row(title: str, under: str, state: str, word: str, ends: str, count: str) -> list[Any]:
        return [
            {"text": title, "url": "#tabel", "sub": under},
            {
                "label": "Status",
                "text": word,
                "status_kind": "tone",
                "status_state": state,
            },
            {"label": "Udløber", "text": ends},
            {"label": "Henvisninger", "text": count, "right": True},
        ]

    return {
        "caption": "Aftaler, der udløber først",
        "columns": [
            {"label": "Aftale"},
            {"label": "Status"},
            {"label": "Udløber"},
            {"label": "Henvisninger", "right": True},
        ],
        "rows": [
            row(
                "Pårørende ved demens",
                "Alzheimerforeningen",
                "few",
                "Udløber snart",
                "31. dec. 2026",
                "112",
            ),
            row(
                "Brobygning efter udskrivning",
                "Hjerteforeningen",
                "ok",
                "Aktiv",
                "29. feb. 2028",
                "84",
            ),
        ],
    }


def showcase() -> dict[str, Any]:
    """The context of `pages/components.html`."""
    wrong = ExampleForm({"fejl-phone": "2000 00", "fejl-note": "Karen"}, prefix="fejl")
    wrong.is_valid()
    return {
        "colours": COLOURS,
        "categories": CATEGORIES,
        "statuses": _statuses(),
        "form": ExampleForm(initial={"postal_code": "8000", "kind": "code"}),
        "wrong": wrong,
        "steps": [
            {
                "title": "Sendt",
                "text": "Samtykke givet mundtligt",
                "when": "20. november",
                "state": "done",
            },
            {"title": "Modtaget", "text": "", "when": "22. november", "state": "done"},
            {
                "title": "Første kontakt",
                "text": "",
                "when": "Senest 4. december",
                "state": "next",
            },
            {
                "title": "Hvordan gik det?",
                "text": "",
                "when": "15. januar",
                "state": "later",
            },
        ],
        "table": _table(),
        "offers": _offers(),
        "rows": [
            {
                "title": "Peer-støtte i psykiatrien",
                "url": "#liste",
                "meta": "Udløb 31. oktober. SIND venter på et svar om forlængelse",
                "status_kind": "agreement",
                "status_state": "expired",
                "status_label": "Udløbet",
                "action": {"label": "Forlæng eller afslut", "url": "#liste"},
            },
            {
                "title": "Brobygning efter udskrivning, hjerte",
                "url": "#liste",
                "meta": "Hjerteforeningen har skrevet afsnittet om frivillige. Din tur",
                "status_kind": "agreement",
                "status_state": "internal_review",
                "status_label": "Til gennemsyn",
                "action": {"label": "Læs", "url": "#liste"},
            },
        ],
        "facts": [
            {"label": "Sted", "value": "Aarhus C, 1,2 km", "url": ""},
            {"label": "Næste gang", "value": "Torsdag 26. nov. kl. 14", "url": ""},
            {"label": "Telefon", "value": "86 00 00 00", "url": "tel:86000000"},
        ],
        "glance": [
            {
                "icon": "location",
                "label": "Sted",
                "value": "Folkestedet",
                "note": "Aarhus C, 1,2 km",
            },
            {
                "icon": "time",
                "label": "Hvornår",
                "value": "Torsdage kl. 14–16",
                "note": "",
            },
            {
                "icon": "payments",
                "label": "Pris",
                "value": "Gratis",
                "note": "Kaffe 10 kr.",
            },
            {
                "icon": "person",
                "label": "For hvem",
                "value": "Voksne efter blodprop",
                "note": "",
            },
            {
                "icon": "groups",
                "label": "Hvem står for det",
                "value": "6 frivillige",
                "note": "",
            },
            {
                "icon": "language",
                "label": "Sprog",
                "value": "Dansk, arabisk",
                "note": "",
            },
        ],
        "key_figures": [
            {"value": "79", "label": "henvisninger i november", "note": ""},
            {"value": "76 %", "label": "fik svar inden for tre dage", "note": ""},
            {"value": "42", "label": "aktive aftaler", "note": "6 udløber snart"},
            {"value": "94 %", "label": "tilbud er bekræftet", "note": ""},
        ],
        "facets": [
            {"value": "open", "label": "Har plads nu", "count": 14, "checked": False},
            {
                "value": "fresh",
                "label": "Bekræftet for nylig",
                "count": 1284,
                "checked": True,
            },
            {"value": "young", "label": "Unge under 30", "count": 0, "checked": False},
        ],
        "capacities": [
            {"value": "open", "label": "Åben", "hint": "", "checked": True},
            {
                "value": "few_places",
                "label": "Få pladser",
                "hint": "",
                "checked": False,
            },
            {
                "value": "waiting_list",
                "label": "Venteliste",
                "hint": "",
                "checked": False,
            },
            {"value": "full", "label": "Fuldt", "hint": "", "checked": False},
        ],
        "answers": [
            {"label": "Tag imod", "url": "#kort", "kind": "primary"},
            {"label": "Venteliste", "url": "#kort", "kind": "secondary"},
            {"label": "Vi kan ikke", "url": "#kort", "kind": "tertiary"},
        ],
        "trail": [
            {"label": "21 tilbud", "url": "#krumme"},
            {"label": "Hjertecafé i Aarhus", "url": ""},
        ],
        "pager": numbered_pager(2, 12, params=QueryDict()),
        "key_pager": Pager(previous_url="?fra=a", next_url="?fra=b"),
        "moment": datetime(2026, 11, 26, 13, 30, tzinfo=UTC),
        "day": date(2026, 12, 4),
    }
