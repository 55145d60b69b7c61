"""Every address × kind of actor × method × {real, non-existing} object, against the declared table
in `tests/access_policy.py` (ACC-1, ACC-4).

Addresses come from the resolver, objects are real rows. Each request runs in a savepoint that is
rolled back, so that one answer never changes the next. The whole walk is made once; the tests look
at what it found.

`make drill` asks everything. Otherwise those whose role opens nothing ask by lot, some of them and
with one method: SAMSPIL_SEED (printed when it fails) draws the same lots again.
"""

import os
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from organisations.models import (
    ClosingPeriod,
    Invitation,
    Membership,
    NamedHandler,
)
from partnerships import services
from partnerships.models import (
    Agreement,
    AgreementParty,
    AgreementSection,
    Clause,
    Goal,
    Indicator,
    SavedView,
    SectionComment,
    SectionKey,
    StatusReport,
)
from portal.access.actor import Assurance
from portal.access.declared import access_of
from portal.audit.scope import scope_is_open
from portal.common import clock
from portal.common.ids import hash_token, new_token, uuid7
from portal.succession.models import Succession, SuccessionPart
from referrals.links import remember_patient_link, remember_phone_code, remember_reply_link
from referrals.models import Concern, Kind, State
from tests import access_policy as policy
from tests.access_policy import POLICY, PREFIXES, Line
from tests.factories.forums import hang_post, knock, make_forum, open_entrance, plan
from tests.factories.organisations import OrganisationFactory
from tests.factories.partnerships import parts_of_agreement
from tests.factories.register import make_agreement
from tests.factories.reports import published
from tests.proofs import WALLED, table
from tests.rows import (
    CANARIES,
    Rows,
    make_family,
    make_offer,
    rows_fixture,  # noqa: F401
)
from tests.sizes import DRILL
from tests.world import World, client_for

pytestmark = pytest.mark.django_db

METHODS = ("GET", "POST")
WRONG_METHODS = ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE")
# Where the answer does not depend on the role, a few of each sort ask; where it does, everybody.
ASK: dict[str, tuple[str, ...]] = {
    "public": ("anonymous", "newcomer", "gp", "gp_with_one_factor", "operator", "reply", "patient"),
    "signed_in": (
        "anonymous",
        "newcomer",
        "gp",
        "gp_with_one_factor",
        "receiver_handler",
        "operator",
        "receiver_manager",
        "outsider_manager",
        "reply",
    ),
    "operator": ("anonymous", "gp", "operator"),
    "link": (
        "anonymous",
        "gp",
        "receiver_handler",
        "outsider_handler",
        "operator",
        "reply",
        "reply_with_code",
        "patient",
    ),
    "needs": (
        "anonymous",
        "newcomer",
        "gp",
        "gp_with_one_factor",
        "nurse",
        "practice_manager",
        "receiver_handler",
        "receiver_manager",
        "receiver_editor",
        "outsider_handler",
        "outsider_manager",
        "parent_handler",
        "coordinator",
        "municipal_coordinator",
        "other_coordinator",
        "navigator",
        "lawyer",
        "dpo",
        "analyst",
        "operator",
        "reply",
        "patient",
    ),
}
# Wrong methods are tried by a foreign one and by one who is let in. These also ask for what does
# not exist where they have no right to ask at all.
FEW = ("anonymous", "outsider_handler", "receiver_editor")
REQUEST_ID = "the-same-in-both"
SEED = os.environ.get("SAMSPIL_SEED") or str(random.randrange(10**9))
BARRED_ASKS = 0.4  # of those whose role opens nothing


# --- addresses ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Address:
    name: str
    view: Callable[..., Any]
    arguments: tuple[str, ...]
    route: str


def _walk(patterns: Any, space: str = "", route: str = "") -> Iterator[Address]:
    for pattern in patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _walk(pattern.url_patterns, inner, here)
        elif isinstance(pattern, URLPattern):
            arguments = tuple(pattern.pattern.converters) or tuple(pattern.pattern.regex.groupindex)
            name = f"{space}{pattern.name}" if pattern.name else f"{space}<{here}>"
            yield Address(name, pattern.callback, arguments, here)


def addresses() -> list[Address]:
    return list(_walk(get_resolver().url_patterns))


def line_of(name: str) -> Line | None:
    for prefix, line in PREFIXES.items():
        if name.startswith(prefix):
            return line
    return POLICY.get(name)


# --- who ------------------------------------------------------------------------------------------


def _with_cookies(
    remember: Callable[[Any, HttpResponse], None], start: Client | None = None
) -> Client:
    """A browser that has followed a link: the same cookies, made by the same code."""
    client = start or Client(raise_request_exception=False)
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    response = HttpResponse()
    remember(request, response)
    for name, morsel in response.cookies.items():
        if morsel.value:
            client.cookies[name] = morsel.value
    return client


def browsers(rows: Rows) -> dict[str, Client]:
    one = rows.identified
    reply, patient = one.reply_link, one.patient_link
    assert reply is not None
    assert patient is not None

    def with_code(request: Any, response: HttpResponse) -> None:
        remember_reply_link(request, response, reply)
        response.cookies.pop("svar-kode", None)
        remember_phone_code(request, response, reply.pk)

    people = {
        name: client_for(person, raise_request_exception=False)
        for name, person in rows.world.people.items()
    }
    operator = rows.world.operator.user
    # With both of Django's own flags: they open nothing but the operator's admin.
    type(operator).objects.filter(pk=operator.pk).update(is_staff=True, is_superuser=True)
    return {
        "anonymous": Client(raise_request_exception=False),
        **people,
        "gp_with_one_factor": client_for(
            rows.world.gp, Assurance.LOW, raise_request_exception=False
        ),
        "reply": _with_cookies(lambda q, r: remember_reply_link(q, r, reply)),
        "reply_with_code": _with_cookies(with_code),
        "patient": _with_cookies(lambda q, r: remember_patient_link(q, r, patient)),
    }


LINK_HOLDERS = frozenset({"reply", "reply_with_code", "patient"})
NOT_SIGNED_IN = LINK_HOLDERS | {"anonymous"}


# --- objects --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Objects:
    """Arguments of a real object, and of one that does not exist, by argument name."""

    real: dict[str, Any]
    missing: dict[str, Any]


def objects(rows: Rows) -> dict[str, Objects]:
    world, now = rows.world, clock.now()
    waiting = make_family(
        world,
        rows.offer,
        status=State.AWAITING_MODERATION,
        sender=world.new_practice,
        sent_by=world.new_gp,
    )
    concern = Concern.objects.filter(organisation=world.receiver).first()
    member = Membership.objects.get(user=world.receiver_editor.user)
    invitation = Invitation.objects.create(
        organisation=world.receiver,
        email=f"{uuid7()}@samspil.example",
        name="Inge Inviteret",
        roles=["editor"],
        token_hash=hash_token(new_token()),
        expires_at=now + timedelta(days=14),
    )
    closing = ClosingPeriod.objects.create(
        organisation=world.receiver,
        first_day=clock.today() + timedelta(days=30),
        last_day=clock.today() + timedelta(days=31),
    )
    handler = NamedHandler.objects.filter(organisation=world.receiver).get()
    agreement = Agreement.objects.create(number="2026-900", title="Aftale", kind="partnership")
    for organisation, side in ((world.region, "public"), (world.receiver, "association")):
        AgreementParty.objects.create(agreement=agreement, organisation=organisation, side=side)
    report = StatusReport.objects.create(
        agreement=agreement,
        title="Status",
        period_from=clock.today(),
        period_to=clock.today(),
        due_on=clock.today(),
    )
    goal = Goal.objects.create(agreement=agreement, text="Mål")
    indicator = Indicator.objects.create(agreement=agreement, goal=goal, name="Tal")
    for key in SectionKey.values:
        section = AgreementSection.objects.create(agreement=agreement, key=key)
    comment = SectionComment.objects.create(section=section, kind="comment", text="?", at=now)
    clause = Clause.objects.create(owner=world.region, key="eget", title="Eget", text="Tekst")

    succession = Succession.objects.create(effective_on=clock.today() + timedelta(days=30))
    SuccessionPart.objects.create(
        succession=succession,
        source=world.region,
        target=OrganisationFactory(kind="other_public"),
    )
    parts = parts_of_agreement(agreement, world)
    view = SavedView.objects.create(
        user=world.coordinator.user, organisation=world.region, name="Min visning"
    )
    shown = make_agreement(world.region, world.receiver, public=True)
    newcomers = OrganisationFactory(municipality=world.aarhus, verified_at=None)
    new_offer = make_offer(newcomers, f"ny-{newcomers.pk}", status="in_review", published_at=None)

    def by_key(row: Any) -> Objects:
        other = uuid7() if not isinstance(row.pk, int) else row.pk + 10**6
        return Objects({"pk": row.pk}, {"pk": other})

    def by_slug(row: Any) -> Objects:
        return Objects({"slug": row.slug}, {"slug": "findes-slet-ikke"})

    def of_agreement(**arguments: Any) -> Objects:
        missing = {
            name: uuid7() if isinstance(value, UUID) else value for name, value in arguments.items()
        }
        return Objects({"pk": agreement.pk, **arguments}, {"pk": uuid7(), **missing})

    return {
        policy.REFERRAL: by_key(rows.identified.referral),
        policy.CODE: by_key(rows.families[Kind.CODE, State.SENT].referral),
        policy.WAITING: by_key(waiting.referral),
        policy.CONCERN: by_key(concern),
        policy.MEMBER: by_key(member),
        policy.INVITATION: by_key(invitation),
        policy.HANDLER: by_key(handler),
        policy.CLOSING: by_key(closing),
        policy.ORGANISATION: by_slug(world.receiver),
        policy.OFFER: by_slug(rows.offer),
        policy.NEW_OFFER: by_slug(new_offer),
        policy.AGREEMENT: by_key(agreement),
        policy.SAVED_VIEW: by_key(view),
        policy.SHOWN_AGREEMENT: by_key(shown),
        policy.REPORT: by_key(report),
        policy.SHOWN_REPORT: by_key(published(world, shown)),
        policy.INDICATOR: by_key(indicator),
        policy.SUCCESSION: by_key(succession),
        **_at_the_entrance(world, by_key),
        **_in_the_forum(world, by_key),
        policy.SECTION: Objects(
            {"pk": agreement.pk, "key": "purpose"}, {"pk": uuid7(), "key": "purpose"}
        ),
        policy.COMMENT: by_key(comment),
        policy.CLAUSE: by_key(clause),
        policy.AMENDMENT: of_agreement(amendment=parts["amendment"]),
        policy.REVIEW: of_agreement(review=parts["review"]),
        policy.AGREEMENT_ROW: of_agreement(row=parts["row"]),
        policy.AGREEMENT_FILE: of_agreement(document=parts["document"]),
        policy.ASSESSMENT: Objects({"pk": parts["assessment"]}, {"pk": uuid7()}),
        policy.STEP: Objects(
            {"pk": parts["assessment"], "slug": "stigma"}, {"pk": uuid7(), "slug": "stigma"}
        ),
        # Addresses whose argument opens no row by itself: only the missing one is tried.
        policy.TOKEN: Objects({}, {"token": new_token()}),
        policy.NUMBER: Objects({}, {"pk": 10**7}),
        policy.UUID: Objects({}, {"pk": uuid7()}),
        policy.PERSONA: Objects({}, {"slug": "ingen-persona"}),
        policy.RESET: Objects({}, {"uidb36": "zz", "key": "zz-zz"}),
    }


def _at_the_entrance(world: World, by_key: Callable[[Any], Objects]) -> dict[str, Objects]:
    """The region's open entrance, a post there, and an enquiry from the receiver."""
    open_entrance(world.coordinator)
    return {
        policy.ENTRANCE: Objects({"slug": world.region.slug}, {"slug": "findes-slet-ikke"}),
        policy.POST: by_key(hang_post(world.coordinator)),
        policy.ENQUIRY: by_key(knock(world, actor=world.receiver_manager.actor())),
    }


def _in_the_forum(world: World, by_key: Callable[[Any], Objects]) -> dict[str, Objects]:
    """The council's forum with two members, a meeting that is held, and one that is coming."""
    forum = make_forum(world)
    held, coming = plan(world, forum, begins_at=clock.now()), plan(world, forum)
    runs, member = world.council_coordinator.actor(), world.receiver_manager.actor()
    item = services.propose_item(actor=member, meeting_id=coming.pk, title="Følgeskab")
    services.save_minutes(actor=runs, meeting_id=held.pk, version=0, general="Sagt", items=[])
    action = services.create_action_point(
        actor=runs,
        meeting_id=held.pk,
        text="Skriv et opslag",
        organisation=world.receiver,
        due_on=clock.today(),
    )
    return {
        policy.FORUM: by_key(forum),
        policy.SEAT: by_key(forum.members.get(organisation=world.receiver)),
        policy.MEETING: by_key(held),
        policy.ITEM: by_key(item),
        policy.ACTION: by_key(action),
    }


# --- the walk -------------------------------------------------------------------------------------


@dataclass
class Answer:
    name: str
    actor: str
    method: str
    which: str  # real, missing, or nothing where the address has no object
    status: int
    location: str
    outcome: str
    masked: tuple[Any, ...]
    leaked: str
    logged: bool
    cache_control: str
    csp: str
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.method} {self.name} as {self.actor} ({self.which}): {self.status}"


def outcome_of(status: int, location: str, login: str) -> str:
    """in, out (404), no (403), sign in, step up, wrong method, broken."""
    if status in {301, 302, 303, 307, 308}:
        if location.startswith((login, reverse("admin:login"))):
            return "sign in"
        if location.startswith("/konto/to-faktor/"):
            return "step up"
        return "in"
    named = {403: "no", 404: "out", 405: "wrong method", 503: "down"}
    if status in named:
        return named[status]
    return "broken" if status >= 500 or status == 401 else "in"


_VOLATILE = (
    re.compile(rb'(name="csrfmiddlewaretoken" value=")[^"]*'),
    re.compile(rb'("X-CSRFToken": ?")[^"]*'),
    re.compile(rb"(nonce=\")[^\"]*"),
)
_DROPPED_HEADERS = {"content-length", "set-cookie", "x-request-id", "server-timing"}


def masked(response: Any, path: str) -> tuple[Any, ...]:
    """Status, place, body, headers and names of cookies, without what differs from request to
    request: tokens, and the address that was asked for."""
    body = b"" if response.streaming else response.content
    for pattern in _VOLATILE:
        body = pattern.sub(rb"\1", body)
    location = response.headers.get("Location", "").replace(quote(path), "<path>")
    for written in (path, quote(path), quote(path, safe="")):
        body = body.replace(written.encode(), b"<path>")
        location = location.replace(written, "<path>")
    headers = sorted(
        (name.lower(), value.replace(quote(path, safe=""), "<path>").replace(path, "<path>"))
        for name, value in response.headers.items()
        if name.lower() not in _DROPPED_HEADERS | {"location"}
    )
    cookies = sorted(response.cookies)
    return response.status_code, location, body, tuple(headers), tuple(cookies)


class Watch:
    """Looks at every statement of a request: patient tables outside a scope, writes of a GET."""

    _WRITES = re.compile(r"^\s*(INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)
    _WALLED = re.compile("|".join(rf"\b{table(model)}\b" for model in WALLED))

    def __init__(self) -> None:
        self.unscoped: set[str] = set()
        self.written: set[str] = set()

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        text = str(sql)
        found = self._WALLED.search(text)
        if found and not scope_is_open():
            self.unscoped.add(found.group())
        if write := self._WRITES.match(text):
            self.written.add(write.group(2))
        return execute(sql, params, many, context)


def leaked(response: Any) -> str:
    if response.streaming or response.headers.get("Content-Type", "").startswith("application/pdf"):
        return ""
    text = response.content.decode(errors="replace")
    return next((word for word in CANARIES.values() if word in text), "")


def _ask(client: Client, method: str, path: str, body: str = "") -> tuple[Any, Watch]:
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    watch = Watch()
    cache.clear()  # throttles count per person; the matrix asks more often than a person does
    with transaction.atomic(), connection.execute_wrapper(watch):
        response = client.generic(
            method,
            path,
            body if method == "POST" else "",
            content_type="application/x-www-form-urlencoded",
            headers={"X-Request-Id": REQUEST_ID},
        )
        transaction.set_rollback(True)
    client.cookies.clear()
    for name, value in cookies.items():
        client.cookies[name] = value
    return response, watch


def walk(rows: Rows, asked: list[Address]) -> list[Answer]:
    """Everybody asks for everything; nothing of it stays."""
    clients, things = browsers(rows), objects(rows)
    return [
        answer
        for address in asked
        if (line := line_of(address.name)) is not None
        for which, arguments in _arguments(address, line, things)
        for answer in _answers(rows, clients, address, line, which, arguments)
    ]


def _answers(
    rows: Rows,
    clients: dict[str, Client],
    address: Address,
    line: Line,
    which: str,
    arguments: dict[str, Any],
) -> Iterator[Answer]:
    try:
        path = reverse(address.name, kwargs=arguments)
    except NoReverseMatch:
        if address.name.startswith(tuple(PREFIXES)):
            return  # a catch-all of the admin
        raise
    query, login = line.query.format(offer=rows.offer.slug), reverse("account_login")
    for actor in ASK[line.kind]:
        for method in _methods(address.name, line, actor, which):
            response, watch = _ask(clients[actor], method, f"{path}?{query}", line.body)
            location = response.headers.get("Location", "")
            yield Answer(
                name=address.name,
                actor=actor,
                method=method,
                which=which,
                status=response.status_code,
                location=location,
                outcome=outcome_of(response.status_code, location, login),
                masked=masked(response, path),
                leaked=leaked(response),
                logged="audit_entry" in watch.written,
                cache_control=response.headers.get("Cache-Control", ""),
                csp=response.headers.get("Content-Security-Policy", ""),
                problems=_problems(method, address.name, watch),
            )


def _methods(address: str, line: Line, actor: str, which: str) -> tuple[str, ...]:
    own = tuple(sorted(line.methods))
    others = tuple(method for method in (*METHODS, *WRONG_METHODS) if method not in own)
    barred = line.kind in {"needs", "signed_in"} and actor not in line.may
    if line.kind == "operator":
        return METHODS
    if actor == min(line.own or line.may or {"gp"}) and which != "missing":
        return own + others
    if actor == "outsider_handler" and which != "missing":
        return (*own, *(method for method in others if method not in {"HEAD", "OPTIONS"}))
    if barred and actor not in FEW:
        if which == "missing":
            return ()  # refused before any object is looked for; the few look closer
        return own if DRILL else _by_lot(own, address, actor)
    return own


def _by_lot(own: tuple[str, ...], address: str, actor: str) -> tuple[str, ...]:
    lots = random.Random(f"{SEED} {address} {actor}")  # noqa: S311 - a sample
    return (lots.choice(own),) if lots.random() < BARRED_ASKS else ()


def _problems(method: str, name: str, watch: Watch) -> list[str]:
    problems = [f"{found} outside a scope" for found in sorted(watch.unscoped)]
    if method in {"GET", "HEAD", "OPTIONS"} and name not in policy.GET_MAY_WRITE:
        written = watch.written - {"audit_entry", "django_session"}
        problems += [f"a {method} writes {found}" for found in sorted(written)]
    return problems


def _arguments(
    address: Address, line: Line, things: dict[str, Objects]
) -> list[tuple[str, dict[str, Any]]]:
    if line.of:
        found = things[line.of]
        tried = [("real", found.real)] if found.real else []
        return [*tried, ("missing", found.missing)]
    if address.arguments and address.name.startswith(tuple(PREFIXES)):
        return [("missing", dict.fromkeys(address.arguments, "1"))]
    return [("nothing", {})]


def expected(line: Line, actor: str, which: str) -> set[str]:
    """What the declared table says of one of the line's own methods."""
    if line.answers:
        return set(line.answers) | ({"step up"} if actor == "gp_with_one_factor" else set())
    nothing = {"out"} if line.loose or (which == "missing" and line.of in _OPENS_NOTHING) else set()
    one_factor = {"step up"} if actor == "gp_with_one_factor" or line.loose else set()
    if line.kind == "public":
        if which == "missing" and line.of not in _OPENS_NOTHING:
            return {"out"} | one_factor
        return {"in"} | nothing | one_factor | ({"sign in"} if line.loose else set())
    if line.kind == "link":
        return {"in"} if actor in line.may else {"out"}
    if line.kind == "operator":
        # Its sign-in and sign-out lead to ours, for everybody.
        return {"in", "out", "no", "wrong method"} if actor in line.may else {"sign in", "no"}
    if actor in NOT_SIGNED_IN:
        return {"sign in"}
    if actor == "gp_with_one_factor":
        return {"step up"} if line.kind == "needs" else {"in", "step up"} | nothing
    if line.kind == "signed_in":
        return {"in"} | nothing | one_factor
    if actor not in line.may:
        return {"no"}
    if which == "missing":
        return {"out"}
    if which == "real" and actor not in line.own:
        return {"no"} if line.seen or actor in line.sees else {"out"}
    return {"in"}


_OPENS_NOTHING = {policy.TOKEN, policy.NUMBER, policy.UUID, policy.PERSONA, policy.RESET}


# --- what must hold -------------------------------------------------------------------------------


def test_every_address_has_a_line_in_the_policy() -> None:
    missing = [address.name for address in addresses() if line_of(address.name) is None]
    assert not missing, f"write one line each in tests/access_policy.py: {missing}"


def test_every_line_of_the_policy_has_an_address() -> None:
    known = {address.name for address in addresses()}
    assert not [name for name in POLICY if name not in known]
    for name, line in POLICY.items():
        assert line.methods <= set(METHODS), name
        assert line.own <= line.may or line.kind != "needs", (
            f"{name}: whose it is must also be let in"
        )


def test_every_view_says_what_it_needs() -> None:
    # The admin's own catch-all redirect comes from Django; the door stands before the whole site.
    silent = [
        address.name
        for address in addresses()
        if not access_of(address.view).access and not address.name.startswith(tuple(PREFIXES))
    ]
    assert not silent


def test_every_view_says_the_same_as_the_policy() -> None:
    """The decorator on the view and the line in the table are two statements of one thing."""
    fits = {
        "public": {"public"},
        "signed_in": {"signed_in", "public"},  # allauth's pages ask for sign-in by themselves
        "link": {"reply_link", "patient_link", "public"},
    }
    for address in addresses():
        line = POLICY.get(address.name)
        if line is None:
            continue
        access = access_of(address.view).access
        if line.kind == "needs":
            assert access not in {"public", "signed_in", "operator"}, address.name
        else:
            assert access in fits[line.kind], (address.name, access)


def test_every_address_is_danish_lower_case_and_hyphenated() -> None:
    for address in addresses():
        if address.name.startswith(tuple(PREFIXES)):
            continue
        fixed = re.sub(r"<[^>]*>|\(\?P<[^>]*>[^)]*\)|[\^$]", "", address.route)
        assert re.fullmatch(r"[a-z0-9./-]*", fixed), f"{address.name}: {address.route}"


def every_answer_is_the_declared_one(answers: list[Answer]) -> None:
    wrong = []
    for answer in answers:
        line = line_of(answer.name)
        assert line is not None
        if answer.method in line.methods or (answer.method == "HEAD" and "GET" in line.methods):
            allowed = expected(line, answer.actor, answer.which)
            if answer.name in {"admin:login", "admin:logout"}:
                allowed = {"in", "no", "sign in"}
            if answer.method == "HEAD" or line.loose:
                allowed = allowed | {"wrong method"}
        else:
            # A wrong method never gets in, whoever asks.
            allowed = {"wrong method", "out", "no", "sign in", "step up"}
            if answer.method == "OPTIONS" or line.loose:
                allowed |= expected(line, answer.actor, answer.which)
        if answer.outcome not in allowed:
            wrong.append(f"{answer}, {answer.outcome}; declared {sorted(allowed)}")
    assert not wrong, f"{len(wrong)} answers differ from the table:\n" + "\n".join(wrong[:60])


def another_ones_object_and_none_at_all_are_answered_alike_to_the_byte(
    answers: list[Answer],
) -> None:
    pairs: dict[tuple[str, str, str], dict[str, Answer]] = defaultdict(dict)
    for answer in answers:
        pairs[answer.name, answer.actor, answer.method][answer.which] = answer
    compared, different = 0, []
    for (name, actor, method), found in pairs.items():
        line = line_of(name)
        assert line is not None
        public = line.kind == "public" or line.seen
        if len(found) < 2 or actor in line.own | line.sees or public:
            continue
        compared += 1
        if found["real"].masked != found["missing"].masked:
            differing = [
                f"{one!r} / {other!r}"[:400]
                for one, other in zip(_lines(found["real"]), _lines(found["missing"]), strict=False)
                if one != other
            ]
            different.append(f"{method} {name} as {actor}: {differing[:2]}")
    assert compared > 50
    assert not different, "\n".join(different[:40])


def _lines(answer: Answer) -> list[object]:
    status, location, body, headers, cookies = answer.masked
    return [status, location, headers, cookies, *body.splitlines()]


def nobody_reads_a_patients_words_who_has_no_part_in_it(answers: list[Answer]) -> None:
    leaks = [
        f"{answer}: {answer.leaked!r}"
        for answer in answers
        if answer.leaked
        and answer.actor not in policy.MAY_READ_PATIENTS
        and not (answer.leaked == CANARIES["concern"] and answer.name in policy.CONCERN_PAGES)
    ]
    assert not leaks, "\n".join(leaks[:40])


def no_statement_reaches_a_patient_table_outside_a_scope_and_no_get_writes(
    answers: list[Answer],
) -> None:
    problems = [f"{answer}: {answer.problems}" for answer in answers if answer.problems]
    assert not problems, "\n".join(problems[:40])


def every_answer_has_the_policy_of_the_browser(answers: list[Answer]) -> None:
    bare = [str(answer) for answer in answers if "default-src 'none'" not in answer.csp]
    assert not bare, "\n".join(bare[:40])


def pages_for_somebody_are_never_stored(answers: list[Answer]) -> None:
    """Signed in, or behind a link: `no-store` on every answer with a body (WEB-5)."""
    stored = [
        f"{answer}: {answer.cache_control!r}"
        for answer in answers
        if answer.actor != "anonymous"
        and not 300 <= answer.status < 400
        and "no-store" not in answer.cache_control
        and not (answer.actor in LINK_HOLDERS and POLICY[answer.name].kind != "link")
    ]
    assert not stored, f"{len(stored)}:\n" + "\n".join(stored[:40])


def whoever_reads_a_patients_words_stands_in_the_trail(answers: list[Answer]) -> None:
    silent = [str(answer) for answer in answers if answer.leaked and not answer.logged]
    assert not silent, "\n".join(silent[:40])


CHECKS = (
    whoever_reads_a_patients_words_stands_in_the_trail,
    every_answer_is_the_declared_one,
    another_ones_object_and_none_at_all_are_answered_alike_to_the_byte,
    nobody_reads_a_patients_words_who_has_no_part_in_it,
    no_statement_reaches_a_patient_table_outside_a_scope_and_no_get_writes,
    every_answer_has_the_policy_of_the_browser,
    pages_for_somebody_are_never_stored,
)


# Two halves, so that two processes share the walk; one test each, so that neither walks twice.
@pytest.mark.drill
@pytest.mark.parametrize("half", [0, 1])
def test_everybody_gets_the_declared_answer_everywhere(
    rows: Rows, half: int, record_property: Any
) -> None:
    """ACC-1, ACC-4: every address, kind of actor and method, on real and on missing objects."""
    answers = walk(rows, addresses()[half::2])
    record_property("figure", f"{len(answers)} requests")

    broken = []
    for check in CHECKS:
        try:
            check(answers)
        except AssertionError as error:
            broken.append(f"--- {check.__name__}\n{error}")
    assert not broken, "\n".join([f"SAMSPIL_SEED={SEED}", *broken])


def test_an_unsafe_request_without_its_token_is_refused_everywhere(rows: Rows) -> None:
    people = rows.world.people
    things = objects(rows)
    tried = 0
    for address in addresses():
        line = line_of(address.name)
        if line is None or "POST" not in line.methods or address.name.startswith(tuple(PREFIXES)):
            continue
        name = next(iter(sorted(line.own or line.may)), "gp")
        person = people.get(name, rows.world.gp)
        client = client_for(person, enforce_csrf_checks=True, raise_request_exception=False)
        _which, arguments = _arguments(address, line, things)[0]
        response, _watch = _ask(client, "POST", reverse(address.name, kwargs=arguments))
        tried += 1
        assert response.status_code == 403, address.name
    assert tried > 5


def test_every_referral_of_every_kind_and_state_exists_for_its_own_alone(rows: Rows) -> None:
    """The page of one referral, against workflows.md ("Who sees a referral")."""
    clients = browsers(rows)
    for (kind, state), family in rows.families.items():
        path = reverse("referrals:detail", kwargs={"pk": family.referral.pk})
        unsent = state in {State.DRAFT, State.AWAITING_MODERATION}
        unredeemed = kind == Kind.CODE and family.referral.redeemed_at is None
        sees = set()
        if kind != Kind.SELF:
            sees.add("gp")
        if not unsent and not unredeemed:
            sees.add("receiver_handler")
        for actor in ("gp", "receiver_handler", "nurse", "outsider_handler", "sibling_handler"):
            response, watch = _ask(clients[actor], "GET", path)
            assert (response.status_code == 200) is (actor in sees), (kind, state, actor)
            assert response.status_code in {200, 404}, (kind, state, actor)
            assert not watch.unscoped


def test_ids_that_stand_in_addresses_do_not_count_up() -> None:
    for address in addresses():
        if address.name.startswith(("referrals:", "offers:", "partnerships:")):
            assert "<int:" not in address.route, address.name
