"""Many search rows at once, made by the database: for query plans and for measuring."""

from django.db import connection

from organisations.models import Organisation
from portal.common import clock
from tests.factories.organisations import OrganisationFactory

# Words by how common they are: word k stands in about one of k rows, as in real text.
_WORDS = 3_000
_LETTERS = "bcfhjlmnpq"  # for digits, so that no stem is cut


def word(number: int) -> str:
    """The word that stands in about one of `number` rows."""
    return "ord" + str(number).translate(str.maketrans("0123456789", _LETTERS)) + "o"


def make_many(count: int) -> None:
    """`count` public offers with their search rows and a vocabulary; statistics are up to date."""
    organisation: Organisation = OrganisationFactory(slug="mange", name="Mange")
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.42)")
        cursor.execute(
            """
            INSERT INTO offers_offer (organisation_id, overrides, slug, status, title, summary,
                description, category, target_groups, conditions, icpc_chapters, subject_roles,
                gender, peer_led, workforce, mode, participation, price_ore, price_note, languages,
                accessibility, how_to_join_citizen, how_to_join_professional, not_for, bring,
                needs_from_public, title_reveals_condition, takes_navigator_referrals,
                review_interval_days, verified_at, verified_method, published_at, created_at,
                updated_at, answers_counted, verified_by_id)
            SELECT %s, '{}', 'mange-' || n, 'published', 'Tilbud ' || n, '', '', 'netvaerk', '{}',
                '{}', '{}', '{}', 'all', FALSE, 'volunteers', 'fysisk', '{}', 0, '', '{da}', '{}',
                '', '', '', '', '', TRUE, FALSE, 182, %s, 'page', %s, %s, %s, 0, NULL
            FROM generate_series(1, %s) AS n
            """,
            [organisation.pk, now, now, now, now, count],
        )
        cursor.execute(
            """
            INSERT INTO offers_searchrow (offer_id, words, covers, category, mode, target_groups,
                participation, languages, accessibility, gender, free, capacity, unconfirmed_from,
                hidden_from, latitude, longitude)
            SELECT o.id,
                (SELECT string_agg(DISTINCT 'ord' || translate(
                        greatest(1, floor(%s ^ random())::int)::text, '0123456789', %s)
                        || 'o:' || (1 + (g %% 4)) || substr('ABCD', 1 + g %% 4, 1), ' ')::tsvector
                 FROM generate_series(1, 40) AS g WHERE o.id IS NOT NULL),
                ARRAY[CASE WHEN random() < 0.2 THEN '*'
                    ELSE (ARRAY['0751','0461','0101','0851','0730'])[1 + floor(random() * 5)::int]
                    END],
                (ARRAY['netvaerk','raadgivning','bevaegelse'])[1 + floor(random() * 3)::int],
                'fysisk', '{kraeft,voksne}', '{gratis}', '{da}', '{niveaufri}', 'all', TRUE, 'open',
                %s + interval '212 days', %s + interval '272 days',
                54.8 + random() * 2.5, 8.2 + random() * 4
            FROM offers_offer o WHERE o.organisation_id = %s
            """,
            [_WORDS, _LETTERS, now, now, organisation.pk],
        )
        cursor.execute(
            """
            INSERT INTO offers_searchterm (term, folded, occurrences)
            SELECT '=' || word, '=' || word, ndoc FROM ts_stat('SELECT words FROM offers_searchrow')
            UNION ALL SELECT word, word, ndoc FROM ts_stat('SELECT words FROM offers_searchrow')
            UNION ALL SELECT '#', '#', count(*) FROM offers_searchrow
            """
        )
        # What autovacuum does in real life: the index's list of late comers makes it look dear.
        for index in ("search_words", "search_covers_words", "search_term_trigrams"):
            cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])
        for table in ("offers_offer", "offers_searchrow", "offers_searchterm"):
            cursor.execute(f"ANALYZE {table}")  # noqa: S608 - names of our own


def plan_of(statement: str, values: list[object] | None = None) -> str:
    """The plan as PostgreSQL would run it, with its own settings."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (COSTS OFF) " + statement, values)
        return "\n".join(line for (line,) in cursor.fetchall())
