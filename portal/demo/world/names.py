"""Invented people. Every surname says so."""

import random
from typing import Final

_GIVEN: Final = (
    "Agnes Aksel Alma Anders Anna Arne Asta Bente Birgit Bjarne Bodil Carl Clara Dagmar Ditte Ebbe "
    "Edith Egon Ejnar Ella Elin Emil Erna Esther Finn Flemming Frida Gerda Grete Gudrun Gunnar "
    "Hanne Hans Hassan Helle Henny Holger Inga Inge Ivan Jamila Jens Johanne Jytte Kaj Karen "
    "Karin Kirsten Kjeld Knud Lars Leif Lene Leyla Lilly Lis Lone Lydia Mads Maja Marie Marius "
    "Merete Mogens Nanna Niels Nina Olga Ole Oscar Otto Palle Pernille Poul Preben Ragna Rasmus "
    "Rigmor Rosa Rune Samira Signe Sofie Steen Sven Svend Thea Thyra Tove Ulla Vagn Vera Viggo "
    "Vibeke Villy Yasmin Yrsa"
).split()
_SURNAMES: Final = (
    "Prøvesen Eksempelsen Demosen Opdigtsen Modelsen Skabelon Forsøgsen Mønstersen Påhitsen "
    "Øvesen Tænktsen Pladsholder Figursen Lignelse Udkastsen Skitsesen Rollesen Fabelsen"
).split()


def invented_name(key: str) -> str:
    """The same name for the same key, on every machine."""
    chosen = random.Random(f"navn:{key}")  # noqa: S311 - names, not secrets
    return f"{chosen.choice(_GIVEN)} {chosen.choice(_SURNAMES)}"


def invented_phone(key: str) -> str:
    """A number that is nobody's: 00 00 00 xx."""
    chosen = random.Random(f"telefon:{key}")  # noqa: S311
    return f"00 00 00 {chosen.randrange(100):02}"
