import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
import portal.common.clock
from django.conf import settings
from django.db import migrations, models

from portal.common.migrating import together


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("geography", "0001_geography"),
    ]

    operations = together([
        migrations.CreateModel(
            name="Organisation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("association", "Forening"),
                            ("umbrella", "Paraplyorganisation"),
                            ("local_branch", "Lokalafdeling"),
                            ("volunteer_centre", "Frivilligcenter"),
                            ("practice", "Praksis"),
                            ("hospital", "Hospital"),
                            ("hospital_department", "Hospitalsafdeling"),
                            ("municipality", "Kommune"),
                            ("region", "Region"),
                            ("health_council", "Sundhedsråd"),
                            ("other_public", "Anden offentlig organisation"),
                            ("operator", "Drift"),
                        ],
                        max_length=20,
                        verbose_name="slags",
                    ),
                ),
                ("name", models.CharField(max_length=160, verbose_name="navn")),
                ("slug", models.SlugField(max_length=80, unique=True, verbose_name="kort navn")),
                (
                    "status",
                    models.CharField(
                        choices=[("active", "Aktiv"), ("closed", "Nedlagt")],
                        default="active",
                        max_length=10,
                    ),
                ),
                ("cvr", models.CharField(blank=True, max_length=8, verbose_name="CVR-nummer")),
                ("sor", models.CharField(blank=True, max_length=18, verbose_name="SOR-kode")),
                (
                    "description",
                    models.TextField(blank=True, max_length=4000, verbose_name="beskrivelse"),
                ),
                ("website", models.URLField(blank=True, verbose_name="hjemmeside")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="telefon")),
                ("verified_at", models.DateTimeField(blank=True, null=True)),
                ("verified_by_id", models.BigIntegerField(blank=True, null=True)),
                (
                    "takes_referrals",
                    models.BooleanField(default=True, verbose_name="modtager henvisninger"),
                ),
                ("created_at", models.DateTimeField(default=portal.common.clock.now)),
                (
                    "health_council",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="organisations",
                        to="geography.healthcouncil",
                    ),
                ),
                (
                    "municipality",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="organisations",
                        to="geography.municipality",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="organisations",
                        to="geography.region",
                    ),
                ),
            ],
            options={
                "verbose_name": "organisation",
                "verbose_name_plural": "organisationer",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "association",
                                    "umbrella",
                                    "local_branch",
                                    "volunteer_centre",
                                    "practice",
                                    "hospital",
                                    "hospital_department",
                                    "municipality",
                                    "region",
                                    "health_council",
                                    "other_public",
                                    "operator",
                                ],
                            )
                        ),
                        name="organisation_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("verified_at__isnull", True), ("verified_by_id__isnull", True)
                            ),
                            models.Q(
                                ("verified_at__isnull", False), ("verified_by_id__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="organisation_verified_who_and_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind__in", ["municipality", "region", "health_council"]),
                                _negated=True,
                            ),
                            models.Q(("kind", "municipality"), ("municipality__isnull", False)),
                            models.Q(("kind", "region"), ("region__isnull", False)),
                            models.Q(("health_council__isnull", False), ("kind", "health_council")),
                            _connector="OR",
                        ),
                        name="organisation_kind_has_its_area",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("parent", models.F("id")), _negated=True),
                        name="organisation_not_own_parent",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NamedHandler",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="navn")),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                ("phone", models.CharField(max_length=20, verbose_name="telefon til engangskode")),
                ("is_deputy", models.BooleanField(default=False, verbose_name="stedfortræder")),
                ("promised_at", models.DateTimeField(verbose_name="tavshedsløfte givet")),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("bounced_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="handler_of",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="named_handlers",
                        to="organisations.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("organisation", "email"),
                        name="named_handler_once_per_address",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("organisation_kind", models.CharField(max_length=20)),
                ("created_at", models.DateTimeField(default=portal.common.clock.now)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="organisations.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "organisation"), name="membership_once_per_organisation"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                ("name", models.CharField(max_length=120, verbose_name="navn")),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("manager", "Leder"),
                                ("editor", "Redaktør"),
                                ("handler", "Modtager af henvisninger"),
                                ("clinician", "Kliniker"),
                                ("coordinator", "Koordinator"),
                                ("lawyer", "Jurist"),
                                ("dpo", "Databeskyttelsesrådgiver"),
                                ("analyst", "Analytiker"),
                                ("operator", "Drift"),
                            ],
                            max_length=12,
                        ),
                        size=None,
                    ),
                ),
                ("token_hash", models.BinaryField(unique=True)),
                ("created_at", models.DateTimeField(default=portal.common.clock.now)),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "invited_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to="organisations.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("organisation"),
                        django.db.models.functions.text.Lower("email"),
                        condition=models.Q(
                            ("accepted_at__isnull", True), ("withdrawn_at__isnull", True)
                        ),
                        name="invitation_one_open_per_address",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("general", "Generel kontakt"),
                            ("referrals", "Henvisninger"),
                            ("agreements", "Samarbejdsaftaler"),
                        ],
                        default="general",
                        max_length=12,
                    ),
                ),
                ("is_deputy", models.BooleanField(default=False, verbose_name="stedfortræder")),
                ("name", models.CharField(max_length=120, verbose_name="navn")),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="telefon")),
                ("bounced_at", models.DateTimeField(blank=True, null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contacts",
                        to="organisations.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "purpose", "is_deputy"),
                        name="contact_one_per_purpose",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ClosingPeriod",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_day", models.DateField(verbose_name="første lukkedag")),
                ("last_day", models.DateField(verbose_name="sidste lukkedag")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="closing_periods",
                        to="organisations.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("first_day__lte", models.F("last_day"))),
                        name="closing_period_in_order",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OrganisationProfile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "workforce",
                    models.CharField(
                        choices=[
                            ("volunteers", "Frivillige"),
                            ("employees", "Ansatte"),
                            ("both", "Frivillige og ansatte"),
                            ("unknown", "Ikke oplyst"),
                        ],
                        default="unknown",
                        max_length=12,
                    ),
                ),
                (
                    "volunteer_support",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        verbose_name="oplæring og supervision af frivillige",
                    ),
                ),
                (
                    "funding_note",
                    models.TextField(blank=True, max_length=2000, verbose_name="økonomi"),
                ),
                (
                    "disease_area",
                    models.CharField(blank=True, max_length=160, verbose_name="område"),
                ),
                ("languages", models.JSONField(blank=True, default=list)),
                (
                    "organisation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="profile",
                        to="organisations.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TermsAcceptance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.CharField(max_length=20)),
                ("accepted_at", models.DateTimeField(default=portal.common.clock.now)),
                (
                    "accepted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="terms_acceptances",
                        to="organisations.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "version"), name="terms_accepted_once_per_version"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MembershipRole",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("organisation_kind", models.CharField(max_length=20)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("manager", "Leder"),
                            ("editor", "Redaktør"),
                            ("handler", "Modtager af henvisninger"),
                            ("clinician", "Kliniker"),
                            ("coordinator", "Koordinator"),
                            ("lawyer", "Jurist"),
                            ("dpo", "Databeskyttelsesrådgiver"),
                            ("analyst", "Analytiker"),
                            ("operator", "Drift"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="roles",
                        to="organisations.membership",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("membership", "role"), name="membership_role_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("organisation_kind", "association"),
                                ("role__in", ["editor", "handler", "manager"]),
                            ),
                            models.Q(
                                ("organisation_kind", "health_council"),
                                (
                                    "role__in",
                                    [
                                        "analyst",
                                        "clinician",
                                        "coordinator",
                                        "dpo",
                                        "editor",
                                        "handler",
                                        "lawyer",
                                        "manager",
                                    ],
                                ),
                            ),
                            models.Q(
                                ("organisation_kind", "hospital"),
                                (
                                    "role__in",
                                    [
                                        "analyst",
                                        "clinician",
                                        "coordinator",
                                        "dpo",
                                        "editor",
                                        "handler",
                                        "lawyer",
                                        "manager",
                                    ],
                                ),
                            ),
                            models.Q(
                                ("organisation_kind", "hospital_department"),
                                ("role__in", ["clinician", "editor", "handler", "manager"]),
                            ),
                            models.Q(
                                ("organisation_kind", "local_branch"),
                                ("role__in", ["editor", "handler", "manager"]),
                            ),
                            models.Q(
                                ("organisation_kind", "municipality"),
                                (
                                    "role__in",
                                    [
                                        "analyst",
                                        "clinician",
                                        "coordinator",
                                        "dpo",
                                        "editor",
                                        "handler",
                                        "lawyer",
                                        "manager",
                                    ],
                                ),
                            ),
                            models.Q(
                                ("organisation_kind", "operator"), ("role__in", ["dpo", "operator"])
                            ),
                            models.Q(
                                ("organisation_kind", "other_public"),
                                (
                                    "role__in",
                                    [
                                        "analyst",
                                        "clinician",
                                        "coordinator",
                                        "dpo",
                                        "editor",
                                        "handler",
                                        "lawyer",
                                        "manager",
                                    ],
                                ),
                            ),
                            models.Q(
                                ("organisation_kind", "practice"),
                                ("role__in", ["clinician", "manager"]),
                            ),
                            models.Q(
                                ("organisation_kind", "region"),
                                (
                                    "role__in",
                                    [
                                        "analyst",
                                        "clinician",
                                        "coordinator",
                                        "dpo",
                                        "editor",
                                        "handler",
                                        "lawyer",
                                        "manager",
                                    ],
                                ),
                            ),
                            models.Q(
                                ("organisation_kind", "umbrella"),
                                ("role__in", ["editor", "handler", "manager"]),
                            ),
                            models.Q(
                                ("organisation_kind", "volunteer_centre"),
                                ("role__in", ["editor", "handler", "manager"]),
                            ),
                            _connector="OR",
                        ),
                        name="membership_role_fits_kind",
                    ),
                ],
            },
        ),
    ])
