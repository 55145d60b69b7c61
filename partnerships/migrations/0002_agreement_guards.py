"""What Django cannot say: the number sequence, a foreign key of two columns, and triggers that hold
an agreement to the contract (workflows.md) whatever code writes it. Each refusal of theirs begins
with `agreement_guard`.

Days are those of the row's own moment in Copenhagen, never the database's clock.
"""

from django.db import migrations

NUMBERS = "CREATE SEQUENCE agreement_number;"
NO_NUMBERS = "DROP SEQUENCE agreement_number;"

# A milestone belongs to an activity of its own agreement.
SAME_AGREEMENT = """
ALTER TABLE partnerships_activity
    ADD CONSTRAINT activity_of_agreement UNIQUE (id, agreement_id);
ALTER TABLE partnerships_milestone
    ADD CONSTRAINT milestone_activity_same_agreement FOREIGN KEY (activity_id, agreement_id)
    REFERENCES partnerships_activity (id, agreement_id);
"""
NOT_SAME_AGREEMENT = """
ALTER TABLE partnerships_milestone DROP CONSTRAINT milestone_activity_same_agreement;
ALTER TABLE partnerships_activity DROP CONSTRAINT activity_of_agreement;
"""

GUARDS = """
CREATE FUNCTION agreement_refuse(number text, reason text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'agreement_guard: % %', number, reason USING ERRCODE = 'check_violation';
END $$;

-- A party has signed by itself, or because every party whose place it took over on the day that it
-- joined had signed: a succession changes who is bound, not what was agreed.
CREATE FUNCTION agreement_party_signed(party uuid, text_id uuid) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM partnerships_signature s
        WHERE s.party_id = party AND s.document_id = text_id AND s.voided_at IS NULL)
    THEN
        RETURN true;
    END IF;
    RETURN coalesce((
        SELECT bool_and(agreement_party_signed(before.id, text_id))
        FROM partnerships_agreementparty before
        JOIN partnerships_agreementparty p ON p.id = before.succeeded_by_id
        WHERE p.id = party AND before.left_on = p.joined_on AND before.has_been_in), false);
END $$;

-- Whether every party that is in has a signature on this text that counts.
CREATE FUNCTION agreement_all_signed(agreement uuid, text_id uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (
        SELECT 1 FROM partnerships_agreementparty p
        WHERE p.agreement_id = agreement AND p.left_on IS NULL
            AND NOT agreement_party_signed(p.id, text_id))
    AND EXISTS (SELECT 1 FROM partnerships_agreementparty p
        WHERE p.agreement_id = agreement AND p.left_on IS NULL AND p.side = 'public')
    AND EXISTS (SELECT 1 FROM partnerships_agreementparty p
        WHERE p.agreement_id = agreement AND p.left_on IS NULL AND p.side = 'association')
$$;

CREATE FUNCTION agreement_needs_lawyer(a partnerships_agreement) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT coalesce(a.shares_personal_data, false) OR coalesce(a.involves_minors, false)
        OR coalesce(a.home_visits, false)
        OR EXISTS (
            SELECT 1 FROM partnerships_budgetamount m
            JOIN partnerships_budgetline l ON l.id = m.line_id
            WHERE l.agreement_id = a.id AND l.kind = 'money'
            GROUP BY m.year HAVING sum(m.amount) > a.legal_threshold_ore)
$$;

-- Whether a yes was given to less than now stands: more money and over the threshold, a flag newly
-- set, another clarification of data protection. What was not kept was not seen.
CREATE FUNCTION agreement_review_saw_less(a partnerships_agreement, r partnerships_review)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT CASE r.kind
            WHEN 'legal' THEN
                (money.year_ore > a.legal_threshold_ore
                    AND (money.total_ore > coalesce((r.seen ->> 'total_ore')::bigint, 0)
                        OR money.year_ore > coalesce((r.seen ->> 'year_ore')::bigint, 0)))
                OR (a.shares_personal_data
                    AND NOT coalesce((r.seen ->> 'shares_personal_data')::boolean, false))
                OR (a.involves_minors
                    AND NOT coalesce((r.seen ->> 'involves_minors')::boolean, false))
                OR (a.home_visits AND NOT coalesce((r.seen ->> 'home_visits')::boolean, false))
            WHEN 'data_protection' THEN
                a.shares_personal_data
                AND (NOT coalesce((r.seen ->> 'shares_personal_data')::boolean, false)
                    OR r.seen ->> 'data_protection' IS DISTINCT FROM a.data_protection)
            ELSE false END
    FROM (SELECT coalesce(max(y.amount), 0) AS year_ore, coalesce(sum(y.amount), 0) AS total_ore
        FROM (SELECT sum(m.amount) AS amount FROM partnerships_budgetamount m
            JOIN partnerships_budgetline l ON l.id = m.line_id
            WHERE l.agreement_id = a.id AND l.kind = 'money' GROUP BY m.year) y) money
$$;

CREATE FUNCTION agreement_has_money(agreement uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM partnerships_budgetline l
        LEFT JOIN partnerships_budgetamount m ON m.line_id = l.id
        WHERE l.agreement_id = agreement AND l.kind = 'money'
            AND (m.amount > 0 OR l.lasting_ore > 0))
$$;

CREATE FUNCTION agreement_keeps_the_contract() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    today date := (NEW.status_changed_at AT TIME ZONE 'Europe/Copenhagen')::date;
    newest integer;
BEGIN
    IF OLD.status = NEW.status THEN
        RETURN NEW;
    END IF;
    IF (OLD.status, NEW.status) NOT IN (
        ('idea', 'draft'), ('draft', 'internal_review'),
        ('internal_review', 'draft'), ('internal_review', 'negotiation'),
        ('negotiation', 'awaiting_signature'), ('awaiting_signature', 'negotiation'),
        ('awaiting_signature', 'signed'), ('signed', 'active'),
        ('active', 'suspended'), ('suspended', 'active'),
        ('active', 'expired'), ('suspended', 'expired'),
        ('active', 'terminated'), ('suspended', 'terminated'),
        ('expired', 'closed'), ('terminated', 'closed'),
        ('idea', 'cancelled'), ('draft', 'cancelled'), ('internal_review', 'cancelled'),
        ('negotiation', 'cancelled'), ('awaiting_signature', 'cancelled'))
    THEN
        PERFORM agreement_refuse(NEW.number, format('goes not from %s to %s', OLD.status, NEW.status));
    END IF;

    IF NEW.status IN ('internal_review', 'awaiting_signature') THEN
        IF NEW.purpose = '' OR NEW.target_group = '' OR NEW.volunteers_statement = ''
            OR NEW.starts_on IS NULL OR NEW.ends_on IS NULL
            OR NEW.shares_personal_data IS NULL OR NEW.involves_minors IS NULL
            OR NEW.home_visits IS NULL OR NEW.time_limited IS NULL
            OR (NEW.time_limited AND NEW.after_end = '')
            OR (NEW.shares_personal_data AND NEW.data_protection = '')
        THEN
            PERFORM agreement_refuse(NEW.number, 'is not complete');
        END IF;
        IF EXISTS (SELECT 1 FROM partnerships_agreementparty
                WHERE agreement_id = NEW.id AND left_on IS NULL AND contact_id IS NULL)
            OR (SELECT count(DISTINCT side) FROM partnerships_agreementparty
                WHERE agreement_id = NEW.id AND left_on IS NULL) < 2
        THEN
            PERFORM agreement_refuse(NEW.number, 'lacks a party or a contact');
        END IF;
        IF NOT EXISTS (SELECT 1 FROM partnerships_indicator WHERE agreement_id = NEW.id
                AND baseline IS NOT NULL AND target IS NOT NULL AND source <> '')
        THEN
            PERFORM agreement_refuse(NEW.number, 'lacks a goal with an indicator');
        END IF;
        IF NOT EXISTS (SELECT 1 FROM partnerships_activity WHERE agreement_id = NEW.id)
            OR EXISTS (SELECT 1 FROM partnerships_activity WHERE agreement_id = NEW.id
                AND (starts_on IS NULL OR ends_on IS NULL))
        THEN
            PERFORM agreement_refuse(NEW.number, 'lacks time frames');
        END IF;
        IF (SELECT count(*) FROM partnerships_frameanswer WHERE agreement_id = NEW.id
                AND answer <> '' AND reason <> '') < 13
            OR EXISTS (SELECT 1 FROM partnerships_frameanswer WHERE agreement_id = NEW.id
                AND answer <> 'yes'
                AND question IN (
                    'finance_not_support', 'no_replacement', 'not_saving_only', 'support_named')
                AND NOT (question = 'finance_not_support' AND answer = 'not_relevant'
                    AND NOT agreement_has_money(NEW.id)))
        THEN
            PERFORM agreement_refuse(NEW.number, 'lacks answers to the frame questions');
        END IF;
    END IF;

    IF NEW.status IN ('negotiation', 'awaiting_signature') THEN
        SELECT max(round) INTO newest FROM partnerships_review WHERE agreement_id = NEW.id;
        IF newest IS NULL OR EXISTS (SELECT 1 FROM partnerships_review
            WHERE agreement_id = NEW.id AND round = newest AND decision <> 'approved')
        THEN
            PERFORM agreement_refuse(NEW.number, 'is not reviewed');
        END IF;
        IF agreement_needs_lawyer(NEW) AND NOT EXISTS (SELECT 1 FROM partnerships_review
            WHERE agreement_id = NEW.id AND round = newest AND kind = 'legal')
        THEN
            PERFORM agreement_refuse(NEW.number, 'needs a lawyer');
        END IF;
        IF NEW.shares_personal_data AND NOT EXISTS (SELECT 1 FROM partnerships_review
            WHERE agreement_id = NEW.id AND round = newest AND kind = 'data_protection')
        THEN
            PERFORM agreement_refuse(NEW.number, 'needs a data protection officer');
        END IF;
        IF EXISTS (SELECT 1 FROM partnerships_review r WHERE r.agreement_id = NEW.id
            AND r.round = newest AND agreement_review_saw_less(NEW, r))
        THEN
            PERFORM agreement_refuse(NEW.number, 'has been reviewed with less than it says now');
        END IF;
    END IF;

    IF NEW.status = 'signed' THEN
        IF NOT agreement_all_signed(NEW.id, NEW.frozen_id) THEN
            PERFORM agreement_refuse(NEW.number, 'is not signed by all parties');
        END IF;
        IF EXISTS (SELECT 1 FROM partnerships_signature WHERE document_id = NEW.frozen_id
                AND voided_at IS NULL AND (signed_on > today OR signed_on > NEW.starts_on))
        THEN
            PERFORM agreement_refuse(NEW.number, 'is signed in the future or after its start');
        END IF;
        IF NEW.signed_on <> (SELECT max(signed_on) FROM partnerships_signature
                WHERE document_id = NEW.frozen_id AND voided_at IS NULL)
        THEN
            PERFORM agreement_refuse(NEW.number, 'says another day than its last signature');
        END IF;
    END IF;
    IF NEW.status = 'active' AND OLD.status = 'signed' AND NEW.starts_on > today THEN
        PERFORM agreement_refuse(NEW.number, 'has not begun');
    END IF;
    IF NEW.status = 'expired' AND NEW.ends_on >= today THEN
        PERFORM agreement_refuse(NEW.number, 'has not ended');
    END IF;
    IF NEW.status = 'terminated' AND NEW.terminates_on > today THEN
        PERFORM agreement_refuse(NEW.number, 'runs until its notice is over');
    END IF;
    -- It was in force, so its last days are told of. That the reports leave no hole, the guard sees.
    IF NEW.status = 'closed' AND (
        EXISTS (SELECT 1 FROM partnerships_statusreport
            WHERE agreement_id = NEW.id AND state <> 'published')
        OR NOT EXISTS (SELECT 1 FROM partnerships_statusreport
            WHERE agreement_id = NEW.id AND state = 'published'
                AND period_to >= LEAST(NEW.ends_on, NEW.terminates_on)))
    THEN
        PERFORM agreement_refuse(NEW.number, 'lacks a status report');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreement_keeps_the_contract BEFORE UPDATE OF status ON partnerships_agreement
    FOR EACH ROW EXECUTE FUNCTION agreement_keeps_the_contract();

-- An agreement begins as an idea; nothing is born signed.
CREATE FUNCTION agreement_begins_as_idea() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> 'idea' THEN
        PERFORM agreement_refuse(NEW.number, 'does not begin as an idea');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreement_begins_as_idea BEFORE INSERT ON partnerships_agreement
    FOR EACH ROW EXECUTE FUNCTION agreement_begins_as_idea();

-- A child agreement lies within its frame agreement's dates and parties, once it is more than words.
CREATE FUNCTION agreement_within_its_frame() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    frame partnerships_agreement%ROWTYPE;
BEGIN
    IF NEW.parent_id IS NULL OR NEW.status IN ('idea', 'draft', 'cancelled', 'closed', 'expired', 'terminated')
    THEN
        RETURN NEW;
    END IF;
    SELECT * INTO frame FROM partnerships_agreement WHERE id = NEW.parent_id;
    IF frame.kind <> 'frame' OR NEW.starts_on < frame.starts_on
        OR least(NEW.ends_on, NEW.terminates_on) > least(frame.ends_on, frame.terminates_on) THEN
        PERFORM agreement_refuse(NEW.number, 'lies outside its frame agreement');
    END IF;
    IF EXISTS (
        SELECT 1 FROM partnerships_agreementparty p
        WHERE p.agreement_id = NEW.id AND p.left_on IS NULL AND NOT EXISTS (
            WITH RECURSIVE above(id, parent_id) AS (
                SELECT o.id, o.parent_id FROM organisations_organisation o
                    WHERE o.id = p.organisation_id
                UNION
                SELECT o.id, o.parent_id FROM organisations_organisation o
                    JOIN above a ON o.id = a.parent_id)
            SELECT 1 FROM above a JOIN partnerships_agreementparty f
                ON f.organisation_id = a.id AND f.agreement_id = NEW.parent_id
                AND f.left_on IS NULL))
    THEN
        PERFORM agreement_refuse(NEW.number, 'has a party that its frame agreement has not');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreement_within_its_frame
    BEFORE INSERT OR UPDATE OF status, parent_id, starts_on, ends_on ON partnerships_agreement
    FOR EACH ROW EXECUTE FUNCTION agreement_within_its_frame();
-- And from above: a frame agreement is not cut away from what lies under it.
CREATE FUNCTION agreement_spans_its_children() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.kind = 'frame' AND EXISTS (
        SELECT 1 FROM partnerships_agreement child
        WHERE child.parent_id = NEW.id
            AND child.status NOT IN ('idea', 'draft', 'cancelled', 'closed', 'expired', 'terminated')
            AND (NEW.kind <> 'frame' OR child.starts_on < NEW.starts_on
                OR least(child.ends_on, child.terminates_on)
                    > least(NEW.ends_on, NEW.terminates_on)))
    THEN
        PERFORM agreement_refuse(NEW.number, 'leaves an agreement under it outside');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreement_spans_its_children
    BEFORE UPDATE OF kind, starts_on, ends_on, terminates_on ON partnerships_agreement
    FOR EACH ROW EXECUTE FUNCTION agreement_spans_its_children();

-- One active frame agreement per pair and kind: the rows that the exclusion constraint looks at are
-- written here, so that no code can forget them.
CREATE FUNCTION agreement_write_pairs(agreement uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM partnerships_framepair WHERE agreement_id = agreement;
    INSERT INTO partnerships_framepair (agreement_id, kind, public_id, association_id, period)
        SELECT a.id, a.kind, p.organisation_id, f.organisation_id,
            daterange(
                -- Two that came together later are a pair from then on.
                least(greatest(a.starts_on, p.joined_on, f.joined_on), last.day), last.day, '[]')
        FROM partnerships_agreement a
        JOIN partnerships_agreementparty p
            ON p.agreement_id = a.id AND p.side = 'public' AND p.left_on IS NULL
        JOIN partnerships_agreementparty f
            ON f.agreement_id = a.id AND f.side = 'association' AND f.left_on IS NULL
        CROSS JOIN LATERAL (
            SELECT coalesce(least(a.terminates_on, a.ends_on), a.ends_on) AS day) last
        WHERE a.id = agreement AND a.kind = 'frame'
            AND a.status IN ('signed', 'active', 'suspended');
END $$;
CREATE FUNCTION agreement_pairs_of_agreement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind = 'frame' OR OLD.kind = 'frame' THEN
        PERFORM agreement_write_pairs(NEW.id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER agreement_pairs_of_agreement
    AFTER UPDATE OF status, kind, starts_on, ends_on, terminates_on ON partnerships_agreement
    FOR EACH ROW EXECUTE FUNCTION agreement_pairs_of_agreement();
CREATE FUNCTION agreement_pairs_of_party() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM agreement_write_pairs(coalesce(NEW.agreement_id, OLD.agreement_id));
    RETURN NULL;
END $$;
CREATE TRIGGER agreement_pairs_of_party
    AFTER INSERT OR DELETE OR UPDATE OF organisation_id, left_on, side
    ON partnerships_agreementparty
    FOR EACH ROW EXECUTE FUNCTION agreement_pairs_of_party();

-- What is signed stays what it was.
CREATE FUNCTION agreement_document_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'agreement_guard: a document is never changed'
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER agreement_document_stays BEFORE UPDATE ON partnerships_document
    FOR EACH ROW EXECUTE FUNCTION agreement_document_stays();

-- Whichever way it was given: to the text that is being signed, between the day that was frozen and
-- the day it was recorded, and on paper by a copy that lies under the same agreement.
CREATE FUNCTION agreement_signature_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM partnerships_document d WHERE d.id = NEW.document_id
            AND d.agreement_id = NEW.agreement_id AND d.sha256 = NEW.sha256
            AND NEW.signed_on >= (d.at AT TIME ZONE 'Europe/Copenhagen')::date)
        OR (NEW.amendment_id IS NULL AND NOT EXISTS (SELECT 1 FROM partnerships_agreement a
            WHERE a.id = NEW.agreement_id AND a.frozen_id = NEW.document_id
                AND a.status = 'awaiting_signature'))
        OR (NEW.amendment_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM partnerships_amendment m
            WHERE m.id = NEW.amendment_id AND m.agreement_id = NEW.agreement_id
                AND m.document_id = NEW.document_id AND m.state = 'awaiting_signature'))
        OR (NEW.proof_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM partnerships_document d
            WHERE d.id = NEW.proof_id AND d.agreement_id = NEW.agreement_id
                AND d.kind = 'signed_copy'))
        OR NOT EXISTS (SELECT 1 FROM partnerships_agreementparty p WHERE p.id = NEW.party_id
            AND p.agreement_id = NEW.agreement_id)
        OR NEW.signed_on > (NEW.recorded_at AT TIME ZONE 'Europe/Copenhagen')::date
    THEN
        RAISE EXCEPTION 'agreement_guard: the signature does not fit its text, party or day'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreement_signature_fits BEFORE INSERT ON partnerships_signature
    FOR EACH ROW EXECUTE FUNCTION agreement_signature_fits();

-- Once given, only the mark that it counts no more may be added.
CREATE FUNCTION agreement_signature_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(OLD) - 'voided_at' <> to_jsonb(NEW) - 'voided_at' OR OLD.voided_at IS NOT NULL THEN
        RAISE EXCEPTION 'agreement_guard: a signature is never changed'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreement_signature_stays BEFORE UPDATE ON partnerships_signature
    FOR EACH ROW EXECUTE FUNCTION agreement_signature_stays();

CREATE FUNCTION amendment_is_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = NEW.state THEN
        RETURN NEW;
    END IF;
    IF (OLD.state, NEW.state) NOT IN (
        ('draft', 'awaiting_signature'), ('awaiting_signature', 'draft'),
        ('awaiting_signature', 'signed'), ('signed', 'in_force'),
        ('draft', 'withdrawn'), ('awaiting_signature', 'withdrawn'),
        -- One that something else has made impossible since: the mover looks at that.
        ('signed', 'withdrawn'))
    THEN
        RAISE EXCEPTION 'agreement_guard: amendment goes not from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    -- Who was asked to look at it has said yes. Whether somebody must be asked shows when it is
    -- written into the agreement (`amendment_was_looked_at`).
    IF NEW.state = 'awaiting_signature' AND EXISTS (SELECT 1 FROM partnerships_review
        WHERE amendment_id = NEW.id AND decision <> 'approved'
            AND round = (SELECT max(round) FROM partnerships_review WHERE amendment_id = NEW.id))
    THEN
        RAISE EXCEPTION 'agreement_guard: the amendment is not reviewed'
            USING ERRCODE = 'check_violation';
    END IF;
    -- Those that are in sign, those that leave among them, and those that come in.
    IF NEW.state IN ('signed', 'in_force')
        AND (NOT agreement_all_signed(NEW.agreement_id, NEW.document_id)
            OR EXISTS (SELECT 1 FROM partnerships_partychange c
                JOIN partnerships_agreementparty p ON p.id = c.party_id
                WHERE c.amendment_id = NEW.id AND c.way = 'joins' AND p.succeeded_by_id IS NULL
                    AND NOT agreement_party_signed(p.id, NEW.document_id)))
    THEN
        RAISE EXCEPTION 'agreement_guard: the amendment is not signed by all parties'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state IN ('awaiting_signature', 'signed', 'in_force') AND (
        SELECT count(DISTINCT p.side) FROM partnerships_agreementparty p
        LEFT JOIN partnerships_partychange c ON c.party_id = p.id AND c.amendment_id = NEW.id
        WHERE p.agreement_id = NEW.agreement_id AND p.succeeded_by_id IS NULL
            AND (c.way = 'joins' OR (p.left_on IS NULL AND c.way IS NULL))) < 2
    THEN
        RAISE EXCEPTION 'agreement_guard: the amendment leaves a side without a party'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = 'in_force'
        AND NEW.effective_on > (NEW.in_force_at AT TIME ZONE 'Europe/Copenhagen')::date
    THEN
        RAISE EXCEPTION 'agreement_guard: the amendment is not due'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER amendment_is_signed BEFORE UPDATE OF state ON partnerships_amendment
    FOR EACH ROW EXECUTE FUNCTION amendment_is_signed();

-- An amendment goes around no lawyer and no data protection officer: with it written in, the newest
-- yes of each, to the agreement or to an amendment that holds, was given to what now stands.
CREATE FUNCTION amendment_was_looked_at() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    a partnerships_agreement%ROWTYPE;
    look partnerships_review%ROWTYPE;
    wanted text;
BEGIN
    SELECT * INTO a FROM partnerships_agreement WHERE id = NEW.agreement_id;
    FOREACH wanted IN ARRAY ARRAY['legal', 'data_protection'] LOOP
        IF (wanted = 'legal' AND agreement_needs_lawyer(a))
            OR (wanted = 'data_protection' AND a.shares_personal_data)
        THEN
            look := NULL;
            SELECT r.* INTO look FROM partnerships_review r
                LEFT JOIN partnerships_amendment m ON m.id = r.amendment_id
                WHERE r.agreement_id = a.id AND r.kind = wanted AND r.decision = 'approved'
                    -- Of the agreement itself the newest round: one that led nowhere is over.
                    AND (m.state = 'in_force' OR (r.amendment_id IS NULL AND r.round = (
                        SELECT max(own.round) FROM partnerships_review own
                        WHERE own.agreement_id = a.id AND own.amendment_id IS NULL)))
                ORDER BY r.round DESC LIMIT 1;
            IF look.id IS NULL OR agreement_review_saw_less(a, look) THEN
                PERFORM agreement_refuse(a.number, 'was amended with more than was looked at');
            END IF;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER amendment_was_looked_at AFTER UPDATE OF state ON partnerships_amendment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state = 'in_force')
    EXECUTE FUNCTION amendment_was_looked_at();

-- A look is at an amendment of the same agreement, and stays so.
CREATE FUNCTION review_fits_its_amendment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.amendment_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM partnerships_amendment
            WHERE id = NEW.amendment_id AND agreement_id = NEW.agreement_id))
        OR (TG_OP = 'UPDATE' AND OLD.amendment_id IS DISTINCT FROM NEW.amendment_id)
    THEN
        RAISE EXCEPTION 'agreement_guard: the review is of another agreement''s amendment'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER review_fits_its_amendment
    BEFORE INSERT OR UPDATE OF amendment_id, agreement_id ON partnerships_review
    FOR EACH ROW EXECUTE FUNCTION review_fits_its_amendment();

-- Who comes and goes is part of the text: it stands still once that is frozen.
CREATE FUNCTION amendment_party_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM partnerships_amendment a
        WHERE a.id = coalesce(NEW.amendment_id, OLD.amendment_id) AND a.state <> 'draft')
        OR (TG_OP = 'UPDATE' AND NEW.amendment_id <> OLD.amendment_id)
        OR (TG_OP <> 'DELETE' AND NOT EXISTS (SELECT 1 FROM partnerships_agreementparty p
            JOIN partnerships_amendment a ON a.agreement_id = p.agreement_id
            WHERE p.id = NEW.party_id AND a.id = NEW.amendment_id
                AND (p.left_on IS NULL) = (NEW.way = 'leaves')))
    THEN
        RAISE EXCEPTION 'agreement_guard: the parties of an amendment do not fit, or are frozen'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER amendment_party_stays BEFORE INSERT OR UPDATE OR DELETE ON partnerships_partychange
    FOR EACH ROW EXECUTE FUNCTION amendment_party_stays();

-- Whether the newest amendment in force that says anything of this party says this.
CREATE FUNCTION agreement_party_amended(party uuid, wanted text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT coalesce((
        SELECT c.way = wanted FROM partnerships_partychange c
        JOIN partnerships_amendment a ON a.id = c.amendment_id
        WHERE c.party_id = party AND a.state = 'in_force'
        ORDER BY a.number DESC LIMIT 1), false)
$$;

-- Nobody comes into an agreement in force, or out of it, but by an amendment that all have signed,
-- or because one organisation took over another's place. A row is born out, so that this is asked.
CREATE FUNCTION agreement_party_by_paper() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    running boolean := EXISTS (SELECT 1 FROM partnerships_agreement a
        WHERE a.id = coalesce(NEW.agreement_id, OLD.agreement_id)
            AND a.status IN ('signed', 'active', 'suspended'));
    refused boolean := false;
BEGIN
    IF running AND TG_OP = 'INSERT' THEN
        refused := NEW.left_on IS NULL;
    ELSIF running AND TG_OP = 'DELETE' THEN
        refused := OLD.has_been_in;
    ELSIF running AND (OLD.agreement_id <> NEW.agreement_id OR OLD.side <> NEW.side
        OR (OLD.organisation_id <> NEW.organisation_id AND OLD.has_been_in))
    THEN
        refused := true;
    ELSIF running AND OLD.left_on IS NULL AND NEW.left_on IS NOT NULL THEN
        refused := NEW.succeeded_by_id IS NULL AND NOT agreement_party_amended(NEW.id, 'leaves');
    ELSIF running AND OLD.left_on IS NOT NULL AND NEW.left_on IS NULL THEN
        refused := NOT EXISTS (SELECT 1 FROM partnerships_agreementparty b
                WHERE b.succeeded_by_id = NEW.id AND b.left_on = NEW.joined_on AND b.has_been_in)
            AND (NEW.contact_id IS NULL OR NOT agreement_party_amended(NEW.id, 'joins'));
    END IF;
    IF refused THEN
        RAISE EXCEPTION 'agreement_guard: a party comes and goes by a signed amendment alone'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER agreement_party_by_paper BEFORE INSERT OR UPDATE OR DELETE
    ON partnerships_agreementparty FOR EACH ROW EXECUTE FUNCTION agreement_party_by_paper();

-- An amendment's parties are held to the frame agreement, from both ends. A take-over is not: its
-- agreements move one by one, and `_put_under` asks when all have.
CREATE FUNCTION agreement_party_within_frame() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM partnerships_agreement a WHERE a.id = NEW.agreement_id
        AND a.status IN ('signed', 'active', 'suspended'))
    THEN
        RETURN NULL;
    END IF;
    IF (NEW.left_on IS NOT NULL AND NEW.succeeded_by_id IS NULL)
        OR (NEW.left_on IS NULL AND NOT EXISTS (SELECT 1 FROM partnerships_agreementparty b
            WHERE b.succeeded_by_id = NEW.id AND b.left_on = NEW.joined_on AND b.has_been_in))
    THEN
        UPDATE partnerships_agreement SET parent_id = parent_id
            WHERE parent_id IS NOT NULL
                AND (id = NEW.agreement_id OR parent_id = NEW.agreement_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER agreement_party_within_frame AFTER UPDATE OF left_on ON partnerships_agreementparty
    FOR EACH ROW WHEN (OLD.left_on IS DISTINCT FROM NEW.left_on)
    EXECUTE FUNCTION agreement_party_within_frame();

CREATE FUNCTION report_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'agreement_guard: a published report is never changed'
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER report_stays BEFORE UPDATE OR DELETE ON partnerships_statusreport
    FOR EACH ROW WHEN (OLD.state = 'published') EXECUTE FUNCTION report_stays();
"""

NO_GUARDS = """
DROP TRIGGER report_stays ON partnerships_statusreport;
DROP TRIGGER agreement_party_within_frame ON partnerships_agreementparty;
DROP TRIGGER agreement_party_by_paper ON partnerships_agreementparty;
DROP TRIGGER amendment_party_stays ON partnerships_partychange;
DROP TRIGGER review_fits_its_amendment ON partnerships_review;
DROP TRIGGER amendment_was_looked_at ON partnerships_amendment;
DROP TRIGGER amendment_is_signed ON partnerships_amendment;
DROP TRIGGER agreement_signature_stays ON partnerships_signature;
DROP TRIGGER agreement_signature_fits ON partnerships_signature;
DROP TRIGGER agreement_document_stays ON partnerships_document;
DROP TRIGGER agreement_pairs_of_party ON partnerships_agreementparty;
DROP TRIGGER agreement_pairs_of_agreement ON partnerships_agreement;
DROP TRIGGER agreement_spans_its_children ON partnerships_agreement;
DROP TRIGGER agreement_within_its_frame ON partnerships_agreement;
DROP TRIGGER agreement_begins_as_idea ON partnerships_agreement;
DROP TRIGGER agreement_keeps_the_contract ON partnerships_agreement;
DROP FUNCTION report_stays, agreement_party_within_frame, agreement_party_by_paper,
    agreement_party_amended, amendment_party_stays, amendment_is_signed, agreement_signature_stays,
    agreement_signature_fits, agreement_document_stays, agreement_pairs_of_party,
    agreement_pairs_of_agreement, agreement_write_pairs, agreement_spans_its_children,
    agreement_within_its_frame, agreement_begins_as_idea, agreement_keeps_the_contract,
    amendment_was_looked_at, review_fits_its_amendment,
    agreement_needs_lawyer, agreement_has_money, agreement_review_saw_less,
    agreement_all_signed, agreement_party_signed, agreement_refuse;
"""


class Migration(migrations.Migration):
    dependencies = [("partnerships", "0001_agreements")]

    operations = [
        migrations.RunSQL(NUMBERS, NO_NUMBERS),
        migrations.RunSQL(SAME_AGREEMENT, NOT_SAME_AGREEMENT),
        migrations.RunSQL(GUARDS, NO_GUARDS),
    ]
