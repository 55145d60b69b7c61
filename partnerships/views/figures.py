"""The numbers of an agreement: what its goals are measured by, and how its offers are used."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from partnerships.forms.figures import ValueForm
from partnerships.models import Agreement, Indicator, IndicatorValue
from partnerships.permissions import may
from partnerships.services import figures as services
from portal.access.decorators import ActorRequest, requires
from portal.access.permissions import Permission
from portal.common import clock
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState
from portal.common.templatetags.look import number


def _line(indicator: Indicator) -> dict[str, Any]:
    values = list(indicator.values.all())
    newest = values[-1] if values else None
    by_hand = indicator.measure == Indicator.Measure.BY_HAND
    return {
        "indicator": indicator,
        "by_hand": by_hand,
        "before": _shown(indicator.baseline),
        "now": _value(newest, indicator.unit) if newest else "–",
        "on": newest.on if newest else None,
        "target": _with_unit(indicator.target, indicator.unit),
        "source": indicator.source if by_hand else indicator.get_measure_display(),
    }


def _value(value: IndicatorValue, unit: str) -> str:
    if value.value is None:
        return _("Skjult")
    return _with_unit(value.value, unit)


def _with_unit(value: Decimal | None, unit: str) -> str:
    return "–" if value is None else f"{_shown(value)} {unit}".strip()


def _shown(value: Decimal | None) -> str:
    return "–" if value is None else number(value.normalize())


@requires(Permission.AGREEMENT_VIEW)
@require_safe
def figure_list(request: ActorRequest, pk: UUID) -> HttpResponse:
    agreement = (
        Agreement.objects.visible_to(request.actor)
        .prefetch_related(
            "parties__organisation",
            "indicators__values",
            "indicators__goal",
        )
        .filter(pk=pk)
        .first()
    )
    if agreement is None:
        raise NotFound()
    context = {
        "agreement": agreement,
        "indicators": [_line(row) for row in agreement.indicators.all()],
        # The newest year first, the offers of a year by name.
        "figures": agreement.offer_figures.select_related("offer").order_by(
            "-since", "offer__title"
        ),
        "may_write": agreement.status in services.MEASURED
        and may(request.actor, Permission.AGREEMENT_WRITE, agreement),
    }
    return render(request, "partnerships/figure_list.html", context)


@requires(Permission.AGREEMENT_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def figure_edit(request: ActorRequest, pk: UUID) -> HttpResponse:
    """One indicator's number on one day, written by a party."""
    indicator = (
        Indicator.objects.visible_to(request.actor)
        .select_related("agreement", "goal")
        .prefetch_related("values", "agreement__parties__organisation")
        .filter(pk=pk)
        .first()
    )
    if indicator is None:
        raise NotFound()
    if not may(request.actor, Permission.AGREEMENT_WRITE, indicator.agreement):
        raise NotAllowed()
    form = ValueForm(request.POST or None, initial={"on": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            services.set_indicator_value(
                indicator_id=indicator.pk, actor=request.actor, **form.facts()
            )
        except InvalidInput as error:
            form.take_errors(error.errors)
        except WrongState as error:
            messages.error(request, error.message)
            return redirect("partnerships:figure-list", pk=indicator.agreement_id)
        else:
            messages.success(request, _("Tallet er gemt."))
            return redirect("partnerships:figure-list", pk=indicator.agreement_id)
    values = list(indicator.values.all())
    context = {
        "indicator": indicator,
        "form": form,
        "values": [(row, _value(row, indicator.unit)) for row in values[::-1]],
    }
    status = 422 if form.errors else 200
    return render(request, "partnerships/figure_edit.html", context, status=status)
