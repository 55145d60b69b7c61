"""What Django cannot say: composite foreign keys, the consent trigger, and row-level security.

Row-level security is ENABLED, not FORCED: the owner migrates, dumps and restores; the roles that
serve are not owners (tenancy-and-audit.md, 11). Policies compare plain columns with settings of the
transaction, without `missing_ok`, so a forgotten scope fails loudly.
"""

from django.db import migrations

TIES = """
CREATE SEQUENCE referral_reference_number;

-- What a scope may be. A type and not text: an unset variable is the empty string, which as text would
-- quietly compare false and as this type raises.
CREATE TYPE app_scope AS ENUM ('user', 'figures', 'link', 'reply', 'patient', 'system');

-- Foreign-key checks bypass row-level security. With plain keys an outsider could write itself a
-- referral to a known patient id and then read the patient; the owner in the key forbids it.
ALTER TABLE referrals_referral
    ADD CONSTRAINT referral_patient_is_senders
        FOREIGN KEY (patient_id, sender_id) REFERENCES referrals_referralpatient (id, owner_id),
    ADD CONSTRAINT referral_consent_names_offer_and_receiver
        FOREIGN KEY (consent_id, offer_id, receiver_id)
        REFERENCES referrals_consent (id, offer_id, receiver_id),
    ADD CONSTRAINT referral_consent_has_patient CHECK (consent_id IS NULL OR patient_id IS NOT NULL),
    ADD CONSTRAINT referral_patient_open_for_a_reason CHECK (NOT patient_open OR status IN
        ('sent', 'accepted', 'waitlisted', 'in_progress', 'completed', 'not_completed')),
    ADD CONSTRAINT referral_offer_is_receivers
        FOREIGN KEY (offer_id, receiver_id) REFERENCES offers_offer (id, organisation_id),
    ADD CONSTRAINT referral_with_parties UNIQUE (id, sender_id, receiver_id);
ALTER TABLE referrals_consent
    ADD CONSTRAINT consent_patient_is_senders
        FOREIGN KEY (patient_id, sender_id) REFERENCES referrals_referralpatient (id, owner_id),
    ADD CONSTRAINT consent_names_patient_and_sender UNIQUE (id, patient_id, sender_id),
    -- Sundhedsloven § 44(2): at the latest one year after it was given.
    ADD CONSTRAINT consent_one_year_at_most CHECK (expires_at <= taken_at + interval '1 year');
-- One patient's consent does not send another.
ALTER TABLE referrals_referral
    ADD CONSTRAINT referral_consent_names_patient
        FOREIGN KEY (consent_id, patient_id, sender_id)
        REFERENCES referrals_consent (id, patient_id, sender_id);
ALTER TABLE referrals_message
    ADD CONSTRAINT message_parties_are_referrals
        FOREIGN KEY (referral_id, sender_id, receiver_id)
        REFERENCES referrals_referral (id, sender_id, receiver_id);
ALTER TABLE referrals_referralevent
    ADD CONSTRAINT event_parties_are_referrals
        FOREIGN KEY (referral_id, sender_id, receiver_id)
        REFERENCES referrals_referral (id, sender_id, receiver_id);
ALTER TABLE referrals_outcome
    ADD CONSTRAINT outcome_parties_are_referrals
        FOREIGN KEY (referral_id, sender_id, receiver_id)
        REFERENCES referrals_referral (id, sender_id, receiver_id);

-- Entering `sent` or `accepted`, and opening the patient's row, needs a consent that is neither
-- withdrawn nor lapsed at the moment that the row itself says. The owner's right to see every consent is needed: an answering receiver
-- must not be able to hide a withdrawal behind its own wall. `pg_temp` stands last in its path, or a
-- temporary table of the same name would answer in the real one's place.
CREATE FUNCTION referral_needs_valid_consent() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    given referrals_consent%ROWTYPE;
BEGIN
    IF NEW.kind = 'code' THEN
        RETURN NEW;
    END IF;
    IF NOT NEW.patient_open AND NEW.status NOT IN ('sent', 'accepted') THEN
        RETURN NEW;
    END IF;
    -- Entering the state, opening the patient's row or changing the consent asks; nothing else does,
    -- so that a referral whose consent has lapsed can still be ended.
    IF TG_OP = 'UPDATE' AND OLD.consent_id IS NOT DISTINCT FROM NEW.consent_id
        AND (OLD.status = NEW.status OR NEW.status NOT IN ('sent', 'accepted'))
        AND (OLD.patient_open OR NOT NEW.patient_open)
    THEN
        RETURN NEW;
    END IF;
    SELECT * INTO given FROM referrals_consent WHERE id = NEW.consent_id;
    IF NOT FOUND OR given.withdrawn_at IS NOT NULL OR given.expires_at <= NEW.status_changed_at THEN
        RAISE EXCEPTION 'referral %: no valid consent', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'referral_consent_valid';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER referral_consent_valid BEFORE INSERT OR UPDATE ON referrals_referral
    FOR EACH ROW EXECUTE FUNCTION referral_needs_valid_consent();

-- Passing to a third organisation is a new, linked referral.
CREATE FUNCTION referral_keeps_its_parties() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'referral %: sender, receiver and offer do not change', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'referral_keeps_its_parties';
END $$;
CREATE TRIGGER referral_keeps_its_parties BEFORE UPDATE ON referrals_referral
    FOR EACH ROW WHEN (
        OLD.sender_id <> NEW.sender_id OR OLD.receiver_id <> NEW.receiver_id
        OR OLD.offer_id <> NEW.offer_id OR OLD.kind <> NEW.kind)
    EXECUTE FUNCTION referral_keeps_its_parties();

-- A link opens one referral, which its row may not be turned away from.
CREATE FUNCTION referral_link_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a link keeps its referral and its token'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'referral_link_stays';
END $$;
CREATE TRIGGER referral_link_stays BEFORE UPDATE ON referrals_replylink
    FOR EACH ROW WHEN (OLD.referral_id <> NEW.referral_id OR OLD.token_hash <> NEW.token_hash)
    EXECUTE FUNCTION referral_link_stays();
CREATE TRIGGER referral_link_stays BEFORE UPDATE ON referrals_patientlink
    FOR EACH ROW WHEN (OLD.referral_id <> NEW.referral_id OR OLD.token_hash <> NEW.token_hash)
    EXECUTE FUNCTION referral_link_stays();

-- History is history, also for the owner's own scripts.
CREATE FUNCTION referral_event_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'referral events are never changed' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER referral_event_stays BEFORE UPDATE OR DELETE ON referrals_referralevent
    FOR EACH ROW EXECUTE FUNCTION referral_event_stays();
"""
UNTIE = """
DROP TRIGGER referral_event_stays ON referrals_referralevent;
DROP FUNCTION referral_event_stays();
DROP TRIGGER referral_link_stays ON referrals_patientlink;
DROP TRIGGER referral_link_stays ON referrals_replylink;
DROP FUNCTION referral_link_stays();
DROP TRIGGER referral_keeps_its_parties ON referrals_referral;
DROP FUNCTION referral_keeps_its_parties();
DROP TRIGGER referral_consent_valid ON referrals_referral;
DROP FUNCTION referral_needs_valid_consent();
ALTER TABLE referrals_outcome DROP CONSTRAINT outcome_parties_are_referrals;
ALTER TABLE referrals_referralevent DROP CONSTRAINT event_parties_are_referrals;
ALTER TABLE referrals_message DROP CONSTRAINT message_parties_are_referrals;
ALTER TABLE referrals_referral
    DROP CONSTRAINT referral_consent_names_patient, DROP CONSTRAINT referral_consent_has_patient,
    DROP CONSTRAINT referral_patient_open_for_a_reason;
ALTER TABLE referrals_consent
    DROP CONSTRAINT consent_names_patient_and_sender,
    DROP CONSTRAINT consent_one_year_at_most, DROP CONSTRAINT consent_patient_is_senders;
ALTER TABLE referrals_referral
    DROP CONSTRAINT referral_with_parties, DROP CONSTRAINT referral_offer_is_receivers,
    DROP CONSTRAINT referral_consent_names_offer_and_receiver,
    DROP CONSTRAINT referral_patient_is_senders;
DROP TYPE app_scope;
DROP SEQUENCE referral_reference_number;
"""

OWN = "current_setting('app.organisation')::bigint"
LINK = "current_setting('app.referral')::uuid"
SCOPE = "current_setting('app.scope')::app_scope"
AREA = "current_setting('app.area')::bigint[]"
USER = "current_setting('app.user')::bigint"

# The parties of a row, or the one referral that a link opens.
PARTIES = f"(sender_id = {OWN} OR receiver_id = {OWN})"
# Members with a part in the referral. A manager's scope ('figures') sees rows, writes none, and never
# meets a patient's row.
MEMBER = f"{SCOPE} = 'user'"
# A reply link that has not given the code to the phone is 'link'; with the code it is 'reply'.
REPLIER = f"{SCOPE} IN ('link', 'reply')"

# The coordinators of the area: states and ages of states, never the patient's tables.
IN_AREA = f"municipality_id = ANY ({AREA})"
# An unverified sender's referral is moderated where the sender lies. The row must still be seen after
# the decision, or the decision itself would be refused.
FROM_AREA = f"sender_municipality_id = ANY ({AREA})"
MODERATED = f"(status IN ('awaiting_moderation', 'draft', 'sent') AND {FROM_AREA})"
EVENT_IN_AREA = (
    "EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referral_id "
    f"AND (r.{IN_AREA} OR r.{FROM_AREA}))"
)
THIS_CONSENT = (
    "EXISTS (SELECT 1 FROM referrals_referral r "
    f"WHERE r.consent_id = referrals_consent.id AND r.id = {LINK})"
)
_REFERRAL_OF_PATIENT = (
    "EXISTS (SELECT 1 FROM referrals_referral r WHERE r.patient_id = referrals_referralpatient.id AND "
)
OPEN_TO_RECEIVER = f"{_REFERRAL_OF_PATIENT} r.patient_open AND r.receiver_id = {OWN})"
OPEN_TO_REPLY = f"{_REFERRAL_OF_PATIENT} r.patient_open AND r.id = {LINK})"
# One's own words stay one's own, also after a withdrawal.
OWN_WORDS = f"{_REFERRAL_OF_PATIENT} r.id = {LINK})"
# What sender and receiver write to each other is not for the patient's link.
LETTER = f"(({MEMBER} AND {PARTIES}) OR ({SCOPE} = 'reply' AND referral_id = {LINK}))"
AUTHOR = f"(author_id = {USER} AND organisation_id = {OWN})"
# A link is looked up before a scope opens and says nothing of a patient, so reading is free; but who
# may make one decides who may read the referral behind it.
OF_OWN_REFERRAL = (
    "EXISTS (SELECT 1 FROM referrals_referral r "
    f"WHERE r.id = referral_id AND (r.sender_id = {OWN} OR r.receiver_id = {OWN}))"
)

READ, INSERT, UPDATE, DELETE = "read", "insert", "update", "delete"
# table: what portal_app may do, by row. A missing verb is refused.
APP_POLICIES: dict[str, dict[str, str]] = {
    "referrals_referral": {
        READ: f"{PARTIES} OR id = {LINK} OR {IN_AREA} OR {MODERATED}",
        INSERT: f"{MEMBER} AND sender_id = {OWN}",
        UPDATE: f"({MEMBER} AND {PARTIES}) OR id = {LINK} OR {MODERATED}",
    },
    "referrals_referralevent": {
        READ: f"{PARTIES} OR referral_id = {LINK} OR {EVENT_IN_AREA}",
        INSERT: f"({MEMBER} AND {PARTIES}) OR referral_id = {LINK} OR {EVENT_IN_AREA}",
    },
    "referrals_outcome": {
        READ: f"{PARTIES} OR referral_id = {LINK}",
        **dict.fromkeys(
            (INSERT, UPDATE, DELETE),
            f"({MEMBER} AND receiver_id = {OWN}) OR ({REPLIER} AND referral_id = {LINK})",
        ),
    },
    # A replier may write without having given the code to the phone, but not read what is there.
    "referrals_message": {
        READ: LETTER,
        INSERT: f"({MEMBER} AND {PARTIES}) OR ({REPLIER} AND referral_id = {LINK})",
        UPDATE: LETTER,
    },
    "referrals_consent": {
        READ: f"({MEMBER} AND {PARTIES}) OR {THIS_CONSENT}",
        INSERT: f"{MEMBER} AND sender_id = {OWN}",
        # The receiver lives by the consent and may not lengthen it.
        UPDATE: f"({MEMBER} AND sender_id = {OWN}) OR ({SCOPE} = 'patient' AND {THIS_CONSENT})",
    },
    "referrals_referralpatient": {
        READ: f"({MEMBER} AND (owner_id = {OWN} OR {OPEN_TO_RECEIVER})) "
        f"OR ({SCOPE} = 'reply' AND {OPEN_TO_REPLY}) OR ({SCOPE} = 'patient' AND {OWN_WORDS})",
        INSERT: f"{MEMBER} AND owner_id = {OWN}",
        UPDATE: f"{MEMBER} AND owner_id = {OWN}",
    },
    "referrals_referraldraft": dict.fromkeys((READ, INSERT, UPDATE, DELETE), AUTHOR),
    "referrals_codesms": dict.fromkeys(
        (READ, INSERT, UPDATE, DELETE), f"{MEMBER} AND sender_id = {OWN}"
    ),
    # Anybody may report a concern; only those who see it may change it.
    "referrals_concern": {
        READ: f"organisation_id = {OWN} OR {IN_AREA}",
        INSERT: "true",
        UPDATE: f"organisation_id = {OWN} OR {IN_AREA}",
    },
    "referrals_replylink": {READ: "true", INSERT: OF_OWN_REFERRAL, UPDATE: "true"},
    "referrals_patientlink": {READ: "true", INSERT: OF_OWN_REFERRAL, UPDATE: "true"},
}
# A job sees everything, or, where it acts for one organisation, what is that organisation's.
_OF_ORGANISATION = {
    "referrals_referralpatient": f"(owner_id = {OWN} OR {OPEN_TO_RECEIVER})",
    "referrals_referraldraft": f"organisation_id = {OWN}",
    "referrals_codesms": f"sender_id = {OWN}",
    "referrals_concern": f"organisation_id = {OWN}",
}
_FREE_FOR_JOBS = {"referrals_replylink", "referrals_patientlink"}


def _policies() -> str:
    lines = []
    for table, rules in APP_POLICIES.items():
        lines.append(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;")
        for verb, rule in rules.items():
            command = "SELECT" if verb == READ else verb.upper()
            clauses = {
                READ: f"USING ({rule})",
                INSERT: f"WITH CHECK ({rule})",
                UPDATE: f"USING ({rule}) WITH CHECK ({rule})",
                DELETE: f"USING ({rule})",
            }[verb]
            lines.append(f"CREATE POLICY app_{verb} ON {table} FOR {command} TO portal_app {clauses};")
        job = "true"
        if table not in _FREE_FOR_JOBS:
            job = f"{OWN} = 0 OR {_OF_ORGANISATION.get(table, PARTIES)}"
        lines.append(
            f"CREATE POLICY worker ON {table} TO portal_worker USING ({job}) WITH CHECK ({job});"
        )
    return "\n".join(lines)


def _no_policies() -> str:
    lines = []
    for table, rules in APP_POLICIES.items():
        for name in (*(f"app_{verb}" for verb in rules), "worker"):
            lines.append(f"DROP POLICY {name} ON {table};")
        lines.append(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;")
    return "\n".join(lines)


class Migration(migrations.Migration):
    dependencies = [("referrals", "0001_referrals"), ("audit", "0001_audit_trail")]
    operations = [
        migrations.RunSQL(TIES, UNTIE),
        migrations.RunSQL(_policies(), _no_policies()),
    ]
