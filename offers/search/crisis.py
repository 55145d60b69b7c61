"""Words of acute crisis, in a search or in free text.

The page then shows the numbers of acute help above everything else. Nothing about it is kept:
callers must not count, log or store that it happened, and this module has no way to.
"""

import re
from typing import Final

from offers.search.folding import fold

LONGEST_LOOKED_AT: Final = 20_000

# On folded text (aa, ae, oe) in which every run of other characters is one space. Spaces inside a
# word are allowed where people put them. Somebody bereaved by suicide is shown the numbers too:
# rather once too often than once too seldom.
_PATTERNS: Final = (
    # own death
    r"selv ?mord\w*",
    r"(tage|tager|tog|taget|ende) (mit|sit|dit|eget|mit eget|sit eget) (eget )?liv\b",
    r"tage livet af (mig|sig|dig)",
    r"(vil|vil bare|oensker at|onsker at|har lyst til at|lyst til at) doe\b",
    r"(gider|vil|orker|kan|magter|oensker) ikke (at )?leve( mere| laengere)?\b",
    r"ikke (vil |kan |orker )?(at )?(vaere her|leve) (mere|laengere)",
    r"(livet|det hele) er (ikke )?(ligegyldigt|uden mening|vaerd at leve)",
    r"slaar? (mig|sig) (selv )?ihjel",
    r"goere? (en )?ende paa (det|det hele|livet|mit liv|sit liv)\b",
    r"(haenge|skyde|drukne|forgifte) (mig|sig) selv|haenge mig\b",
    r"hoppe ud foran|springe ud foran",
    r"over ?dosis|overdosere\w*",
    r"(tage|tog|taget|sluge|slugt) (alle )?(mine |sine )?piller(ne)?\b",
    # own harm
    r"selv ?skad\w*|cutting|cutter\b",
    r"skaer(e|er)? (i )?(mig|sig) selv|skaar (mig|sig) selv|skade (mig|sig) selv",
    # somebody else's violence
    r"slaa (ham|hende|dem|nogen|nogle|min|mit|boernene) ihjel",
    r"(han|hun|min (mand|kone|kaereste|far|mor|soen)) (slaar|banker|kvaeler|truer) mig",
    r"vold ?taegt\w*|voldtaget\w*",
    # the body
    r"(kan|faar) (naesten )?ikke (traekke vejret|luft)\b",
    r"bevidstloes\w*|traekker ikke vejret",
    r"(akut|lige nu|staerke|kraftige) (smerter i brystet|brystsmerter)|hjertestop nu",
    r"forgiftet|forgiftning",
    # other languages
    r"suicid\w*|kill (myself|himself|herself)|want to die|end (my|it all) life|self ?harm\w*",
    r"selbst ?mord\w*|umbringen|selbstverletz\w*",
    r"samo ?boj\w*|chce umrzec|zabic sie",
    r"intihar|xudkushi|hoojin",
    r"самогуб\w*|суицид\w*|самоуб\w*|хочу померти|хочу умереть",
    r"انتحار|اريد ان اموت|خودکشی",
)
_CRISIS: Final = re.compile(r"(?<!\w)(?:" + "|".join(_PATTERNS) + r")")
# Fat fingers in the one word that must not be missed: selvmrod, selvmodr, selmord.
_NEARLY: Final = re.compile(r"(?<!\w)sel[vb]?[\w ]{0,1}m[or]{1,2}[dr]{1,2}\b")
_NOT_LETTERS: Final = re.compile(r"[\W_]+")


def mentions_crisis(text: str) -> bool:
    """Whether the box with the numbers of acute help shall stand above everything on the page."""
    folded = _NOT_LETTERS.sub(" ", fold(text[:LONGEST_LOOKED_AT]))
    return bool(_CRISIS.search(folded) or _NEARLY.search(folded))
