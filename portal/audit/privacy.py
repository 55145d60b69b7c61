"""The data map's edges: tables of libraries that hold persons, and tables that hold nobody.

Our own models with personal data say it themselves, in `privacy`: who is controller, for what
purpose, how long, seen by whom (CON-11, CON-14). A test refuses a table that stands nowhere.
"""

from collections.abc import Mapping
from typing import Final

_ACCOUNT: Final = "brugerens organisation; Samspil er databehandler"

LIBRARY_TABLES: Final[Mapping[str, Mapping[str, str]]] = {
    "account.emailaddress": {
        "controller": _ACCOUNT,
        "purpose": "at kunne logge ind og få besked",
        "retention": "så længe kontoen findes",
        "seen_by": "brugeren selv",
    },
    "account.emailconfirmation": {
        "controller": _ACCOUNT,
        "purpose": "at bekræfte en e-mailadresse",
        "retention": "3 dage",
        "seen_by": "ingen",
    },
    "mfa.authenticator": {
        "controller": _ACCOUNT,
        "purpose": "to-faktor-login",
        "retention": "så længe kontoen findes",
        "seen_by": "brugeren selv kan se, at den findes",
    },
    "usersessions.usersession": {
        "controller": _ACCOUNT,
        "purpose": "at brugeren kan se og lukke sine sessioner",
        "retention": "til sessionen slutter, højst 12 timer",
        "seen_by": "brugeren selv",
    },
    "sessions.session": {
        "controller": _ACCOUNT,
        "purpose": "at være logget ind",
        "retention": "højst 12 timer",
        "seen_by": "ingen",
    },
    "admin.logentry": {
        "controller": "Samspils driftsorganisation",
        "purpose": "at kunne se, hvad driften har ændret",
        "retention": "5 år",
        "seen_by": "driften",
    },
}

WITHOUT_PERSONS: Final[Mapping[str, str]] = {
    "auth.group": "groups are not used; rights come from memberships",
    "auth.permission": "names of Django's own rights",
    "contenttypes.contenttype": "names of models",
    "geography.areamembership": "areas and dates",
    "geography.healthcouncil": "public reference data",
    "geography.municipality": "public reference data",
    "geography.postalcode": "public reference data",
    "geography.postalcodemunicipality": "public reference data",
    "geography.region": "public reference data",
    "audit.auditcut": "sums over what is left of the trail",
    "audit.auditmark": "numbers of the trail",
    "audit.auditseal": "sums over the trail",
    "demo.demoworld": "how far the example world is built; everybody in it is invented",
    "jobs.scheduledrun": "names of jobs and when they ran",
    "offers.offercapacity": "room at an offer",
    "offers.offercoverage": "areas",
    "offers.offerlocation": "where an offer takes place, not where a person lives",
    "offers.offersession": "when an offer takes place",
    "offers.offertranslation": "title and summary in another language",
    "offers.searchlog": "counts of searches, of words that our own vocabulary knows",
    "offers.searchrow": "what an offer is found by",
    "offers.searchterm": "words of the offers",
    "offers.synonym": "words that mean the same",
    "organisations.closingperiod": "days on which an organisation is closed",
    "organisations.organisationprofile": "how an association works, in numbers and general words",
    "partnerships.activity": "what shall be done and when",
    "partnerships.agreementclause": "clauses of an agreement",
    "partnerships.agreementoffer": "which offers an agreement is about",
    "partnerships.budgetamount": "money and hours",
    "partnerships.budgetline": "money and hours",
    "partnerships.clause": "wordings that agreements can take in",
    "partnerships.entrancepost": "needs, rooms and training places of public bodies",
    "partnerships.forum": "which council has a forum",
    "partnerships.frameanswer": "answers to the frame questions",
    "partnerships.framepair": "which organisations have a frame agreement",
    "partnerships.goal": "goals and their measures",
    "partnerships.indicator": "goals and their measures",
    "partnerships.initiative": "parts of an agreement",
    "partnerships.milestone": "what shall be reached and when",
    "partnerships.offerfigures": "counts of referrals, the small ones hidden",
    "partnerships.partychange": "which organisation an amendment takes in or lets go",
    "partnerships.payment": "money between organisations",
    "partnerships.reminder": "which days were reminded of",
    "partnerships.reportbudgetrow": "money of a report",
    "partnerships.reportrow": "how initiatives go",
    "partnerships.signingorder": "which texts are with the signing service",
    "partnerships.risk": "what may go wrong, owned by a function",
    "succession.successionpart": "which organisation takes over from which",
    "referrals.signpostcount": "a count a day, of nobody",
}
