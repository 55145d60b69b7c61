"""Composite foreign keys carry the organisation's kind down to each role, so that the closed list of
(kind, role) is a check constraint and a changed kind is refused while roles do not fit it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("organisations", "0001_organisations")]
    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE organisations_organisation
                ADD CONSTRAINT organisation_with_kind UNIQUE (id, kind);
            ALTER TABLE organisations_membership
                ADD CONSTRAINT membership_with_kind UNIQUE (id, organisation_kind),
                ADD CONSTRAINT membership_kind_is_organisations
                    FOREIGN KEY (organisation_id, organisation_kind)
                    REFERENCES organisations_organisation (id, kind)
                    ON UPDATE CASCADE ON DELETE CASCADE;
            ALTER TABLE organisations_membershiprole
                ADD CONSTRAINT membership_role_kind_is_memberships
                    FOREIGN KEY (membership_id, organisation_kind)
                    REFERENCES organisations_membership (id, organisation_kind)
                    ON UPDATE CASCADE ON DELETE CASCADE;
            """,
            """
            ALTER TABLE organisations_membershiprole
                DROP CONSTRAINT membership_role_kind_is_memberships;
            ALTER TABLE organisations_membership
                DROP CONSTRAINT membership_kind_is_organisations,
                DROP CONSTRAINT membership_with_kind;
            ALTER TABLE organisations_organisation DROP CONSTRAINT organisation_with_kind;
            """,
        ),
    ]
