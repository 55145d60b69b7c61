"""The register as a table that somebody takes along: the columns, and each agreement's cells."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from offers.vocabularies import TARGET_GROUPS
from partnerships import areas, register
from partnerships.models.agreement import AgreementQuerySet
from portal.common.clock import local
from portal.documents.csv_file import render_csv
from portal.documents.excel_file import Value, render_xlsx

COLUMNS: Final = (
    gettext_lazy("Nummer"),
    gettext_lazy("Titel"),
    gettext_lazy("Slags"),
    gettext_lazy("Tilstand"),
    gettext_lazy("Offentlige parter"),
    gettext_lazy("Foreninger"),
    gettext_lazy("Gælder for"),
    gettext_lazy("Målgrupper"),
    gettext_lazy("Begynder"),
    gettext_lazy("Slutter"),
    gettext_lazy("Opsigelsesvarsel, måneder"),
    gettext_lazy("Højeste beløb i et år, kr."),
    gettext_lazy("Rammespørgsmål uden svar"),
    gettext_lazy("Mangler plan for dagen efter"),
    gettext_lazy("Slutter inden et halvt år"),
    gettext_lazy("Journalnummer"),
    gettext_lazy("Ændret"),
)


def as_csv(rows: AgreementQuerySet) -> bytes:
    plain = ([_plain(value) for value in cells] for cells in _cells(rows))
    return render_csv([str(name) for name in COLUMNS], plain)


def as_xlsx(rows: AgreementQuerySet) -> bytes:
    return render_xlsx(_("Samarbejdsaftaler"), [str(name) for name in COLUMNS], _cells(rows))


def _plain(value: Value) -> str | int | Decimal | None:
    return value.isoformat() if isinstance(value, date) else value


def _cells(rows: AgreementQuerySet) -> Iterator[list[Value]]:
    yes, no = _("Ja"), _("Nej")
    for row in register.every_row(rows):
        agreement = row.agreement
        yield [
            agreement.number,
            agreement.title,
            agreement.get_kind_display(),
            agreement.get_status_display(),
            ", ".join(row.publics),
            ", ".join(row.associations),
            areas.scope_name(agreement),
            ", ".join(TARGET_GROUPS.labels(agreement.target_groups)),
            agreement.starts_on,
            agreement.ends_on,
            agreement.notice_months,
            Decimal(row.largest_year_ore) / 100,
            row.answers_lacking,
            yes if row.lacks_day_after else no,
            yes if row.up_for_renewal else no,
            agreement.archive_reference,
            local(agreement.updated_at).date(),
        ]
