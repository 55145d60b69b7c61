"""Danish alphabetical order: æ, ø, å last, `aa` as `å`, case and accents ignored.

The database has the same function (`portal/common/migrations/0001`), so a list sorted in SQL and a
list sorted in Python agree.
"""

from typing import Any, Final

from django.db.models import Func, TextField
from django.db.models.expressions import Combinable

# { | } follow z in byte order, which puts æ, ø and å last and in that order.
_LAST_LETTERS: Final = str.maketrans(
    "æäøöåüéèêëáàâãíìîïóòôõúùûýçñ-",
    "{{||}yeeeeaaaaiiiioooouuuycn ",
)


def danish_sort_key(text: str) -> str:
    return text.lower().replace("aa", "å").translate(_LAST_LETTERS).replace("'", "")


class DanishSortKey(Func):
    """`order_by(DanishSortKey("name"))`. Compared byte by byte, whatever the cluster's locale."""

    function = "danish_sort_key"
    template = '%(function)s(%(expressions)s) COLLATE "C"'
    arity = 1
    output_field = TextField()

    def __init__(self, expression: str | Combinable, **extra: Any) -> None:
        super().__init__(expression, **extra)
