"""What Django cannot say: composite foreign keys, the consent trigger, and row-level security.

Row-level security is ENABLED, not FORCED: the owner migrates, dumps and restores; the roles that
serve are not owners (tenancy-and-audit.md, 11). Policies compare plain columns with settings of the
transaction, without `missing_ok`, so a forgotten scope fails loudly.
"""

from django.db import migrations

TIES = """
CREATE SEQUENCE referral_reference_number;

-- Foreign-key checks bypass row-level security. With plain keys an outsider could write itself a
-- referral to a known patient id and then read the patient; the owner in the key forbids it.
ALTER TABLE referrals_referral
    ADD CONSTRAINT referral_patient_is_senders
        FOREIGN KEY (patient_id, sender_id) REFERENCES referrals_referralpatient (id, owner_id),
    ADD CONSTRAINT referral_consent_names_offer_and_receiver
        FOREIGN KEY (consent_id, offer_id, receiver_id)
        REFERENCES referrals_consent (id, offer_id, receiver_id),
    ADD CONSTRAINT referral_offer_is_receivers
        FOREIGN KEY (offer_id, receiver_id) REFERENCES offers_offer (id, organisation_id),
    ADD CONSTRAINT referral_with_parties UNIQUE (id, sender_id, receiver_id);
ALTER TABLE referrals_consent
    ADD CONSTRAINT consent_patient_is_senders
        FOREIGN KEY (patient_id, sender_id) REFERENCES referrals_referralpatient (id, owner_id),
    -- Sundhedsloven § 44(2): at the latest one year after it was given.
    ADD CONSTRAINT consent_one_year_at_most CHECK (expires_at <= taken_at + interval '1 year');
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

-- Entering `sent` or `accepted` needs a consent that is neither withdrawn nor lapsed at the moment
-- that the row itself says. The owner's right to see every consent is needed: an answering receiver
-- must not be able to hide a withdrawal behind its own wall.
CREATE FUNCTION referral_needs_valid_consent() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public AS $$
DECLARE
    found referrals_consent%ROWTYPE;
BEGIN
    IF NEW.kind = 'code' OR NEW.status NOT IN ('sent', 'accepted') THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.status = NEW.status AND OLD.consent_id IS NOT DISTINCT FROM NEW.consent_id THEN
        RETURN NEW;
    END IF;
    SELECT * INTO found FROM referrals_consent WHERE id = NEW.consent_id;
    IF NOT FOUND OR found.withdrawn_at IS NOT NULL OR found.expires_at <= NEW.status_changed_at THEN
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
DROP TRIGGER referral_keeps_its_parties ON referrals_referral;
DROP FUNCTION referral_keeps_its_parties();
DROP TRIGGER referral_consent_valid ON referrals_referral;
DROP FUNCTION referral_needs_valid_consent();
ALTER TABLE referrals_outcome DROP CONSTRAINT outcome_parties_are_referrals;
ALTER TABLE referrals_referralevent DROP CONSTRAINT event_parties_are_referrals;
ALTER TABLE referrals_message DROP CONSTRAINT message_parties_are_referrals;
ALTER TABLE referrals_consent
    DROP CONSTRAINT consent_one_year_at_most, DROP CONSTRAINT consent_patient_is_senders;
ALTER TABLE referrals_referral
    DROP CONSTRAINT referral_with_parties, DROP CONSTRAINT referral_offer_is_receivers,
    DROP CONSTRAINT referral_consent_names_offer_and_receiver,
    DROP CONSTRAINT referral_patient_is_senders;
DROP SEQUENCE referral_reference_number;
"""

OWN = "current_setting('app.organisation')::bigint"
LINK = "current_setting('app.referral')::uuid"
SCOPE = "current_setting('app.scope')"
AREA = "current_setting('app.area')::bigint[]"
USER = "current_setting('app.user')::bigint"

# The parties of a row, or the one referral that a link opens.
PARTIES = f"sender_id = {OWN} OR receiver_id = {OWN}"
# A patient's row is for the clinical scopes alone; a manager's scope ('figures') never sees it.
CLINICAL = f"{SCOPE} IN ('user', 'link')"

# The coordinators of the area: states and ages of states, never the patient's tables.
IN_AREA = f"municipality_id = ANY ({AREA})"
EVENT_IN_AREA = (
    f"EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referral_id AND r.{IN_AREA})"
)
THIS_CONSENT = (
    "EXISTS (SELECT 1 FROM referrals_referral r "
    f"WHERE r.consent_id = referrals_consent.id AND r.id = {LINK})"
)
OPEN_PATIENT = (
    "EXISTS (SELECT 1 FROM referrals_referral r WHERE r.patient_id = referrals_referralpatient.id "
    f"AND r.patient_open AND (r.receiver_id = {OWN} OR r.id = {LINK}))"
)

# table: (which rows exist, which rows may be inserted)
APP_POLICIES = {
    "referrals_referral": (f"{PARTIES} OR id = {LINK} OR {IN_AREA}", f"sender_id = {OWN}"),
    "referrals_referralevent": (
        f"{PARTIES} OR referral_id = {LINK} OR {EVENT_IN_AREA}",
        f"{PARTIES} OR referral_id = {LINK} OR {EVENT_IN_AREA}",
    ),
    "referrals_outcome": (
        f"{PARTIES} OR referral_id = {LINK}",
        f"receiver_id = {OWN} OR referral_id = {LINK}",
    ),
    "referrals_message": (f"{CLINICAL} AND ({PARTIES})", f"{CLINICAL} AND ({PARTIES})"),
    "referrals_consent": (f"{CLINICAL} AND ({PARTIES} OR {THIS_CONSENT})", f"sender_id = {OWN}"),
    "referrals_referralpatient": (
        f"{CLINICAL} AND (owner_id = {OWN} OR {OPEN_PATIENT})",
        f"owner_id = {OWN}",
    ),
    "referrals_referraldraft": (
        f"author_id = {USER} AND organisation_id = {OWN}",
        f"author_id = {USER} AND organisation_id = {OWN}",
    ),
    # Anybody may report a concern; only those who see it may change it.
    "referrals_concern": (f"organisation_id = {OWN} OR {IN_AREA}", "true"),
}
# Rows that exist for somebody who may still not change them.
UPDATE_POLICIES = {"referrals_referralpatient": f"{CLINICAL} AND owner_id = {OWN}"}


def _policies() -> str:
    lines = []
    for table, (seen, inserted) in APP_POLICIES.items():
        changed = UPDATE_POLICIES.get(table, seen)
        lines.append(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;")
        lines.append(f"CREATE POLICY app_read ON {table} FOR SELECT TO portal_app USING ({seen});")
        lines.append(
            f"CREATE POLICY app_insert ON {table} FOR INSERT TO portal_app WITH CHECK ({inserted});"
        )
        lines.append(
            f"CREATE POLICY app_update ON {table} FOR UPDATE TO portal_app "
            f"USING ({changed}) WITH CHECK ({changed});"
        )
        lines.append(
            f"CREATE POLICY app_delete ON {table} FOR DELETE TO portal_app USING ({changed});"
        )
        lines.append(
            f"CREATE POLICY worker ON {table} TO portal_worker USING (true) WITH CHECK (true);"
        )
    return "\n".join(lines)


def _no_policies() -> str:
    lines = []
    for table in APP_POLICIES:
        for name in ("app_read", "app_insert", "app_update", "app_delete", "worker"):
            lines.append(f"DROP POLICY {name} ON {table};")
        lines.append(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;")
    return "\n".join(lines)


class Migration(migrations.Migration):
    dependencies = [("referrals", "0001_referrals"), ("audit", "0001_audit_trail")]
    operations = [
        migrations.RunSQL(TIES, UNTIE),
        migrations.RunSQL(_policies(), _no_policies()),
    ]
