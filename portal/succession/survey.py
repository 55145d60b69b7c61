"""The dry run: what would move, what stays, and what somebody must look at first.

A plain dictionary that is stored with the plan. It holds names by owner, because before the day the
target and the other sources may not see them; `view_of` gives each reader the own part.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from allauth.mfa.models import Authenticator
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offers.models import Offer, OfferCoverage
from organisations.models import (
    Contact,
    Membership,
    MembershipRole,
    Organisation,
    Role,
    TermsAcceptance,
)
from organisations.services.succession import fitting_roles
from organisations.terms_texts import CURRENT_VERSION
from partnerships.frames import frame_clashes
from partnerships.models import Agreement, Amendment, Clause, Entrance, ForumMember
from partnerships.models.agreement import BEFORE_SIGNATURE, IN_FORCE, AgreementState
from portal.succession.assignment import Assignment, Rule, assign
from portal.succession.hindrances import hindrances
from portal.succession.models import Succession
from referrals.services.succession import count_open_referrals

# Names shown of one kind; beyond it the count says the rest.
MOST_NAMES: Final = 500
STOP, CHOOSE, NOTE = "stop", "choose", "note"
S = AgreementState


def make_report(succession: Succession) -> dict[str, Any]:
    """Everything that a manager reads before saying yes, as plain data for JSON."""
    found = assign(succession)
    return {
        "sections": [row for row in _sections(found) if any(row["counts"].values())],
        "stays": _stays(found),
        "remarks": list(_remarks(succession, found)),
    }


def blocks(report: dict[str, Any]) -> bool:
    """Whether something must be settled before anybody approves."""
    return any(row["level"] in (STOP, CHOOSE) for row in report.get("remarks", []))


def choices_of(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for row in report.get("remarks", []) if row.get("options")]


def view_of(report: dict[str, Any], organisation_id: int) -> dict[str, Any]:
    """The report for one reader: every count, the own names, and the remarks that concern them."""
    own = str(organisation_id)
    return {
        "sections": [
            {
                "label": row["label"],
                "total": sum(row["counts"].values()),
                "counts": row["counts"],
                "names": row["names"].get(own, []),
            }
            for row in report.get("sections", [])
        ],
        "stays": report.get("stays", []),
        "remarks": [
            row
            for row in report.get("remarks", [])
            if not row["owners"] or organisation_id in row["owners"]
        ],
    }


# --- what moves ---------------------------------------------------------------------------------
Names = dict[str, list[str]]


def _section(key: str, label: str, names: Names) -> dict[str, Any]:
    return {
        "key": key,
        "label": label,
        "counts": {owner: len(rows) for owner, rows in names.items()},
        "names": {owner: rows[:MOST_NAMES] for owner, rows in names.items()},
    }


def _sections(found: Assignment) -> Iterable[dict[str, Any]]:
    yield _section("children", _("Hospitaler, afdelinger og råd"), _children(found))
    for key, label, states in (
        ("agreements", _("Aftaler, der gælder"), IN_FORCE),
        ("drafts", _("Aftaler på vej"), BEFORE_SIGNATURE),
        (
            "ended",
            _("Aftaler, der er slut"),
            (S.EXPIRED, S.TERMINATED, S.CLOSED, S.CANCELLED),
        ),
    ):
        yield _section(key, label, _agreements(found, states))
    yield _section("offers", _("Tilbud"), _offers(found))
    yield _section("members", _("Medarbejdere"), _by_rule(found, _members))
    yield _section("contacts", _("Kontakter"), _by_rule(found, _contacts))
    yield _section("entrances", _("Indgange"), _by_rule(found, _entrances))
    yield _section("seats", _("Pladser i samarbejdsfora"), _by_rule(found, _seats))
    yield _section("clauses", _("Egne vilkår og bilag"), _by_rule(found, _clauses))
    yield _section("coverage", _("Tilbud, der dækker regionen"), _coverage(found))


def _by_rule(found: Assignment, names_of: Callable[[Rule], list[str]]) -> Names:
    return {str(rule.source.pk): names_of(rule) for rule in found.rules}


def _children(found: Assignment) -> Names:
    names: Names = {}
    for (source, _target), ids in found.children.items():
        rows = Organisation.objects.filter(pk__in=ids).in_danish_order()
        names.setdefault(str(source), []).extend(rows.values_list("name", flat=True))
    return names


def _agreements(found: Assignment, states: Iterable[str]) -> Names:
    rows = Agreement.objects.filter(
        pk__in={pk for pk, _source in found.agreements}, status__in=states
    ).order_by("number")
    named = {pk: f"{number} {title}" for pk, number, title in rows.values_list(
        "pk", "number", "title"
    )}  # fmt: skip
    names: Names = {}
    for pk, source in found.agreements:
        if pk in named:
            names.setdefault(str(source), []).append(named[pk])
    return {owner: sorted(rows) for owner, rows in names.items()}


def _offers(found: Assignment) -> Names:
    names: Names = {}
    for (source, _target), ids in found.offers.items():
        rows = Offer.objects.filter(pk__in=ids).order_by("title", "pk")
        names.setdefault(str(source), []).extend(rows.values_list("title", flat=True))
    return names


def _members(rule: Rule) -> list[str]:
    rows = Membership.objects.filter(organisation=rule.source).order_by("user__name", "pk")
    return list(rows.values_list("user__name", flat=True))


def _contacts(rule: Rule) -> list[str]:
    rows = Contact.objects.filter(organisation=rule.source).order_by("purpose", "is_deputy")
    return list(rows.values_list("name", flat=True))


def _entrances(rule: Rule) -> list[str]:
    return [rule.source.name for _row in Entrance.objects.filter(organisation=rule.source)]


def _seats(rule: Rule) -> list[str]:
    rows = ForumMember.objects.filter(organisation=rule.source, until__isnull=True)
    return list(rows.order_by("forum__name").values_list("forum__name", flat=True))


def _clauses(rule: Rule) -> list[str]:
    rows = Clause.objects.filter(owner=rule.source).order_by("title", "version")
    return [f"{title} v{version}" for title, version in rows.values_list("title", "version")]


def _coverage(found: Assignment) -> Names:
    """Offers of anybody; their owners and titles are public."""
    names: Names = {}
    for rule in found.rules:
        if rule.source.region_id in found.regions:
            rows = OfferCoverage.objects.filter(region_id=rule.source.region_id)
            titles = rows.order_by("offer__title").values_list("offer__title", flat=True)
            names[str(rule.source.pk)] = list(titles)
    return names


# --- what stays ---------------------------------------------------------------------------------
def _stays(found: Assignment) -> list[str]:
    lines = [
        _("Adgangsloggen, aftalernes historie og underskrifterne bliver stående, som de er."),
    ]
    for rule in found.rules:
        count = count_open_referrals(rule.source.pk)
        if count:
            lines.append(
                ngettext(
                    "%(name)s: %(count)s åben henvisning bliver, til den er afsluttet. "
                    "Klinikere og modtagere beholder deres adgang til den.",
                    "%(name)s: %(count)s åbne henvisninger bliver, til de er afsluttet. "
                    "Klinikere og modtagere beholder deres adgang til dem.",
                    count,
                )
                % {"name": rule.source.name, "count": count}
            )
        lines.append(
            _("Adressen til %(name)s bliver ved med at virke og viser hen til %(target)s.")
            % {"name": rule.source.name, "target": rule.rest.name}
        )
    return lines


# --- what somebody must look at -----------------------------------------------------------------
def _remark(level: str, text: str, advice: str, owners: Iterable[int] = (), **more: Any) -> Any:
    return {"level": level, "text": text, "advice": advice, "owners": sorted(set(owners)), **more}


def _remarks(succession: Succession, found: Assignment) -> Iterable[dict[str, Any]]:
    for text, advice in hindrances(succession):
        yield _remark(STOP, text, advice)
    yield from _frames(succession, found)
    for rule in found.rules:
        yield from _roles_lost(rule)
        yield from _agreements_to_finish(rule)
        yield from _one_factor(rule)
        yield from _invitations_after_a_split(rule)
    yield from _entrances_to_write(found)
    yield from _terms(found)


def _frames(succession: Succession, found: Assignment) -> Iterable[dict[str, Any]]:
    """Only numbers of agreements, whose they are, and the association: what one must know to
    choose."""
    names = dict(Organisation.objects.values_list("pk", "name"))
    owner_of = {pk: source for pk, source in found.agreements}
    for clash in frame_clashes(found.agreements, succession.lasting):
        agreements = [clash.lasts, *clash.others]
        owners = {owner_of[row.pk] for row in agreements if row.pk in owner_of}
        options = [
            {
                "agreement": str(row.pk),
                "label": _("%(number)s, %(name)s")
                % {
                    "number": row.number,
                    "name": names.get(owner_of.get(row.pk, clash.public_id), ""),
                },
                "chosen": row.pk == clash.lasts.pk and not clash.asked,
            }
            for row in sorted(agreements, key=lambda row: row.number)
        ]
        yield _remark(
            CHOOSE if clash.asked else NOTE,
            _("%(public)s får to rammeaftaler med %(association)s på samme tid.")
            % {
                "public": names.get(clash.public_id, ""),
                "association": names.get(clash.association_id, ""),
            },
            _(
                "Vælg den, der går videre som rammeaftale. De andre gælder fortsat, "
                "som lokale aftaler under den."
            ),
            {*owners, clash.public_id},
            options=options,
        )


def _roles_lost(rule: Rule) -> Iterable[dict[str, Any]]:
    roles = set(
        MembershipRole.objects.filter(membership__organisation=rule.source).values_list(
            "role", flat=True
        )
    )
    for role in sorted(roles - fitting_roles(rule.rest.kind, roles)):
        yield _remark(
            NOTE,
            _("%(target)s kender ikke rollen »%(role)s«. Den følger ikke med.")
            % {"target": rule.rest.name, "role": Role(role).label},
            _("Giv de pågældende en anden rolle før dagen, hvis de skal have adgang bagefter."),
            [rule.source.pk],
        )


def _agreements_to_finish(rule: Rule) -> Iterable[dict[str, Any]]:
    mine = Q(parties__organisation=rule.source, parties__left_on__isnull=True)
    rows = Agreement.objects.filter(mine).order_by("number")
    signing = list(rows.filter(status=S.AWAITING_SIGNATURE).values_list("number", flat=True))
    if signing:
        yield _remark(
            NOTE,
            _("Til underskrift lige nu: %(numbers)s.") % {"numbers": ", ".join(signing)},
            _(
                "Skriv under før dagen, hvis I kan. Ellers skriver %(target)s under i stedet. "
                "Det, I selv har skrevet under på, tæller fortsat."
            )
            % {"target": rule.rest.name},
            [rule.source.pk],
        )
    states = Amendment.State
    amended = Amendment.objects.filter(
        agreement__in=rows.values("pk"), state__in=[states.DRAFT, states.AWAITING_SIGNATURE]
    )
    numbers = sorted(set(amended.values_list("agreement__number", flat=True)))
    if numbers:
        yield _remark(
            NOTE,
            _("Tillæg, der ikke er færdige: %(numbers)s.") % {"numbers": ", ".join(numbers)},
            _("Gør dem færdige, eller træk dem tilbage. Åbne tillæg følger med, som de er."),
            [rule.source.pk],
        )


def _one_factor(rule: Rule) -> Iterable[dict[str, Any]]:
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    have = Authenticator.objects.filter(type__in=kinds).values("user_id")
    rows = Membership.objects.filter(organisation=rule.source, user__is_active=True)
    # Editors need one factor only.
    needs = MembershipRole.objects.filter(membership__organisation=rule.source).exclude(
        role=Role.EDITOR
    )
    count = rows.filter(pk__in=needs.values("membership_id")).exclude(user_id__in=have).count()
    if count:
        yield _remark(
            NOTE,
            ngettext(
                "%(count)s medarbejder i %(name)s har ikke sat to-faktor op.",
                "%(count)s medarbejdere i %(name)s har ikke sat to-faktor op.",
                count,
            )
            % {"count": count, "name": rule.source.name},
            _("De følger med, men bliver bedt om to-faktor, næste gang de logger ind."),
            [rule.source.pk],
        )


def _invitations_after_a_split(rule: Rule) -> Iterable[dict[str, Any]]:
    others = [row.name for row in rule.targets if row.pk != rule.rest.pk]
    if others:
        yield _remark(
            NOTE,
            _("Alle medarbejdere i %(source)s følger med til %(target)s.")
            % {"source": rule.source.name, "target": rule.rest.name},
            _("%(others)s inviterer selv dem, der skal arbejde der.")
            % {"others": ", ".join(others)},
        )


def _entrances_to_write(found: Assignment) -> Iterable[dict[str, Any]]:
    by_target: dict[int, list[Rule]] = {}
    for rule in found.rules:
        by_target.setdefault(rule.rest.pk, []).append(rule)
    for target, rules in by_target.items():
        sources = [rule.source for rule in rules]
        rows = Entrance.objects.filter(organisation__in=sources).count()
        own = Entrance.objects.filter(organisation_id=target).exists()
        if rows > 1 or (rows and own):
            yield _remark(
                NOTE,
                _("%(target)s får én indgang. De andre sider lukker på dagen.")
                % {"target": rules[0].rest.name},
                _("Skriv en fælles indgang i %(target)s, og åbn den inden dagen.")
                % {"target": rules[0].rest.name},
            )


def _terms(found: Assignment) -> Iterable[dict[str, Any]]:
    """A target that receives referrals says yes to the terms itself."""
    accepted = TermsAcceptance.objects.filter(version=CURRENT_VERSION)
    for target_id in {target for _source, target in found.offers}:
        if not accepted.filter(organisation_id=target_id).exists():
            name = Organisation.objects.values_list("name", flat=True).get(pk=target_id)
            yield _remark(
                NOTE,
                _("%(name)s har ikke godkendt vilkårene for at modtage henvisninger.")
                % {"name": name},
                _("En leder godkender dem under Organisation. Indtil da kan ingen henvise dertil."),
            )


__all__ = ["blocks", "choices_of", "make_report", "view_of"]
