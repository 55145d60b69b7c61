import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

from portal.common.migrating import together


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("common", "0001_extensions_and_danish_sorting"),
    ]

    operations = together([
        migrations.CreateModel(
            name="PostalCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=4, unique=True, verbose_name="postnummer")),
                ("name", models.CharField(max_length=60, verbose_name="by")),
                (
                    "area_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=4),
                        size=None,
                        verbose_name="områdekoder",
                    ),
                ),
                ("latitude", models.FloatField(verbose_name="breddegrad")),
                ("longitude", models.FloatField(verbose_name="længdegrad")),
                (
                    "coordinate_source",
                    models.CharField(
                        choices=[
                            ("postal_code", "Postnummerets område"),
                            ("municipality", "Kommunens punkt"),
                        ],
                        max_length=12,
                        verbose_name="punkt fra",
                    ),
                ),
                (
                    "search_keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80),
                        size=None,
                        verbose_name="søgeord",
                    ),
                ),
            ],
            options={
                "verbose_name": "postnummer",
                "verbose_name_plural": "postnumre",
            },
        ),
        migrations.CreateModel(
            name="Municipality",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=4, unique=True, verbose_name="kommunekode")),
                ("name", models.CharField(max_length=60, unique=True, verbose_name="navn")),
                ("full_name", models.CharField(max_length=80, verbose_name="fuldt navn")),
                ("slug", models.SlugField(unique=True, verbose_name="kort navn")),
                ("latitude", models.FloatField(verbose_name="breddegrad")),
                ("longitude", models.FloatField(verbose_name="længdegrad")),
                ("west", models.FloatField(verbose_name="vest")),
                ("south", models.FloatField(verbose_name="syd")),
                ("east", models.FloatField(verbose_name="øst")),
                ("north", models.FloatField(verbose_name="nord")),
                (
                    "search_keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80),
                        size=None,
                        verbose_name="søgeord",
                    ),
                ),
            ],
            options={
                "verbose_name": "kommune",
                "verbose_name_plural": "kommuner",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[0-9]{4}$")),
                        name="municipality_code_is_four_digits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("latitude__gte", models.F("south")),
                            ("latitude__lte", models.F("north")),
                            ("longitude__gte", models.F("west")),
                            ("longitude__lte", models.F("east")),
                        ),
                        name="municipality_point_in_box",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PostalCodeMunicipality",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("is_primary", models.BooleanField(verbose_name="vigtigste")),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="postal_code_links",
                        to="geography.municipality",
                    ),
                ),
                (
                    "postal_code",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="geography.postalcode",
                    ),
                ),
            ],
            options={
                "verbose_name": "postnummer i kommune",
                "verbose_name_plural": "postnumre i kommuner",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("postal_code", "municipality"),
                        name="postal_code_once_per_municipality",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_primary", True)),
                        fields=("postal_code",),
                        name="one_primary_municipality_per_postal_code",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="postalcode",
            name="municipalities",
            field=models.ManyToManyField(
                related_name="postal_codes",
                through="geography.PostalCodeMunicipality",
                to="geography.municipality",
                verbose_name="kommuner",
            ),
        ),
        migrations.CreateModel(
            name="Region",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        blank=True, max_length=4, null=True, unique=True, verbose_name="kode"
                    ),
                ),
                ("slug", models.SlugField(unique=True, verbose_name="kort navn")),
                ("name", models.CharField(max_length=60, verbose_name="navn")),
                ("iso", models.CharField(blank=True, max_length=6, verbose_name="ISO 3166-2")),
                (
                    "valid",
                    django.contrib.postgres.fields.ranges.DateRangeField(verbose_name="gælder"),
                ),
            ],
            options={
                "verbose_name": "region",
                "verbose_name_plural": "regioner",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("valid__isempty", False), ("valid__lower_inf", False)),
                        name="region_valid_not_empty",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HealthCouncil",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(unique=True, verbose_name="kort navn")),
                ("name", models.CharField(max_length=60, unique=True, verbose_name="navn")),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="health_councils",
                        to="geography.region",
                        verbose_name="region",
                    ),
                ),
            ],
            options={
                "verbose_name": "sundhedsråd",
                "verbose_name_plural": "sundhedsråd",
            },
        ),
        migrations.CreateModel(
            name="AreaMembership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "valid",
                    django.contrib.postgres.fields.ranges.DateRangeField(verbose_name="gælder"),
                ),
                (
                    "health_council",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="geography.healthcouncil",
                    ),
                ),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="area_memberships",
                        to="geography.municipality",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="geography.region",
                    ),
                ),
            ],
            options={
                "verbose_name": "kommune i område",
                "verbose_name_plural": "kommuner i områder",
                "indexes": [
                    models.Index(fields=["region", "municipality"], name="area_membership_region"),
                    models.Index(
                        fields=["health_council", "municipality"], name="area_membership_council"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("health_council__isnull", True), ("region__isnull", False)),
                            models.Q(("health_council__isnull", False), ("region__isnull", True)),
                            _connector="OR",
                        ),
                        name="area_membership_exactly_one_area",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("valid__isempty", False), ("valid__lower_inf", False)),
                        name="area_membership_valid_not_empty",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("region__isnull", False)),
                        expressions=[("municipality", "="), ("valid", "&&")],
                        name="area_membership_one_region_at_a_time",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("health_council__isnull", False)),
                        expressions=[("municipality", "="), ("valid", "&&")],
                        name="area_membership_one_council_at_a_time",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="postalcode",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["search_keys"], name="postal_code_search_keys"
            ),
        ),
        migrations.AddConstraint(
            model_name="postalcode",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__regex", "^[0-9]{4}$")), name="postal_code_is_four_digits"
            ),
        ),
        migrations.AddConstraint(
            model_name="postalcode",
            constraint=models.CheckConstraint(
                condition=models.Q(("coordinate_source__in", ["postal_code", "municipality"])),
                name="postal_code_coordinate_source_known",
            ),
        ),
    ])
