"""When is civil society the right place? The field's own questions, and what the answers say.

Pure functions: answers in, words out. The guide informs; it does not decide, and says so. Every
combination of answers gives a text that can stand beside an agreement.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.common.reference_csv import read_rows

VERSION: Final = "2026-1"
_FILE: Final = Path(__file__).parent / "reference" / "decision_questions.csv"

Answers = Mapping[str, Mapping[str, str]]


class Choice(models.TextChoices):
    YES = "yes", gettext_lazy("Ja")
    NO = "no", gettext_lazy("Nej")
    UNSURE = "unsure", gettext_lazy("Ved ikke endnu")


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, as the field asks it. `seed` is the fact it was quoted from."""

    number: int
    key: str
    address: str
    seed: str
    name: str
    question: str


@dataclass(frozen=True, slots=True)
class Recommendation:
    """`lead` in one sentence, `reasons` one a question, `steps` what to do next."""

    lead: str
    reasons: tuple[str, ...]
    together: str
    steps: tuple[str, ...]

    def as_text(self) -> str:
        """As it is kept, and printed."""
        parts = [self.lead, *self.reasons, self.together, *self.steps]
        return "\n".join(part for part in parts if part)


@lru_cache(maxsize=1)
def _rows() -> tuple[tuple[str, Asked], ...]:
    rows = read_rows(
        _FILE, ("key", "address", "asked", "seed", "name", "question"), unique=("key",)
    )
    return tuple(
        (
            row.one_of("asked", ("once", "each")),
            Asked(
                number,
                row.matching("key", r"[a-z_]+", "a-z"),
                row.slug("address"),
                row.text("seed"),
                row.text("name"),
                row.text("question"),
            ),
        )
        for number, row in enumerate(rows, 1)
    )


def questions() -> tuple[Asked, ...]:
    """One page each."""
    return tuple(asked for when, asked in _rows() if when == "once")


def crosswise() -> dict[str, Asked]:
    """What is asked again at each of them, by key: together, and across several."""
    return {asked.key: asked for when, asked in _rows() if when == "each"}


def answer_of(answers: Answers, key: str, about: str = "answer") -> str:
    value = answers.get(key, {}).get(about, "")
    return value if value in Choice.values else ""


def next_unanswered(answers: Answers) -> Asked | None:
    return next((row for row in questions() if not answer_of(answers, row.key)), None)


def is_complete(answers: Answers) -> bool:
    return next_unanswered(answers) is None


# What each answer says: (yes, no, unsure).
_MEANS: Final[Mapping[str, tuple[Promise, Promise, Promise]]] = {
    "network": (
        gettext_lazy(
            "Målgruppen har brug for netværk og samvær. Det er noget af det, foreninger er bedst "
            "til."
        ),
        gettext_lazy("Målgruppen har ikke først og fremmest brug for netværk og samvær."),
        gettext_lazy("I ved ikke endnu, om målgruppen har brug for netværk. Spørg nogle af dem."),
    ),
    "own_experience": (
        gettext_lazy(
            "Det betyder noget at møde en, der selv har prøvet det. Den erfaring findes i "
            "foreningerne."
        ),
        gettext_lazy("Det er ikke afgørende, at den man møder, selv har prøvet det."),
        gettext_lazy("I ved ikke endnu, om egne erfaringer betyder noget. Spørg en forening."),
    ),
    "independence": (
        gettext_lazy("Det betyder noget, at den man møder, står uden for det offentlige."),
        gettext_lazy("Målgruppen behøver ikke en, der står uden for det offentlige."),
        gettext_lazy(
            "I ved ikke endnu, om det betyder noget at stå uden for det offentlige. "
            "Tal med målgruppen om det."
        ),
    ),
    "stigma": (
        gettext_lazy(
            "Nogle kan føle sig stemplet i mødet med det offentlige. "
            "Hos en forening kan døren være lettere at gå ind ad."
        ),
        gettext_lazy("I ser ingen risiko for, at nogen føler sig stemplet hos jer."),
        gettext_lazy("I ved ikke endnu, om nogen føler sig stemplet. Spørg dem, der blev væk."),
    ),
    "volunteers": (
        gettext_lazy(
            "Det betyder noget at blive mødt af en frivillig. "
            "Frivillige kommer, fordi de vil, og det mærkes."
        ),
        gettext_lazy("Det er ikke afgørende, om den man møder, er frivillig."),
        gettext_lazy("I ved ikke endnu, om det skal være frivillige. Spørg en forening."),
    ),
}
_PLACE: Final = {Choice.YES: 0, Choice.NO: 1, Choice.UNSURE: 2}


def recommend(answers: Answers) -> Recommendation:
    """What the answers point to. Unanswered counts as not knowing yet."""
    given = {row.key: answer_of(answers, row.key) or Choice.UNSURE for row in questions()}
    yes = sum(value == Choice.YES for value in given.values())
    unsure = sum(value == Choice.UNSURE for value in given.values())
    return Recommendation(
        lead=_lead(yes, unsure),
        reasons=tuple(str(_MEANS[key][_PLACE[Choice(value)]]) for key, value in given.items()),
        together=_together(answers),
        steps=tuple(_steps(given, yes, unsure, answers)),
    )


def _lead(yes: int, unsure: int) -> str:
    if yes >= 3:
        return _("Meget taler for, at en forening bærer indsatsen.")
    if yes and yes + unsure >= 3:
        return _("Noget taler for en forening. Få svar på resten, før I beslutter jer.")
    if yes:
        return _("Noget taler for, at en forening løser en del af indsatsen.")
    if unsure >= 3:
        return _("Det er for tidligt at sige. Spørg målgruppen og et par foreninger først.")
    if unsure:
        return _("Ikke meget taler for en forening, men I mangler svar.")
    return _("Svarene peger på, at det offentlige selv står for indsatsen.")


def _leaning(answers: Answers, about: str) -> str:
    """Yes when one question says so; not knowing when that is the best there is."""
    found = {answer_of(answers, row.key, about) for row in questions()}
    if Choice.YES in found:
        return Choice.YES
    return Choice.UNSURE if Choice.UNSURE in found else Choice.NO


def _names(answers: Answers, about: str) -> str:
    found = [
        row.name.lower() for row in questions() if answer_of(answers, row.key, about) == Choice.YES
    ]
    if len(found) < 2:
        return "".join(found)
    return _("%(first)s og %(last)s") % {"first": ", ".join(found[:-1]), "last": found[-1]}


def _together(answers: Answers) -> str:
    joint, across = _leaning(answers, "together"), _leaning(answers, "across")
    said = []
    if joint == Choice.YES:
        said.append(
            _("I kan løse det sammen, det offentlige og foreningen, når det gælder %(what)s.")
            % {"what": _names(answers, "together")}
        )
    elif joint == Choice.UNSURE:
        said.append(_("Tal med en forening om, hvad I kan gøre sammen."))
    if across == Choice.YES:
        said.append(
            _("Flere foreninger kan gå sammen, når det gælder %(what)s.")
            % {"what": _names(answers, "across")}
        )
    elif across == Choice.UNSURE:
        said.append(_("Undersøg, om flere foreninger kan gå sammen."))
    return " ".join(said)


def _steps(given: Mapping[str, str], yes: int, unsure: int, answers: Answers) -> list[str]:
    steps = []
    if unsure:
        steps.append(
            ngettext(
                "Find svar på det ene spørgsmål, I er i tvivl om.",
                "Find svar på de %(count)s spørgsmål, I er i tvivl om.",
                unsure,
            )
            % {"count": unsure}
        )
    if yes or Choice.YES in {_leaning(answers, "together"), _leaning(answers, "across")}:
        steps.append(
            _("Tal med foreningen, før I skriver noget. Den bestemmer selv, hvad den vil og kan.")
        )
    if given["volunteers"] == Choice.YES:
        steps.append(
            _(
                "Skriv i aftalen, hvem der oplærer og støtter de frivillige. "
                "De erstatter ikke ansatte."
            )
        )
    if given["stigma"] == Choice.YES:
        steps.append(_("Aftal, at ingen får flere oplysninger om borgeren, end der er brug for."))
    if not steps:
        steps.append(_("Fortæl borgerne om foreningernes tilbud. Det koster ingen aftale."))
    steps.append(_("Guiden er en hjælp til at tænke jer om. I beslutter selv."))
    return steps


def shown(answers: Answers) -> list[dict[str, Any]]:
    """Every question with its answers in words, for the page and the print."""
    return [
        {
            "asked": row,
            "answer": _word(answer_of(answers, row.key)),
            "state": answer_of(answers, row.key),
            "together": _word(answer_of(answers, row.key, "together")),
            "across": _word(answer_of(answers, row.key, "across")),
            "reason": answers.get(row.key, {}).get("reason", ""),
        }
        for row in questions()
    ]


def _word(value: str) -> str:
    return str(Choice(value).label) if value else ""
