"""Words that say nothing about a need. They never decide what is found.

Small words, and the words with which people wrap a need into a sentence ("hvem kan hjælpe min …").
"""

from typing import Final

from offers.search.folding import fold

_SMALL = """
ad af alle alt altid anden andet andre at bag bare begge bl blev blevet blive bliver burde da de dem
den denne der deres det dette dig din dine disse dit dog du efter eller en end ene eneste enhver er
et fem fik fire flere fleste for fordi forrige fra før få får fået gennem gjorde gjort gør gøre god
godt ham han hans har havde have hej hele helt hende hendes henover her hos hun hvad hvem hver
hvilke hvilken hvilkes hvis hvor hvordan hvorfor hvornår i ifm igen ikke ind inden ingen intet ja
jeg jer jeres jo kan kom komme kommer kun kunne lad lav lidt lige lille man mand mange med meget
men mens mere mest mig min mindre mine mit mod må måske ned nej nemt noget nogen nogle nok nu ny
nye nyt nær næste næsten når og også om omkring op os over på rundt se selv ser ses sig sin sine
sit skal skulle som sagt så sådan tage tager temmelig til to tre ud uden udover under undtagen var
ved vel vi via vil ville vor vore vores vær være været
mon gerne tak venligst prøve prøver hjælpe hjælper hjælp brug findes find finde finder søge søger
søges leder ønsker ønske behov muligt mulighed muligheder tilbud steder sted nogensinde aldrig jeres
ting dér herhjemme egen eget egne år gammel
the of and for in to a an is my with who can where how do i on at
"""
# `mand` carries meaning ("mænd uden netværk"), so it comes back in.
STOPWORDS: Final = frozenset(fold(word) for word in _SMALL.split()) - {"mand", "gammel"}
# Words about anybody or any day. They add to the score and are no demand.
WEAK: Final = frozenset(
    fold(word)
    for word in """
    patient patienten patienter borger borgeren borgere person personer menneske mennesker folk
    tør tid tiden tider dag dagen dage daglig uge uger måned måneder lade tænke tænker tænkt tror
    synes føle føler føles sige siger sagt fortælle fortæller vide vidste begynde begynder starte
    starter stadig ofte sammen alligevel lang langt første gang gange ting hele side lave laver
    give giver gav sætte ligge ligger stå står sidde sidder bo bor virker bruger hen samme spørgsmål
    haft savner mangler lever kvinde mand ældre år årig
    """.split()
) - {"sammen", "kvinde", "mand", "aeldre"}
# Prepositions that stand before a place: "gåtur i Sønderborg".
BEFORE_PLACE: Final = frozenset({"i", "paa", "ved", "naer", "omkring", "fra", "in"})
