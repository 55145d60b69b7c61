"""What can be chosen in a section: people, parties, areas and other rows, by their names."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from django.db.models import Q
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from organisations.models import Organisation, OrganisationKind
from partnerships.editor.fields import Choices, one_of
from partnerships.editor.pen import Pen
from partnerships.editor.typing import count_of, last, name_of, new_title, place_of
from partnerships.facts import Column, Kind, Part, Section
from partnerships.facts.naming import name_of_area
from partnerships.facts.owners import Owner
from partnerships.models import Agreement, AgreementParty, ScopeLevel, Side
from partnerships.selectors import people_of_party
from portal.accounts.models import User
from portal.common import clock
from portal.common.drafts import Typed
from portal.geography.models import HealthCouncil, Municipality, Region

# On a phone a longer one hides the others.
_LONGEST_LABEL: Final = 80


class Choosing:
    """For one writer: the own party, in an amendment also those that it takes in, and in a
    suggestion all of them."""

    def __init__(self, agreement: Agreement, pen: Pen, section: Section, typed: Typed) -> None:
        self._agreement, self._pen, self._own = agreement, pen, pen.party
        self._section, self._typed = section, typed
        self._people: dict[str, Choices] = {}

    def of(self, column: Column, row: Mapping[str, Any] | None) -> Choices:
        match column.kind:
            case Kind.ONE_OF:
                return one_of(column)
            case Kind.ORGANISATION:
                return self._organisations(column, row or {})
            case Kind.MEMBER:
                return self._members(row or {})
            case Kind.AREA:
                return self._areas
            case Kind.ROW:
                return self._rows(self._section.part(column.of))
        return []

    def _rows(self, part: Part) -> Choices:
        """Those on the page, also new ones: by what is typed there, else by the number that their
        heading has."""
        found: Choices = [("", _("Ingen bestemt"))]
        for number in range(count_of(part, self._typed)):
            pk = last(self._typed, name_of(part, number, "id"))
            title = last(self._typed, name_of(part, number, part.title)).strip()
            label = Truncator(title).chars(_LONGEST_LABEL) if title else new_title(part, number)
            found.append((pk or place_of(part, number), label))
        return found

    @cached_property
    def _parties(self) -> list[AgreementParty]:
        return [row for row in self._agreement.parties.all() if row.left_on is None]

    def name_of(self, owner: Owner) -> str:
        """Who writes what is somebody else's."""
        if isinstance(owner, Side):
            names = [row.organisation.name for row in self._parties if row.side == owner]
            return ", ".join(names)
        return next(
            (row.organisation.name for row in self._parties if row.organisation.slug == owner), ""
        )

    def _organisations(self, column: Column, row: Mapping[str, Any]) -> Choices:
        parties = self._parties if self._pen.everything else [self._own]
        if self._pen.staying is not None:
            parties = [*parties, *self._coming]
        named = {one.organisation.slug: one.organisation.name for one in parties}
        now = str(row.get(column.name) or "")
        if now and now not in named:
            # A party that has left stays until somebody chooses another.
            named |= dict(Organisation.objects.filter(slug=now).values_list("slug", "name"))
        return [*([] if column.required else [("", _("Ingen af parterne"))]), *named.items()]

    @cached_property
    def _coming(self) -> list[AgreementParty]:
        """Those that a draft amendment takes in can be given something in the same amendment."""
        rows = AgreementParty.objects.filter(
            agreement=self._agreement, changes__way="joins", changes__amendment__state="draft"
        )
        return list(rows.select_related("organisation"))

    def _members(self, row: Mapping[str, Any]) -> Choices:
        party = next((one for one in self._parties if str(one.pk) == row.get("id")), self._own)
        key = str(party.pk)
        if key not in self._people:
            named = dict(people_of_party(party))
            # Who has left since stays until somebody chooses another.
            now = {pk for pk in (party.contact_id, party.deputy_id) if pk and pk not in named}
            named |= dict(User.objects.filter(pk__in=now).values_list("pk", "name"))
            self._people[key] = [("", _("Vælg")), *((str(pk), name) for pk, name in named.items())]
        return self._people[key]

    @cached_property
    def _areas(self) -> Choices:
        """Regions, councils, municipalities, and the public parties' hospitals and departments."""
        level = ScopeLevel
        today = clock.today()
        regions = Region.objects.valid_at(today).in_danish_order()
        councils = HealthCouncil.objects.in_danish_order()
        municipalities = Municipality.objects.in_danish_order()
        grouped: list[tuple[str, Choices]] = [
            (_("Regioner"), [(f"{level.REGION}:{row.slug}", row.name) for row in regions]),
            (
                _("Sundhedsråd"),
                [(f"{level.HEALTH_COUNCIL}:{row.slug}", row.name) for row in councils],
            ),
            (
                _("Hospitaler"),
                [
                    (f"{level.HOSPITAL}:{row.slug}", row.name)
                    for row in self._houses
                    if row.kind == OrganisationKind.HOSPITAL
                ],
            ),
            (
                _("Afdelinger"),
                [
                    (f"{level.DEPARTMENT}:{row.slug}", self._department(row))
                    for row in self._houses
                    if row.kind == OrganisationKind.HOSPITAL_DEPARTMENT
                ],
            ),
            (
                _("Kommuner"),
                [(f"{level.MUNICIPALITY}:{row.code}", name_of_area(row)) for row in municipalities],
            ),
        ]
        return [
            ("", _("Vælg")),
            *self._now(grouped),
            *((name, rows) for name, rows in grouped if rows),
        ]

    @staticmethod
    def _department(row: Organisation) -> str:
        return f"{row.name}, {row.parent.name}" if row.parent else row.name

    @cached_property
    def _houses(self) -> list[Organisation]:
        public = [row.organisation for row in self._parties if row.side == Side.PUBLIC]
        ids = {row.pk for row in public}
        above = {row.parent_id for row in public if row.parent_id}
        found = Organisation.objects.filter(
            Q(pk__in=ids | above) | Q(parent__in=ids) | Q(parent__parent__in=ids),
            kind__in=[OrganisationKind.HOSPITAL, OrganisationKind.HOSPITAL_DEPARTMENT],
        )
        return list(found.select_related("parent").in_danish_order())

    def _now(self, grouped: list[tuple[str, Choices]]) -> Choices:
        """What stands there, where it is not in the list any more: a region that has ended."""
        row = self._agreement
        area = (
            row.scope_region
            or row.scope_council
            or row.scope_municipality
            or row.scope_organisation
        )
        if area is None:
            return []
        key = area.code if isinstance(area, Municipality) else area.slug
        value = f"{row.scope_level}:{key}"
        known = {code for _name, rows in grouped for code, _label in rows}
        return [] if value in known else [(value, name_of_area(area))]
