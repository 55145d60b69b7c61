"""What an agreement says, section by section, as plain data: one shape for the editor, suggestions,
amendments, renewal, the change log, import and the generated document.

    {"purpose": "…", "starts_on": "2026-03-01", …}                      # columns
    {"lines": [{"id": "…", "text": "…", "amounts": {"2026": 100}}, …]}  # parts: rows with an id

Every value is JSON. `clean` says in Danish what cannot be used, `read` and `write` know the tables,
`changes` says what differs and whose it is. A new row has the id "", or a name that no other row
has and that another new row can point at; it gets its key when it is written.
"""

from partnerships.facts.changes import Change, changes
from partnerships.facts.cleaning import clean
from partnerships.facts.shape import SECTIONS, Column, Facts, Kind, Part, Section
from partnerships.facts.storing import read, write
from partnerships.facts.wording import show

__all__ = [
    "SECTIONS",
    "Change",
    "Column",
    "Facts",
    "Kind",
    "Part",
    "Section",
    "changes",
    "clean",
    "read",
    "show",
    "write",
]
