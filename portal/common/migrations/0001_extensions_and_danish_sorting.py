"""Extensions that every app builds on, and Danish alphabetical order.

No PostgreSQL wheel carries ICU, and `da_DK` is not installed everywhere, so the order is a function
of our own. It must be IMMUTABLE for use in an index: every step is a plain replacement, and the
characters that matter are named, so the answer does not depend on the cluster's locale.
`portal.common.sorting.danish_sort_key` is the same function in Python; a test compares the two.
"""

from django.contrib.postgres.operations import (
    BtreeGistExtension,
    TrigramExtension,
    UnaccentExtension,
)
from django.db import migrations

# { | } follow z in byte order, which puts æ, ø and å last and in that order.
CREATE = """
CREATE FUNCTION danish_sort_key(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN replace(
    translate(
        replace(
            lower(
                translate(
                    value,
                    'ABCDEFGHIJKLMNOPQRSTUVWXYZÆØÅÄÖÜÉÈÊËÁÀÂÃÍÌÎÏÓÒÔÕÚÙÛÝÇÑ',
                    'abcdefghijklmnopqrstuvwxyzæøåäöüéèêëáàâãíìîïóòôõúùûýçñ'
                )
            ),
            'aa', 'å'
        ),
        'æäøöåüéèêëáàâãíìîïóòôõúùûýçñ-',
        '{{||}yeeeeaaaaiiiioooouuuycn '
    ),
    '''', ''
)
"""


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []

    operations = [
        TrigramExtension(),
        BtreeGistExtension(),
        UnaccentExtension(),
        migrations.RunSQL(CREATE, "DROP FUNCTION danish_sort_key(text)"),
    ]
