"""Proofs of the walls, as functions: the tests call them, and the mutants call them again with one
wall switched off and expect an AssertionError. A proof that cannot fail proves nothing.

Each takes `Rows` and raises AssertionError where the wall does not hold.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.db import Error, connection, models, transaction
from psycopg import errors

from portal.access.actor import ANONYMOUS, Actor, ActorKind, system_actor
from portal.audit import scope
from portal.audit.models import AuditEntry
from portal.audit.scope import ScopeError, unguarded
from portal.common.ids import hash_token, new_token, uuid7
from referrals.models import (
    CodeSms,
    Concern,
    Consent,
    Message,
    Outcome,
    PatientLink,
    Referral,
    ReferralDraft,
    ReferralEvent,
    ReferralPatient,
    ReplyLink,
)
from tests.rows import Family, Rows

# Tables of which one row may exist for one actor and not for another.
WALLED: tuple[type[models.Model], ...] = (
    Referral,
    ReferralEvent,
    Outcome,
    Message,
    Consent,
    ReferralPatient,
    ReferralDraft,
    CodeSms,
    Concern,
)
# Looked up before a scope opens, and without patient data; the wall guards who may make them.
LINKS: tuple[type[models.Model], ...] = (ReplyLink, PatientLink)

Refusal = type[errors.Error] | tuple[type[errors.Error], ...]


def table(model: type[models.Model]) -> str:
    return model._meta.db_table


def run(sql: str, params: Iterable[Any] = ()) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))
        return cursor.rowcount


def fetch(sql: str, params: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))
        return cursor.fetchall()


def must_be_refused(
    actor: Actor, work: Callable[[], object], by: Refusal, *, readonly: bool = False, says: str = ""
) -> None:
    """`work` in the scope of `actor` must end in exactly this error of the database."""
    try:
        with scope.tenant(actor, readonly=readonly):
            work()
    except Error as error:
        if not isinstance(error.__cause__, by) or says not in str(error):
            raise AssertionError(
                f"{actor.kind} {actor.name}: stopped otherwise: {error}"
            ) from error
        return
    raise AssertionError(f"{actor.kind} {actor.name}: not refused{f' ({says})' if says else ''}")


# --- who looks ------------------------------------------------------------------------------------


def reply_link(family: Family, *, phone_confirmed: bool = False) -> Actor:
    assert family.reply_link is not None
    return Actor(
        kind=ActorKind.REPLY_LINK,
        organisation_id=family.referral.receiver_id,
        link_id=family.reply_link.pk,
        referral_id=family.referral.pk,
        phone_confirmed=phone_confirmed,
    )


def patient_link(family: Family) -> Actor:
    assert family.patient_link is not None
    return Actor(
        kind=ActorKind.PATIENT_LINK,
        link_id=family.patient_link.pk,
        referral_id=family.referral.pk,
    )


def actors(rows: Rows) -> dict[str, Actor]:
    """A scope of each kind."""
    people = {name: person.actor() for name, person in rows.world.people.items()}
    one = rows.identified
    return people | {
        "anonymous": ANONYMOUS,
        "reply link": reply_link(one),
        "reply link with phone code": reply_link(one, phone_confirmed=True),
        "patient link": patient_link(one),
        "job": system_actor("proof"),
        "job of the outsider": system_actor("proof").for_organisation(rows.world.outsider.pk),
    }


def _allowed(rows: Rows, name: str) -> dict[str, models.Q | None]:
    """The rows that may exist for one actor, by table and in words of the contract (workflows.md,
    "Who sees a referral"). `None` is no row at all; a table that is not named has none."""
    world = rows.world
    everything = models.Q()
    of_one = models.Q(referral=rows.identified.referral)
    this = models.Q(pk=rows.identified.referral.pk)
    consent_of_one = models.Q(referrals=rows.identified.referral)

    def sent_by(organisation: Any) -> dict[str, models.Q | None]:
        own = models.Q(sender=organisation) | models.Q(receiver=organisation)
        return {
            **dict.fromkeys((table(m) for m in (Referral, ReferralEvent, Outcome, Message)), own),
            table(Consent): own,
            table(ReferralPatient): models.Q(owner=organisation),
            table(CodeSms): models.Q(sender=organisation),
            table(Concern): models.Q(organisation=organisation),
        }

    def received_by(organisation: Any) -> dict[str, models.Q | None]:
        open_rows = models.Q(referrals__receiver=organisation, referrals__patient_open=True)
        return sent_by(organisation) | {
            table(ReferralPatient): models.Q(owner=organisation) | open_rows
        }

    def figures_of(organisation: Any) -> dict[str, models.Q | None]:
        return {
            name: rule
            for name, rule in sent_by(organisation).items()
            if name in {table(m) for m in (Referral, ReferralEvent, Outcome, Concern)}
        }

    area: dict[str, models.Q | None] = {
        table(Referral): models.Q(municipality=world.aarhus),
        table(ReferralEvent): models.Q(referral__municipality=world.aarhus),
        table(Concern): models.Q(municipality=world.aarhus),
    }
    link: dict[str, models.Q | None] = {
        table(Referral): this,
        **dict.fromkeys((table(m) for m in (ReferralEvent, Outcome)), of_one),
        table(Consent): consent_of_one,
    }
    drafts: dict[str, models.Q | None] = {table(ReferralDraft): models.Q(pk=rows.draft.pk)}
    patient_of_one = {table(ReferralPatient): models.Q(pk=rows.identified.patient.pk)}  # type: ignore[union-attr]
    job = dict.fromkeys((table(m) for m in WALLED), everything)
    outsiders = received_by(world.outsider)
    return {
        "gp": sent_by(world.practice) | drafts,
        "nurse": sent_by(world.department),
        "practice_manager": figures_of(world.practice),
        "receiver_handler": received_by(world.receiver),
        "receiver_manager": figures_of(world.receiver),
        "outsider_handler": outsiders,
        "outsider_manager": figures_of(world.outsider),
        "coordinator": area,
        "municipal_coordinator": area,
        "council_coordinator": area,
        "reply link": link,
        "reply link with phone code": link | patient_of_one | {table(Message): of_one},
        "patient link": link | patient_of_one,
        "job": job,
        "job of the outsider": outsiders,
    }.get(name, {})


def seen_by(actor: Actor) -> dict[str, set[Any]]:
    """Every key that unfiltered SQL gives in the actor's scope."""
    with scope.tenant(actor, readonly=True):
        return {table(m): {pk for (pk,) in fetch(f"SELECT id FROM {table(m)}")} for m in WALLED}


# --- proofs ---------------------------------------------------------------------------------------


def unfiltered_sql_gives_only_what_the_contract_says(rows: Rows) -> None:
    for name, actor in actors(rows).items():
        allowed = _allowed(rows, name)
        seen = seen_by(actor)
        for model in WALLED:
            rule = allowed.get(table(model))
            with unguarded():
                found = () if rule is None else model._default_manager.filter(rule)
                expected = {row.pk for row in found}
            foreign, missing = seen[table(model)] - expected, expected - seen[table(model)]
            assert not foreign, f"{name} sees {len(foreign)} foreign rows of {table(model)}"
            assert not missing, f"{name} misses {len(missing)} own rows of {table(model)}"


def unfiltered_orm_gives_the_outsider_nothing(rows: Rows) -> None:
    own = rows.own_of_outsider.referral.pk
    with scope.tenant(rows.world.outsider_handler.actor(), readonly=True) as current:
        for model in WALLED:
            found = list(model._default_manager.all())
            current.cover(found)
            referrals = {
                row.pk if model is Referral else getattr(row, "referral_id", own) for row in found
            }
            assert referrals <= {own}, f"{table(model)}: foreign rows through the ORM"


def _copy(model: type[models.Model], pk: Any) -> tuple[list[str], list[Any]]:
    """A foreign row as columns and values, with a new key, as if somebody knew it all."""
    columns = [column.column for column in model._meta.local_concrete_fields]
    (values,) = fetch(f"SELECT {', '.join(columns)} FROM {table(model)} WHERE id = %s", [pk])
    row = dict(zip(columns, values, strict=True))
    if isinstance(row["id"], UUID):
        row["id"] = uuid7()
    else:
        del row["id"]
    for secret in ("token_hash", "code_hash"):
        if row.get(secret):
            row[secret] = hash_token(new_token())
    if "reference" in row:
        row["reference"] = f"x{row['id'].hex[-11:]}"
    return list(row), list(row.values())


def _foreign(rows: Rows, model: type[models.Model]) -> Any:
    """A key of the receiver's and the practice's, to which the outsider has no part."""
    with unguarded():
        found = model._default_manager.all()
        if model is ReferralDraft:
            return found.get(pk=rows.draft.pk).pk
        if model is ReferralPatient:
            return found.filter(owner=rows.world.practice).first().pk  # type: ignore[union-attr]
        if model is CodeSms:
            return found.filter(sender=rows.world.practice).first().pk  # type: ignore[union-attr]
        if model is Concern:
            return found.filter(organisation=rows.world.receiver).first().pk  # type: ignore[union-attr]
        if model is Referral:
            return rows.identified.referral.pk
        return found.filter(receiver=rows.world.receiver).first().pk  # type: ignore[union-attr]


_WRITTEN_COLUMN = {
    Referral: "status_changed_at",
    ReferralEvent: "at",
    Outcome: "reported_at",
    Message: "at",
    Consent: "expires_at",
    ReferralPatient: "created_at",
    ReferralDraft: "saved_at",
    CodeSms: "created_at",
    Concern: "reported_at",
}


def foreign_rows_cannot_be_changed_or_deleted(rows: Rows) -> None:
    intruder = rows.world.outsider_handler.actor()
    for model in WALLED:
        pk, column = _foreign(rows, model), _WRITTEN_COLUMN[model]
        for sql in (
            f"UPDATE {table(model)} SET {column} = {column} WHERE id = %s",
            f"DELETE FROM {table(model)} WHERE id = %s",
        ):
            try:
                with scope.tenant(intruder):
                    changed = run(sql, [pk])
            except Error as error:
                if not isinstance(error.__cause__, errors.InsufficientPrivilege):
                    raise
                changed = 0
            assert changed == 0, f"outsider: {sql}"


def foreign_rows_cannot_be_inserted(rows: Rows) -> None:
    intruder = rows.world.outsider_handler.actor()
    for model in (*WALLED, *LINKS):
        if model is Concern:
            continue  # anybody may report a concern of anything; nobody gets to read it by that
        if model in LINKS:
            link = (
                rows.identified.reply_link if model is ReplyLink else rows.identified.patient_link
            )
            pk = link.pk  # type: ignore[union-attr]
        else:
            pk = _foreign(rows, model)
        columns, values = _copy(model, pk)
        marks = ", ".join(["%s"] * len(columns))
        sql = f"INSERT INTO {table(model)} ({', '.join(columns)}) VALUES ({marks})"

        def insert(sql: str = sql, values: list[Any] = values) -> object:
            return run(sql, values)

        must_be_refused(intruder, insert, errors.InsufficientPrivilege, says=table(model))


def a_managers_scope_writes_no_referral(rows: Rows) -> None:
    for person in (rows.world.receiver_manager, rows.world.practice_manager):
        for model in (Referral, Outcome, Consent, ReferralPatient, Message):
            column = _WRITTEN_COLUMN[model]
            with scope.tenant(person.actor()):
                changed = run(f"UPDATE {table(model)} SET {column} = {column}")
            assert changed == 0, f"{person.user.name} changed {table(model)}"


def reads_cannot_write(rows: Rows) -> None:
    reader = rows.world.gp.actor()
    one = rows.identified.referral
    for sql in (
        f"UPDATE {table(Referral)} SET status_changed_at = status_changed_at",
        f"DELETE FROM {table(ReferralDraft)}",
        "INSERT INTO django_session VALUES ('x', 'x', '2020-01-01')",
        "SELECT nextval('referral_reference_number')",
        f"SELECT 1 FROM {table(Referral)} WHERE id = '{one.pk}' FOR UPDATE",
    ):
        must_be_refused(
            reader, lambda sql=sql: run(sql), errors.ReadOnlySqlTransaction, readonly=True
        )
    must_be_refused(
        reader,
        lambda: run("SET TRANSACTION READ WRITE"),
        errors.ActiveSqlTransaction,
        readonly=True,
    )


def an_outsider_cannot_make_itself_a_way_to_a_patient(rows: Rows) -> None:
    """tenancy-and-audit.md, 13: foreign-key checks bypass row-level security."""
    world, intruder = rows.world, rows.world.outsider_handler.actor()
    one, own = rows.identified, rows.own_of_outsider
    patient, consent, mine = one.patient, one.consent, world.outsider.pk
    assert patient is not None
    assert consent is not None
    own_referral = {
        "kind": "identified",
        "offer": rows.outsiders_offer,
        "receiver_id": mine,
        "sender_id": mine,
        "municipality": world.aarhus,
    }

    def refer_to_foreign_patient() -> object:
        return Referral.objects.create(**own_referral, reference="x-1", patient_id=patient.pk)

    def consent_of_foreign_patient() -> object:
        return Consent.objects.create(
            sender_id=mine,
            receiver_id=mine,
            offer=rows.outsiders_offer,
            patient_id=patient.pk,
            purpose="x",
            data_categories=[],
            form="oral",
            given_by="self",
            subject_role="patient",
            legal_basis="sul_43",
            text_version="1",
            text_shown="x",
            feedback=False,
            follow_up=False,
            taken_at=consent.taken_at,
            expires_at=consent.expires_at,
        )

    def own_patient_with_foreign_consent() -> object:
        fresh = ReferralPatient.objects.create(owner_id=mine, name="x")
        return Referral.objects.create(
            **own_referral, reference="x-2", patient=fresh, consent_id=consent.pk
        )

    for work in (
        refer_to_foreign_patient,
        consent_of_foreign_patient,
        own_patient_with_foreign_consent,
        lambda: run(
            f"UPDATE {table(Referral)} SET patient_id = %s, consent_id = NULL, status = 'draft', "
            "patient_open = false WHERE id = %s",
            [patient.pk, own.referral.pk],
        ),
    ):
        must_be_refused(intruder, work, errors.ForeignKeyViolation)
    for model in (ReplyLink, PatientLink):
        must_be_refused(
            intruder,
            lambda model=model: run(
                f"UPDATE {table(model)} SET referral_id = %s WHERE referral_id = %s",
                [one.referral.pk, own.referral.pk],
            ),
            errors.CheckViolation,
            says="keeps its referral",
        )
    with scope.tenant(intruder, readonly=True):
        found = fetch(f"SELECT id FROM {table(ReferralPatient)} WHERE id = %s", [patient.pk])
    assert not found, "the outsider reads the patient"


def parties_do_not_change(rows: Rows) -> None:
    one = rows.identified.referral
    third = {
        "receiver_id": rows.world.outsider.pk,
        "sender_id": rows.world.department.pk,
        "offer_id": rows.outsiders_offer.pk,
        "kind": "navigator",
    }
    for person in (rows.world.gp, rows.world.receiver_handler):
        for column, value in third.items():
            must_be_refused(
                person.actor(),
                lambda column=column, value=value: run(
                    f"UPDATE {table(Referral)} SET {column} = %s WHERE id = %s", [value, one.pk]
                ),
                errors.CheckViolation,
                says="do not change",
            )


def a_forgotten_scope_fails_loudly(rows: Rows) -> None:
    """As the serving role without variables, on a connection that earlier served a scope."""
    seen_by(rows.world.gp.actor())
    for role in ("portal_app", "portal_worker"):
        for model in WALLED:
            try:
                with transaction.atomic():
                    run("SELECT set_config('role', %s, true)", [role])
                    count = len(fetch(f"SELECT id FROM {table(model)}"))
            except Error:
                continue
            raise AssertionError(f"{role} read {count} rows of {table(model)} without a scope")


def the_first_wall_gives_nothing_foreign(rows: Rows) -> None:
    """`visible_to` by itself, as the owner, for whom the second wall does not exist."""
    world = rows.world
    blind = (
        "outsider_handler",
        "outsider_manager",
        "sibling_handler",
        "parent_handler",
        "newcomer",
        "lawyer",
        "dpo",
        "analyst",
        "operator",
        "receiver_editor",
        "other_coordinator",
        "new_gp",
        "navigator",
        "nurse",
        "receiver_manager",
        "practice_manager",
        "coordinator",
    )
    mine = {
        "outsider_handler": {rows.own_of_outsider.referral.pk},
        "nurse": {rows.own_of_outsider.referral.pk},
    }
    for name in blind:
        actor = world.people[name].actor()
        with unguarded():
            for model in (Referral, ReferralEvent, Message, Consent):
                found = model._default_manager.visible_to(actor)  # type: ignore[attr-defined]
                if model is Consent:
                    keys = {row.referrals.first().pk for row in found}
                else:
                    keys = {row.pk if model is Referral else row.referral_id for row in found}
                assert keys <= mine.get(name, set()), f"{name}: foreign {table(model)}"
            patients = {row.pk for row in ReferralPatient.objects.visible_to(actor)}
            own_patient = {rows.own_of_outsider.patient.pk} if name in mine else set()  # type: ignore[union-attr]
            assert patients <= own_patient, f"{name}: foreign patients"
            assert not ReferralDraft.objects.visible_to(actor).exists(), f"{name}: a draft"


def an_unlogged_read_is_refused(rows: Rows) -> None:
    for readonly in (True, False):
        try:
            with scope.tenant(rows.world.gp.actor(), readonly=readonly):
                ReferralPatient.objects.get(pk=rows.identified.patient.pk)  # type: ignore[union-attr]
        except ScopeError:
            continue
        raise AssertionError("a patient row was read without an audit entry")


def the_trail_is_append_only(rows: Rows) -> None:
    """For the serving role by rights, and for the owner by trigger."""
    from portal.audit import trail

    with scope.tenant(rows.world.gp.actor(), readonly=True):
        trail.record_read(rows.world.gp.actor(), "referral.view", [rows.identified.referral])
    entry = AuditEntry.objects.order_by("-id").first()
    assert entry is not None
    ((partition,),) = fetch(
        "SELECT tableoid::regclass::text FROM audit_entry WHERE id = %s", [entry.pk]
    )
    statements = [
        f"{verb} {where}"
        for target in ("audit_entry", partition)
        for verb, where in (
            (f"UPDATE {target} SET action = 'x'", f"WHERE id = {entry.pk}"),
            (f"DELETE FROM {target}", f"WHERE id = {entry.pk}"),
            (f"TRUNCATE {target}", ""),
        )
    ] + ["TRUNCATE audit_entry_other"]
    for sql in statements:
        must_be_refused(
            rows.world.gp.actor(), lambda sql=sql: run(sql), errors.InsufficientPrivilege
        )
        try:
            with transaction.atomic():
                run(sql)
        except Error as error:
            if not isinstance(error.__cause__, errors.InsufficientPrivilege):
                raise
            continue
        raise AssertionError(f"the owner could {sql}")
    for work in (
        lambda: AuditEntry.objects.filter(pk=entry.pk).update(action="x"),
        lambda: AuditEntry.objects.all().delete(),
        lambda: AuditEntry.objects.bulk_update([entry], ["action"]),
    ):
        with suppress(Error), transaction.atomic():
            work()
            raise AssertionError("the ORM changed the trail")


def no_consent_no_way_out(rows: Rows) -> None:
    """workflows.md, "In the database": by raw SQL, as the owner, past every service."""
    offer, world = rows.offer, rows.world
    from tests.rows import make_consent, make_family, make_patient

    family = make_family(world, offer, status="awaiting_moderation")
    referral, consent = family.referral, family.consent
    assert consent is not None
    later = consent.expires_at

    def attempt(sql: str, params: list[Any], name: str) -> None:
        try:
            with transaction.atomic():
                run(sql, params)
        except Error as error:
            if name not in str(error):
                raise AssertionError(f"refused for another reason: {error}") from error
            return
        raise AssertionError(f"the database accepted: {sql} (expected {name})")

    leave = f"UPDATE {table(Referral)} SET status = %s, status_changed_at = %s, sent_at = %s"
    where = " WHERE id = %s"
    for state in ("sent", "accepted"):
        # lapsed, to the second
        attempt(leave + where, [state, later, later, referral.pk], "no valid consent")
        # withdrawn
        with transaction.atomic():
            run(
                f"UPDATE {table(Consent)} SET withdrawn_at = taken_at, withdrawn_by_kind = 'user'"
                + where,
                [consent.pk],
            )
            attempt(
                leave + where, [state, referral.created_at, later, referral.pk], "no valid consent"
            )
            transaction.set_rollback(True)
        # none at all
        attempt(
            leave + ", consent_id = NULL" + where,
            [state, referral.created_at, later, referral.pk],
            "no valid consent",
        )
    # every state beyond the draft: the check, also where the trigger does not look
    for state in ("awaiting_moderation", "waitlisted", "in_progress", "withdrawn", "completed"):
        attempt(
            f"UPDATE {table(Referral)} SET consent_id = NULL, status = %s, sent_at = created_at, "
            "reason = 'x', waitlist_review_on = '2026-01-01' WHERE id = %s",
            [state, referral.pk],
            "referral_has_consent",
        )
    # the patient's row does not open without it either
    attempt(
        f"UPDATE {table(Referral)} SET patient_open = true" + where,
        [referral.pk],
        "referral_patient_open_for_a_reason",
    )
    done = make_family(world, offer, status="completed").referral
    with transaction.atomic():
        run(f"UPDATE {table(Consent)} SET withdrawn_at = taken_at, withdrawn_by_kind = 'user'")
        attempt(
            f"UPDATE {table(Referral)} SET patient_open = true" + where,
            [done.pk],
            "no valid consent",
        )
        transaction.set_rollback(True)
    # a consent for another offer, another receiver, another patient
    other_offer = make_consent(make_patient(world.practice), rows.outsiders_offer)
    attempt(
        f"UPDATE {table(Referral)} SET consent_id = %s, patient_id = %s" + where,
        [other_offer.pk, other_offer.patient_id, referral.pk],
        "referral_consent_names_offer_and_receiver",
    )
    other_patient = make_consent(make_patient(world.practice), offer)
    attempt(
        f"UPDATE {table(Referral)} SET consent_id = %s" + where,
        [other_patient.pk, referral.pk],
        "referral_consent_names_patient",
    )
    # one year at most, and never before it was taken
    attempt(
        f"UPDATE {table(Consent)} SET expires_at = taken_at + interval '1 year 1 second'" + where,
        [consent.pk],
        "consent_one_year_at_most",
    )
    attempt(
        f"UPDATE {table(Consent)} SET expires_at = taken_at" + where,
        [consent.pk],
        "consent_expires_after_taking",
    )


def a_temporary_table_cannot_answer_for_the_consents(rows: Rows) -> None:
    """The trigger runs with the owner's rights; its path must not lead to what a page can make."""
    referral = rows.families["identified", "sent"].referral
    consent = referral.consent_id

    def forge() -> None:
        run("CREATE TEMP TABLE referrals_consent (LIKE public.referrals_consent)")
        run(
            "INSERT INTO pg_temp.referrals_consent SELECT * FROM public.referrals_consent "
            "WHERE id = %s",
            [consent],
        )
        run(
            "UPDATE public.referrals_consent SET withdrawn_at = taken_at, "
            "withdrawn_by_kind = 'user' WHERE id = %s",
            [consent],
        )
        run("UPDATE referrals_referral SET status = 'accepted' WHERE id = %s", [referral.pk])

    must_be_refused(rows.world.gp.actor(), forge, errors.CheckViolation, says="no valid consent")
