"""What Django cannot say of a status report: it is published with the yes of every party to just that
version, nobody's yes is for another agreement, and once published none of its parts change."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION report_needs_every_yes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM partnerships_agreementparty p
        WHERE p.agreement_id = NEW.agreement_id AND p.left_on IS NULL AND NOT EXISTS (
            SELECT 1 FROM partnerships_reportsignature s
            WHERE s.report_id = NEW.id AND s.party_id = p.id AND s.version = NEW.version))
    THEN
        RAISE EXCEPTION 'report_guard: % lacks a signature', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER report_needs_every_yes BEFORE INSERT OR UPDATE ON partnerships_statusreport
    FOR EACH ROW WHEN (NEW.state = 'published') EXECUTE FUNCTION report_needs_every_yes();

CREATE FUNCTION report_part_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    named uuid[] := ARRAY[]::uuid[];
BEGIN
    IF TG_OP <> 'INSERT' THEN
        named := named || OLD.report_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        named := named || NEW.report_id;
    END IF;
    IF EXISTS (SELECT 1 FROM partnerships_statusreport r
        WHERE r.id = ANY (named) AND r.state = 'published')
    THEN
        RAISE EXCEPTION 'report_guard: % is published', named[1] USING ERRCODE = 'check_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER report_part_stays BEFORE INSERT OR UPDATE OR DELETE ON partnerships_reportrow
    FOR EACH ROW EXECUTE FUNCTION report_part_stays();
CREATE TRIGGER report_part_stays BEFORE INSERT OR UPDATE OR DELETE ON partnerships_reportbudgetrow
    FOR EACH ROW EXECUTE FUNCTION report_part_stays();
CREATE TRIGGER report_part_stays BEFORE INSERT OR UPDATE OR DELETE ON partnerships_reportsignature
    FOR EACH ROW EXECUTE FUNCTION report_part_stays();

CREATE FUNCTION report_signature_is_a_partys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM partnerships_statusreport r
        JOIN partnerships_agreementparty p ON p.agreement_id = r.agreement_id
        WHERE r.id = NEW.report_id AND p.id = NEW.party_id)
    THEN
        RAISE EXCEPTION 'report_guard: % is no party of the report', NEW.party_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER report_signature_is_a_partys BEFORE INSERT OR UPDATE ON partnerships_reportsignature
    FOR EACH ROW EXECUTE FUNCTION report_signature_is_a_partys();
"""
NO_GUARDS = """
DROP TRIGGER report_signature_is_a_partys ON partnerships_reportsignature;
DROP FUNCTION report_signature_is_a_partys();
DROP TRIGGER report_part_stays ON partnerships_reportsignature;
DROP TRIGGER report_part_stays ON partnerships_reportbudgetrow;
DROP TRIGGER report_part_stays ON partnerships_reportrow;
DROP FUNCTION report_part_stays();
DROP TRIGGER report_needs_every_yes ON partnerships_statusreport;
DROP FUNCTION report_needs_every_yes();
"""


class Migration(migrations.Migration):
    dependencies = [("partnerships", "0002_agreement_guards")]

    operations = [migrations.RunSQL(GUARDS, NO_GUARDS)]
