"""How often a need is sought, and how often in vain: the cheapest mapping there is.

Counts a day, a municipality and words; no person, no time of day, no address. A search is counted
by its words only where every one of them is spelt as in our own vocabulary, so nobody's name lands
here; other searches are counted without words. Searches that mention a crisis are not counted at
all.
"""

from django.db import connection

from offers.search.finding import Results
from portal.common import clock

_LONGEST = 80


def count_search(results: Results) -> None:
    """One statement. The caller has made sure that the words mention no crisis."""
    understood = results.understood
    known = understood.only_known_words and not understood.corrections and not understood.unknown
    said = [concept.text for concept in understood.concepts if concept.required]
    words = " ".join(said) if known else ""
    if len(words) > _LONGEST:
        words = ""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO offers_searchlog (day, municipality_code, query, searches, without_result)
            VALUES (%s, %s, %s, 1, %s)
            ON CONFLICT (day, municipality_code, query) DO UPDATE SET
                searches = offers_searchlog.searches + 1,
                without_result = offers_searchlog.without_result + excluded.without_result
            """,
            [
                clock.today(),
                results.place.municipality_code if results.place else "",
                words,
                int(not results.exact),
            ],
        )
