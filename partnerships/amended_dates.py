"""Days that an agreement could not have on the day an amendment takes effect."""

from django.utils.translation import gettext as _

from partnerships.facts import Facts
from partnerships.models import Agreement, AgreementState, Amendment


def dates_out_of_order(
    agreement: Agreement, row: Amendment, before: Facts, after: Facts
) -> dict[str, str]:
    """Field → sentence, for the section with the agreement's days. Asked when it is written, and
    again later: the agreement may have begun while the amendment was signed."""
    errors = {}
    begun = agreement.status != AgreementState.SIGNED
    first, start, end = before.get("starts_on"), after.get("starts_on"), after.get("ends_on")
    if begun and start != first:
        errors["starts_on"] = _("Aftalen er begyndt, så den dag ligger fast.")
    elif not start or (agreement.signed_on and start < agreement.signed_on.isoformat()):
        errors["starts_on"] = _("Aftalen kan ikke begynde, før den blev skrevet under.")
    elif start != first and first and first <= row.effective_on.isoformat():
        errors["starts_on"] = _(
            "Aftalen er begyndt, når tillægget gælder, så den dag kan ikke flyttes."
        )
    if not end or end < row.effective_on.isoformat():
        errors["ends_on"] = _("Aftalen kan ikke slutte, før tillægget gælder.")
    return errors
