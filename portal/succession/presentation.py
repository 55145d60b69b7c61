"""What a plan's page says, put together for one reader."""

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.access.actor import Actor
from portal.common import clock
from portal.succession.models import Succession
from portal.succession.permissions import may_approve, may_plan
from portal.succession.survey import blocks, view_of


def title_of(succession: Succession) -> str:
    """»Region Hovedstaden og Region Sjælland bliver til Region Østdanmark«."""
    sources, targets = succession.sources, succession.targets
    words = {"sources": _listed(sources), "targets": _listed(targets)}
    if len(targets) > 1:
        return _("%(sources)s deles mellem %(targets)s") % words
    if len(sources) > 1:
        return _("%(sources)s bliver til %(targets)s") % words
    return _("%(targets)s overtager fra %(sources)s") % words


def _listed(rows: list[Any]) -> str:
    names = [row.name for row in rows]
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s og %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def approvals_of(succession: Succession) -> list[dict[str, Any]]:
    """One line an organisation: who has said yes, and when."""
    plan = succession.fingerprint
    given = {
        row.organisation_id: row
        for row in succession.approvals.all()
        if row.voided_at is None and row.plan == plan
    }
    return [{"organisation": row, "approval": given.get(row.pk)} for row in succession.parties]


def page_of(succession: Succession, actor: Actor) -> dict[str, Any]:
    report = view_of(succession.report, actor.organisation_id)
    names = {str(row.pk): row.name for row in succession.sources}
    sections = [
        {
            **row,
            "by_source": [
                {"name": names.get(owner, ""), "count": count}
                for owner, count in sorted(row["counts"].items())
                if count
            ],
        }
        for row in report["sections"]
    ]
    remarks = sorted(report["remarks"], key=lambda row: row["level"] == "note")
    plan = may_plan(actor, succession)
    return {
        "succession": succession,
        "title": title_of(succession),
        "approvals": approvals_of(succession),
        "sections": sections,
        "stays": report["stays"],
        "remarks": remarks,
        "choices": [row for row in remarks if row.get("options")] if plan else [],
        "blocked": blocks(succession.report),
        "may_plan": plan,
        "may_approve": may_approve(actor, succession),
        "shows_names": str(actor.organisation_id) in names,
    }


def rows_of_file(succession: Succession, actor: Actor) -> list[list[str]]:
    """The dry run as a table: the same as on the reader's own page."""
    page = page_of(succession, actor)
    made = succession.reported_at
    rows = [
        [_("Plan"), page["title"], date_format(succession.effective_on, "j. F Y")],
        [
            _("Prøvekørsel"),
            date_format(clock.local(made), "j. F Y H.i") if made else _("Ikke lavet endnu"),
            "",
        ],
    ]
    for section in page["sections"]:
        for one in section["by_source"]:
            rows.append([section["label"], one["name"], str(one["count"])])
        rows += [[section["label"], name, ""] for name in section["names"]]
    rows += [[_("Bliver"), line, ""] for line in page["stays"]]
    rows += [[_("Se på"), row["text"], row["advice"]] for row in page["remarks"]]
    return rows
