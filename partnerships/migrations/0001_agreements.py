import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import portal.common.clock
import portal.common.ids
from django.conf import settings
from django.db import migrations, models

from portal.common.migrating import together


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("geography", "0001_geography"),
        ("offers", "0001_offers"),
        ("organisations", "0003_succeeded_by"),
    ]

    operations = together([
        migrations.CreateModel(
            name="Agreement",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("number", models.CharField(max_length=12, unique=True, verbose_name="nummer")),
                ("external_id", models.CharField(blank=True, max_length=80)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("frame", "Rammeaftale"),
                            ("local", "Lokal aftale"),
                            ("project", "Projektaftale"),
                            ("partnership", "Partnerskabsaftale"),
                            ("letter_of_intent", "Hensigtserklæring"),
                        ],
                        max_length=20,
                        verbose_name="slags",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="titel")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("idea", "Idé og afklaring"),
                            ("draft", "Udkast"),
                            ("internal_review", "Intern høring (faglig og juridisk)"),
                            ("negotiation", "Forhandling"),
                            ("awaiting_signature", "Til underskrift"),
                            ("signed", "Underskrevet"),
                            ("active", "Aktiv"),
                            ("suspended", "Suspenderet"),
                            ("expired", "Udløbet"),
                            ("terminated", "Opsagt"),
                            ("closed", "Afsluttet"),
                            ("cancelled", "Annulleret"),
                        ],
                        default="idea",
                        max_length=20,
                    ),
                ),
                ("status_changed_at", models.DateTimeField(default=portal.common.clock.now)),
                ("created_at", models.DateTimeField(default=portal.common.clock.now)),
                ("updated_at", models.DateTimeField(default=portal.common.clock.now)),
                ("purpose", models.TextField(blank=True, max_length=4000, verbose_name="formål")),
                (
                    "background",
                    models.TextField(blank=True, max_length=4000, verbose_name="baggrund"),
                ),
                (
                    "target_group",
                    models.CharField(blank=True, max_length=400, verbose_name="målgruppe"),
                ),
                (
                    "target_groups",
                    models.JSONField(blank=True, default=list, verbose_name="målgrupper"),
                ),
                (
                    "target_group_found",
                    models.TextField(
                        blank=True, max_length=2000, verbose_name="sådan blev målgruppen fundet"
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=200, verbose_name="sted")),
                (
                    "degree",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("inform", "Vi kender og fortæller om hinanden"),
                            ("refer", "Vi henviser til hinanden"),
                            ("coordinate", "Vi tilpasser vores indsatser til hinanden"),
                            ("joint", "Vi løser opgaven sammen"),
                        ],
                        max_length=12,
                        verbose_name="grad af samarbejde",
                    ),
                ),
                (
                    "scope_level",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("region", "Region"),
                            ("health_council", "Sundhedsråd"),
                            ("municipality", "Kommune"),
                            ("hospital", "Hospital"),
                            ("department", "Afdeling"),
                        ],
                        max_length=16,
                        verbose_name="gælder for",
                    ),
                ),
                ("starts_on", models.DateField(blank=True, null=True, verbose_name="begynder")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="slutter")),
                (
                    "notice_months",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="opsigelsesvarsel i måneder"
                    ),
                ),
                (
                    "shares_personal_data",
                    models.BooleanField(
                        blank=True, null=True, verbose_name="deler personoplysninger"
                    ),
                ),
                (
                    "involves_minors",
                    models.BooleanField(
                        blank=True, null=True, verbose_name="arbejder med børn og unge"
                    ),
                ),
                (
                    "home_visits",
                    models.BooleanField(
                        blank=True, null=True, verbose_name="besøg i borgeres hjem"
                    ),
                ),
                (
                    "data_protection",
                    models.TextField(
                        blank=True, max_length=4000, verbose_name="afklaring af databeskyttelse"
                    ),
                ),
                ("data_protection_looked_at_on", models.DateField(blank=True, null=True)),
                (
                    "time_limited",
                    models.BooleanField(
                        blank=True, null=True, verbose_name="tidsbegrænsede projektpenge"
                    ),
                ),
                (
                    "after_end",
                    models.TextField(
                        blank=True, max_length=2000, verbose_name="planen for dagen efter"
                    ),
                ),
                (
                    "volunteers_statement",
                    models.TextField(blank=True, max_length=4000, verbose_name="frivilliges rolle"),
                ),
                (
                    "volunteer_training",
                    models.TextField(blank=True, max_length=2000, verbose_name="oplæring"),
                ),
                (
                    "volunteer_supervision",
                    models.TextField(blank=True, max_length=2000, verbose_name="supervision"),
                ),
                (
                    "steering_group",
                    models.TextField(blank=True, max_length=2000, verbose_name="styregruppe"),
                ),
                (
                    "meeting_rhythm",
                    models.CharField(blank=True, max_length=200, verbose_name="mødes"),
                ),
                (
                    "evaluation_plan",
                    models.TextField(blank=True, max_length=2000, verbose_name="evaluering"),
                ),
                (
                    "archive_reference",
                    models.CharField(blank=True, max_length=80, verbose_name="journalnummer"),
                ),
                ("signing_round", models.PositiveSmallIntegerField(default=0)),
                ("legal_threshold_ore", models.BigIntegerField(blank=True, null=True)),
                ("signed_on", models.DateField(blank=True, null=True)),
                (
                    "terminates_on",
                    models.DateField(blank=True, null=True, verbose_name="opsagt til"),
                ),
                (
                    "final_evaluation",
                    models.TextField(
                        blank=True, max_length=8000, verbose_name="afsluttende evaluering"
                    ),
                ),
                (
                    "public_summary",
                    models.TextField(blank=True, max_length=1000, verbose_name="kort om aftalen"),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="partnerships.agreement",
                    ),
                ),
                (
                    "renews",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renewals",
                        to="partnerships.agreement",
                    ),
                ),
                (
                    "scope_council",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="geography.healthcouncil",
                    ),
                ),
                (
                    "scope_municipality",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="geography.municipality",
                    ),
                ),
                (
                    "scope_organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "scope_region",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="geography.region",
                    ),
                ),
            ],
            options={
                "verbose_name": "samarbejdsaftale",
                "verbose_name_plural": "samarbejdsaftaler",
            },
        ),
        migrations.CreateModel(
            name="Activity",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("text", models.CharField(max_length=300, verbose_name="aktivitet")),
                ("starts_on", models.DateField(blank=True, null=True, verbose_name="fra")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="til")),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="activities",
                        to="partnerships.agreement",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("starts_on__isnull", True),
                            ("ends_on__isnull", True),
                            ("starts_on__lte", models.F("ends_on")),
                            _connector="OR",
                        ),
                        name="activity_dates_in_order",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AgreementChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("section", models.CharField(max_length=12)),
                ("version", models.PositiveIntegerField()),
                ("label", models.CharField(max_length=400)),
                ("old", models.TextField(blank=True)),
                ("new", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                ("user_id", models.BigIntegerField(null=True)),
                ("user_name", models.CharField(blank=True, max_length=120)),
                ("organisation_name", models.CharField(blank=True, max_length=160)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="partnerships.agreement",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [
                    models.Index(fields=["agreement", "section"], name="change_of_section")
                ],
            },
        ),
        migrations.CreateModel(
            name="AgreementEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("verb", models.CharField(max_length=30)),
                ("old", models.CharField(blank=True, max_length=20)),
                ("new", models.CharField(blank=True, max_length=20)),
                (
                    "comment",
                    models.TextField(blank=True, max_length=4000, verbose_name="kommentar"),
                ),
                ("details", models.JSONField(default=dict)),
                ("actor_name", models.CharField(blank=True, max_length=120)),
                ("actor_kind", models.CharField(max_length=12)),
                ("actor_user_id", models.BigIntegerField(null=True)),
                ("actor_organisation_id", models.BigIntegerField(null=True)),
                ("actor_role", models.CharField(blank=True, max_length=80)),
                ("actor_link_id", models.BigIntegerField(null=True)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="partnerships.agreement",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [models.Index(fields=["agreement", "id"], name="event_of_agreement")],
            },
        ),
        migrations.CreateModel(
            name="AgreementOffer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="linked_offers",
                        to="partnerships.agreement",
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agreements",
                        to="offers.offer",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agreement", "offer"), name="agreement_offer_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AgreementParty",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "side",
                    models.CharField(
                        choices=[("public", "Offentlig part"), ("association", "Forening")],
                        max_length=12,
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("lead", "Ansvarlig part"),
                            ("partner", "Part"),
                            ("contributor", "Bidrager"),
                        ],
                        default="partner",
                        max_length=12,
                        verbose_name="rolle",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "voice",
                    models.TextField(blank=True, max_length=2000, verbose_name="med egne ord"),
                ),
                ("gives", models.TextField(blank=True, max_length=2000, verbose_name="giver")),
                (
                    "contact_title",
                    models.CharField(blank=True, max_length=120, verbose_name="kontaktens titel"),
                ),
                ("bounced_email", models.EmailField(blank=True, max_length=254)),
                ("public_consent_at", models.DateTimeField(blank=True, null=True)),
                ("joined_on", models.DateField(blank=True, null=True)),
                ("left_on", models.DateField(blank=True, null=True)),
                ("has_been_in", models.BooleanField(default=True)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parties",
                        to="partnerships.agreement",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "deputy",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agreement_parties",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "succeeded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="took_over_from",
                        to="partnerships.agreementparty",
                    ),
                ),
            ],
            options={
                "ordering": ["-side", "position", "pk"],
                "indexes": [
                    models.Index(fields=["organisation", "agreement"], name="agreement_of_party")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agreement", "organisation"), name="agreement_party_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ["public", "association"])),
                        name="agreement_party_side_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("has_been_in", True), ("left_on__isnull", False), _connector="OR"
                        ),
                        name="agreement_party_not_yet_in_is_out",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("succeeded_by__isnull", True),
                            ("left_on__isnull", False),
                            _connector="OR",
                        ),
                        name="agreement_party_succeeded_has_left",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AgreementSection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        choices=[
                            ("purpose", "Formål og målgruppe"),
                            ("parties", "Parter"),
                            ("frame", "Rammespørgsmål"),
                            ("goals", "Mål og indikatorer"),
                            ("activities", "Aktiviteter"),
                            ("budget", "Økonomi"),
                            ("volunteers", "Frivillige"),
                            ("governance", "Styring og evaluering"),
                            ("risks", "Risici"),
                            ("clauses", "Vilkår og bilag"),
                        ],
                        max_length=12,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=0)),
                ("changed_at", models.DateTimeField(blank=True, null=True)),
                ("changed_by_id", models.BigIntegerField(blank=True, null=True)),
                ("changed_by_name", models.CharField(blank=True, max_length=120)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sections",
                        to="partnerships.agreement",
                    ),
                ),
                (
                    "changed_by_party",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="partnerships.agreementparty",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agreement", "key"), name="agreement_section_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "key__in",
                                [
                                    "purpose",
                                    "parties",
                                    "frame",
                                    "goals",
                                    "activities",
                                    "budget",
                                    "volunteers",
                                    "governance",
                                    "risks",
                                    "clauses",
                                ],
                            )
                        ),
                        name="agreement_section_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AnchoringAssessment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="behovet")),
                ("answers", models.JSONField(default=dict)),
                ("recommendation", models.TextField(blank=True)),
                ("guide_version", models.CharField(max_length=12)),
                ("created_at", models.DateTimeField(default=portal.common.clock.now)),
                ("created_by_id", models.BigIntegerField(null=True)),
                ("created_by_name", models.CharField(blank=True, max_length=120)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "agreement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assessments",
                        to="partnerships.agreement",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="BudgetLine",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("text", models.CharField(max_length=200, verbose_name="post")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("money", "Penge"),
                            ("in_kind", "Naturalier"),
                            ("volunteer_hours", "Frivillige timer"),
                        ],
                        max_length=16,
                        verbose_name="slags",
                    ),
                ),
                (
                    "source",
                    models.CharField(blank=True, max_length=200, verbose_name="kilde til pengene"),
                ),
                (
                    "lasting_ore",
                    models.BigIntegerField(blank=True, null=True, verbose_name="varigt pr. år"),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="budget",
                        to="partnerships.agreement",
                    ),
                ),
                (
                    "paid_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["money", "in_kind", "volunteer_hours"])),
                        name="budget_kind_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BudgetAmount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField()),
                ("amount", models.BigIntegerField()),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="amounts",
                        to="partnerships.budgetline",
                    ),
                ),
            ],
            options={
                "ordering": ["year"],
                "constraints": [
                    models.UniqueConstraint(fields=("line", "year"), name="budget_year_once"),
                    models.CheckConstraint(
                        condition=models.Q(("year__gte", 1990), ("year__lte", 2200)),
                        name="budget_year_sane",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0)), name="budget_not_negative"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField(default=portal.common.clock.now)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "organisation"), name="one_feed_per_membership"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Clause",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("key", models.SlugField(max_length=60)),
                ("version", models.PositiveSmallIntegerField(default=1)),
                (
                    "kind",
                    models.CharField(
                        choices=[("clause", "Vilkår"), ("appendix", "Bilag")],
                        max_length=8,
                        verbose_name="slags",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="titel")),
                ("text", models.TextField(max_length=8000, verbose_name="tekst")),
                ("kinds", models.JSONField(blank=True, default=list)),
                ("created_at", models.DateTimeField(default=portal.common.clock.now)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clauses",
                        to="organisations.organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["-kind", "title", "-version"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_at__isnull", True)),
                        fields=("owner", "key"),
                        name="one_clause_in_use",
                        nulls_distinct=False,
                    ),
                    models.UniqueConstraint(
                        fields=("owner", "key", "version"),
                        name="clause_version_once",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AgreementClause",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("clause", "Vilkår"), ("appendix", "Bilag")], max_length=8
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="titel")),
                ("text", models.TextField(max_length=8000, verbose_name="tekst")),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="clauses",
                        to="partnerships.agreement",
                    ),
                ),
                (
                    "clause",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partnerships.clause",
                    ),
                ),
            ],
            options={
                "ordering": ["kind", "position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("agreement_text", "Aftalens tekst"),
                            ("amendment_text", "Tillæggets tekst"),
                            ("signed_copy", "Underskrevet dokument"),
                            ("termination", "Opsigelse"),
                            ("suspension", "Suspension"),
                            ("data_protection", "Databehandleraftale eller afklaring"),
                            ("report", "Statusrapport"),
                            ("appendix", "Bilag"),
                        ],
                        max_length=16,
                        verbose_name="slags",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="titel")),
                ("version", models.PositiveSmallIntegerField(default=1)),
                ("content_type", models.CharField(max_length=80)),
                ("content", models.BinaryField()),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("by_name", models.CharField(blank=True, max_length=120)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="partnerships.agreement",
                    ),
                ),
                (
                    "by_organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agreement", "kind", "title", "version"),
                        name="document_version_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")),
                        name="document_fingerprint",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Amendment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("extension", "Forlængelse"),
                            ("economy", "Økonomi"),
                            ("content", "Indhold"),
                            ("parties", "Parter"),
                            ("other", "Andet"),
                        ],
                        max_length=12,
                        verbose_name="slags",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="titel")),
                ("reason", models.TextField(max_length=2000, verbose_name="begrundelse")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Udkast"),
                            ("awaiting_signature", "Til underskrift"),
                            ("signed", "Underskrevet"),
                            ("in_force", "Gælder"),
                            ("withdrawn", "Trukket tilbage"),
                        ],
                        default="draft",
                        max_length=20,
                    ),
                ),
                ("effective_on", models.DateField(verbose_name="gælder fra")),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                ("versions", models.JSONField(default=dict)),
                ("outcome", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(default=portal.common.clock.now)),
                ("created_by_name", models.CharField(blank=True, max_length=120)),
                ("in_force_at", models.DateTimeField(blank=True, null=True)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="amendments",
                        to="partnerships.agreement",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partnerships.document",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agreement", "number"), name="amendment_number_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "awaiting_signature", "signed"])
                        ),
                        fields=("agreement",),
                        name="one_open_amendment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ["awaiting_signature", "signed", "in_force"]),
                                _negated=True,
                            ),
                            ("document__isnull", False),
                            _connector="OR",
                        ),
                        name="amendment_awaiting_has_document",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("in_force_at__isnull", False), ("state", "in_force")),
                            models.Q(
                                models.Q(("state", "in_force"), _negated=True),
                                ("in_force_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="amendment_in_force_when",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="agreement",
            name="frozen",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="partnerships.document",
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="termination_document",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="partnerships.document",
            ),
        ),
        migrations.CreateModel(
            name="Enquiry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("sender_name", models.CharField(max_length=160, verbose_name="forening")),
                ("contact_name", models.CharField(max_length=120, verbose_name="dit navn")),
                ("contact_email", models.EmailField(max_length=254, verbose_name="din e-mail")),
                (
                    "contact_phone",
                    models.CharField(blank=True, max_length=20, verbose_name="din telefon"),
                ),
                ("text", models.TextField(max_length=4000, verbose_name="jeres idé")),
                ("has_account", models.BooleanField(default=False)),
                ("form_key", models.UUIDField(unique=True)),
                ("received_at", models.DateTimeField()),
                ("acknowledge_by", models.DateTimeField()),
                ("answer_by", models.DateTimeField()),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                ("acknowledged_by_name", models.CharField(blank=True, max_length=120)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("answer", models.TextField(blank=True, max_length=4000, verbose_name="svar")),
                ("answered_by_name", models.CharField(blank=True, max_length=120)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("onward", "Vi vil gerne videre"),
                            ("declined", "Det bliver ikke til noget"),
                        ],
                        max_length=8,
                        verbose_name="udfald",
                    ),
                ),
                (
                    "agreement",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enquiry",
                        to="partnerships.agreement",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enquiries",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["received_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="EnquiryLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token_hash", models.BinaryField(unique=True)),
                ("created_at", models.DateTimeField(default=portal.common.clock.now)),
                ("expires_at", models.DateTimeField()),
                (
                    "enquiry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="partnerships.enquiry",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("created_at__lt", models.F("expires_at"))),
                        name="enquiry_link_lives",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Entrance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("is_open", models.BooleanField(default=False, verbose_name="siden er åben")),
                (
                    "intro",
                    models.TextField(blank=True, max_length=1000, verbose_name="kort fortalt"),
                ),
                ("may", models.TextField(blank=True, max_length=2000, verbose_name="det kan vi")),
                (
                    "may_not",
                    models.TextField(blank=True, max_length=2000, verbose_name="det må vi ikke"),
                ),
                (
                    "requirements",
                    models.TextField(blank=True, max_length=2000, verbose_name="det beder vi om"),
                ),
                (
                    "contact_name",
                    models.CharField(blank=True, max_length=120, verbose_name="kontakt"),
                ),
                (
                    "contact_title",
                    models.CharField(blank=True, max_length=120, verbose_name="titel"),
                ),
                (
                    "contact_email",
                    models.EmailField(blank=True, max_length=254, verbose_name="e-mail"),
                ),
                (
                    "contact_phone",
                    models.CharField(blank=True, max_length=20, verbose_name="telefon"),
                ),
                ("updated_at", models.DateTimeField()),
                (
                    "organisation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entrance",
                        to="organisations.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_open", False),
                            models.Q(
                                models.Q(("contact_name", ""), _negated=True),
                                models.Q(("contact_email", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="open_entrance_names_a_contact",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EntrancePost",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("need", "Behov"),
                            ("room", "Lokale"),
                            ("training", "Plads på kursus"),
                        ],
                        max_length=8,
                        verbose_name="slags",
                    ),
                ),
                ("title", models.CharField(max_length=160, verbose_name="titel")),
                ("text", models.TextField(blank=True, max_length=2000, verbose_name="beskrivelse")),
                ("from_on", models.DateField(blank=True, null=True, verbose_name="fra")),
                ("until_on", models.DateField(blank=True, null=True, verbose_name="til")),
                ("posted_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entrance_posts",
                        to="organisations.organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["-posted_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("from_on__isnull", True),
                            ("until_on__isnull", True),
                            ("from_on__lte", models.F("until_on")),
                            _connector="OR",
                        ),
                        name="entrance_post_dates_in_order",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="enquiry",
            name="post",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="enquiries",
                to="partnerships.entrancepost",
            ),
        ),
        migrations.CreateModel(
            name="Forum",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("name", models.CharField(max_length=160, verbose_name="navn")),
                ("purpose", models.TextField(blank=True, max_length=2000, verbose_name="formål")),
                ("created_at", models.DateTimeField(default=portal.common.clock.now)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="forums",
                        to="organisations.organisation",
                        verbose_name="sundhedsråd",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "name"), name="forum_name_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ForumMember",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("is_chair", models.BooleanField(default=False, verbose_name="forperson")),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
                (
                    "forum",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="partnerships.forum",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["since", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__isnull", True),
                            ("since__lte", models.F("until")),
                            _connector="OR",
                        ),
                        name="forum_seat_in_order",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)),
                        fields=("forum", "organisation"),
                        name="forum_seat_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FrameAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "question",
                    models.CharField(
                        choices=[
                            ("core_task", "Er det knyttet til en regional kerneopgave?"),
                            (
                                "finance_not_support",
                                "Betales der for et samarbejde og ikke for foreningens drift?",
                            ),
                            ("lawyer_assessed", "Har en jurist vurderet det?"),
                            ("pay_terms", "Har ansatte vilkår som i overenskomsten?"),
                            ("expenses", "Er det aftalt, hvem der betaler frivilliges udgifter?"),
                            ("insurance", "Er de frivillige forsikret?"),
                            ("confidentiality", "Lover de frivillige tavshed?"),
                            ("certificates", "Er det afklaret, hvilke attester der kræves?"),
                            ("time_limited", "Er det tidsbegrænsede projektpenge?"),
                            ("last_day", "Er det aftalt, hvad der sker på den sidste dag?"),
                            (
                                "no_replacement",
                                "Lader de frivillige ansatte beholde deres opgaver?",
                            ),
                            ("not_saving_only", "Er der andre grunde end at spare penge?"),
                            (
                                "support_named",
                                "Er det nævnt, hvem der oplærer og støtter de frivillige?",
                            ),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("yes", "Ja"),
                            ("partly", "Delvist"),
                            ("no", "Nej"),
                            ("not_relevant", "Ikke relevant"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "reason",
                    models.TextField(blank=True, max_length=2000, verbose_name="begrundelse"),
                ),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="frame_answers",
                        to="partnerships.agreement",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agreement", "question"), name="frame_question_answered_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "question__in",
                                [
                                    "core_task",
                                    "finance_not_support",
                                    "lawyer_assessed",
                                    "pay_terms",
                                    "expenses",
                                    "insurance",
                                    "confidentiality",
                                    "certificates",
                                    "time_limited",
                                    "last_day",
                                    "no_replacement",
                                    "not_saving_only",
                                    "support_named",
                                ],
                            )
                        ),
                        name="frame_question_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FramePair",
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
                            ("frame", "Rammeaftale"),
                            ("local", "Lokal aftale"),
                            ("project", "Projektaftale"),
                            ("partnership", "Partnerskabsaftale"),
                            ("letter_of_intent", "Hensigtserklæring"),
                        ],
                        max_length=20,
                    ),
                ),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="frame_pairs",
                        to="partnerships.agreement",
                    ),
                ),
                (
                    "association",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "public",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("kind", "="),
                            ("public", "="),
                            ("association", "="),
                            ("period", "&&"),
                        ],
                        name="one_active_frame_agreement_per_pair",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Goal",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("text", models.CharField(max_length=300, verbose_name="mål")),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="goals",
                        to="partnerships.agreement",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Indicator",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="indikator")),
                ("unit", models.CharField(blank=True, max_length=40, verbose_name="enhed")),
                (
                    "baseline",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="før"
                    ),
                ),
                (
                    "target",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=14,
                        null=True,
                        verbose_name="mål for tallet",
                    ),
                ),
                (
                    "direction",
                    models.CharField(
                        choices=[("up", "Skal op"), ("down", "Skal ned")],
                        default="up",
                        max_length=4,
                        verbose_name="retning",
                    ),
                ),
                ("source", models.CharField(blank=True, max_length=200, verbose_name="kilde")),
                (
                    "disaggregation",
                    models.CharField(blank=True, max_length=200, verbose_name="opdeles efter"),
                ),
                (
                    "measure",
                    models.CharField(
                        choices=[
                            ("by_hand", "Skrives af parterne"),
                            ("received", "Henvisninger modtaget"),
                            ("accepted", "Henvisninger, der blev taget imod"),
                            ("accepted_share", "Andel, der blev taget imod"),
                            ("completed", "Henvisninger afsluttet"),
                            ("completed_share", "Andel, der blev afsluttet"),
                        ],
                        default="by_hand",
                        max_length=16,
                        verbose_name="tallet kommer fra",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="indicators",
                        to="partnerships.agreement",
                    ),
                ),
                (
                    "goal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="indicators",
                        to="partnerships.goal",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "measure__in",
                                [
                                    "by_hand",
                                    "received",
                                    "accepted",
                                    "accepted_share",
                                    "completed",
                                    "completed_share",
                                ],
                            )
                        ),
                        name="indicator_measure_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="IndicatorValue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField(verbose_name="opgjort")),
                (
                    "value",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True),
                ),
                ("hidden", models.BooleanField(default=False)),
                ("live", models.BooleanField(default=False)),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="bemærkning")),
                ("by_name", models.CharField(blank=True, max_length=120)),
                ("at", models.DateTimeField()),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="values",
                        to="partnerships.indicator",
                    ),
                ),
            ],
            options={
                "ordering": ["on", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("indicator", "on"), name="one_value_a_day"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("hidden", True), ("value__isnull", True)),
                            models.Q(("hidden", False), ("value__isnull", False)),
                            _connector="OR",
                        ),
                        name="indicator_value_or_hidden",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Initiative",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("number", models.CharField(blank=True, max_length=12, verbose_name="nummer")),
                ("title", models.CharField(max_length=300, verbose_name="indsats")),
                (
                    "subject",
                    models.CharField(blank=True, max_length=400, verbose_name="hvad det går ud på"),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="initiatives",
                        to="partnerships.agreement",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Meeting",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("title", models.CharField(max_length=160, verbose_name="titel")),
                ("begins_at", models.DateTimeField(verbose_name="begynder")),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="slutter")),
                ("place", models.CharField(blank=True, max_length=200, verbose_name="sted")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Planlagt"),
                            ("held", "Afholdt"),
                            ("approved", "Referat godkendt"),
                            ("called_off", "Aflyst"),
                        ],
                        default="planned",
                        max_length=10,
                    ),
                ),
                ("minutes", models.TextField(blank=True, max_length=20000, verbose_name="referat")),
                ("minutes_by_name", models.CharField(blank=True, max_length=120)),
                ("agenda_sent_at", models.DateTimeField(blank=True, null=True)),
                ("minutes_sent_at", models.DateTimeField(blank=True, null=True)),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                ("approved_by_name", models.CharField(blank=True, max_length=120)),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "forum",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="meetings",
                        to="partnerships.forum",
                    ),
                ),
            ],
            options={
                "ordering": ["begins_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at__isnull", True),
                            ("begins_at__lt", models.F("ends_at")),
                            _connector="OR",
                        ),
                        name="meeting_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("approved_at__isnull", False), ("state", "approved")),
                            models.Q(
                                models.Q(("state", "approved"), _negated=True),
                                ("approved_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="meeting_approved_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AgendaItem",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("title", models.CharField(max_length=200, verbose_name="punkt")),
                ("text", models.TextField(blank=True, max_length=4000, verbose_name="baggrund")),
                (
                    "minutes",
                    models.TextField(
                        blank=True, max_length=8000, verbose_name="referat af punktet"
                    ),
                ),
                (
                    "decision",
                    models.TextField(blank=True, max_length=2000, verbose_name="beslutning"),
                ),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "proposed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="agenda",
                        to="partnerships.meeting",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ActionPoint",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("text", models.CharField(max_length=400, verbose_name="opgave")),
                ("due_on", models.DateField(verbose_name="senest")),
                ("done_on", models.DateField(blank=True, null=True, verbose_name="gjort")),
                ("created_at", models.DateTimeField(default=portal.common.clock.now)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "agreement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="action_points",
                        to="partnerships.agreement",
                    ),
                ),
                (
                    "forum",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="action_points",
                        to="partnerships.forum",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="action_points",
                        to="partnerships.meeting",
                    ),
                ),
            ],
            options={
                "ordering": ["due_on", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_on__isnull", True)),
                        fields=["due_on"],
                        name="action_point_open",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agreement__isnull", True), ("forum__isnull", False)),
                            models.Q(("agreement__isnull", False), ("forum__isnull", True)),
                            _connector="OR",
                        ),
                        name="action_point_of_forum_or_agreement",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Milestone",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("text", models.CharField(max_length=300, verbose_name="milepæl")),
                ("due_on", models.DateField(verbose_name="senest")),
                ("done_on", models.DateField(blank=True, null=True, verbose_name="nået")),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "activity",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="milestones",
                        to="partnerships.activity",
                    ),
                ),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="milestones",
                        to="partnerships.agreement",
                    ),
                ),
            ],
            options={
                "ordering": ["due_on", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_on__isnull", True)),
                        fields=["due_on"],
                        name="milestone_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MinutesComment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("user_id", models.BigIntegerField(null=True)),
                ("user_name", models.CharField(max_length=120)),
                ("text", models.TextField(max_length=2000, verbose_name="bemærkning")),
                ("at", models.DateTimeField(default=portal.common.clock.now)),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comments",
                        to="partnerships.meeting",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Obligation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("text", models.CharField(max_length=400, verbose_name="opgave")),
                ("owner", models.CharField(blank=True, max_length=120, verbose_name="ansvarlig")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="senest")),
                ("done_on", models.DateField(blank=True, null=True, verbose_name="gjort")),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="obligations",
                        to="partnerships.agreement",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="obligations",
                        to="partnerships.agreementparty",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="OfferFigures",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("since", models.DateField(verbose_name="fra")),
                ("until", models.DateField(verbose_name="til")),
                (
                    "received",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="modtaget"),
                ),
                (
                    "accepted",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="taget imod"),
                ),
                (
                    "completed",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="afsluttet"),
                ),
                ("counted_at", models.DateTimeField()),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="offer_figures",
                        to="partnerships.agreement",
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="offers.offer",
                    ),
                ),
            ],
            options={
                "ordering": ["since", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agreement", "offer", "since"), name="offer_figures_once_a_year"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("since__lte", models.F("until"))),
                        name="offer_figures_days_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PartyChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "way",
                    models.CharField(
                        choices=[("joins", "Kommer med"), ("leaves", "Går ud")], max_length=6
                    ),
                ),
                (
                    "amendment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="party_changes",
                        to="partnerships.amendment",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="partnerships.agreementparty",
                    ),
                ),
            ],
            options={
                "ordering": ["way", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("amendment", "party"), name="party_changes_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("way__in", ["joins", "leaves"])),
                        name="party_change_way_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("amount_ore", models.BigIntegerField(verbose_name="beløb")),
                ("due_on", models.DateField(verbose_name="betales senest")),
                ("paid_on", models.DateField(blank=True, null=True, verbose_name="betalt")),
                ("reference", models.CharField(blank=True, max_length=80, verbose_name="bilag")),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="payments",
                        to="partnerships.agreement",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="payments",
                        to="partnerships.budgetline",
                    ),
                ),
            ],
            options={
                "ordering": ["due_on", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_ore__gt", 0)), name="payment_positive"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reminder",
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
                            ("end", "Aftalen slutter"),
                            ("notice", "Frist for opsigelse"),
                            ("milestone", "Milepæl"),
                            ("data_protection", "Databeskyttelse"),
                            ("contact_gone", "Kontakten er væk"),
                            ("unsigned", "Mangler underskrift"),
                        ],
                        max_length=16,
                    ),
                ),
                ("about", models.CharField(blank=True, max_length=80)),
                ("due_on", models.DateField()),
                ("offset", models.SmallIntegerField(default=0)),
                ("sent", models.BooleanField()),
                ("at", models.DateTimeField()),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reminders",
                        to="partnerships.agreement",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agreement", "kind", "about", "due_on", "offset"),
                        name="reminder_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("round", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("professional", "Faglig"),
                            ("legal", "Juridisk"),
                            ("data_protection", "Databeskyttelse"),
                        ],
                        max_length=16,
                    ),
                ),
                ("reviewer_id", models.BigIntegerField(null=True)),
                ("reviewer_name", models.CharField(blank=True, max_length=120)),
                ("asked_at", models.DateTimeField()),
                (
                    "decision",
                    models.CharField(
                        choices=[
                            ("pending", "Venter"),
                            ("approved", "Godkendt"),
                            ("sent_back", "Sendt tilbage"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                (
                    "comment",
                    models.TextField(blank=True, max_length=4000, verbose_name="kommentar"),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decided_by_id", models.BigIntegerField(null=True)),
                ("seen", models.JSONField(blank=True, null=True)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reviews",
                        to="partnerships.agreement",
                    ),
                ),
                (
                    "amendment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reviews",
                        to="partnerships.amendment",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["round", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("decision", "pending")),
                        fields=["organisation", "kind"],
                        name="review_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agreement", "round", "kind"), name="one_review_per_kind_and_round"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True),
                                ("decided_by_id__isnull", True),
                                ("decision", "pending"),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by_id__isnull", False),
                                ("decision__in", ["approved", "sent_back"]),
                            ),
                            _connector="OR",
                        ),
                        name="review_decided_who_and_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decision", "sent_back"), _negated=True),
                            models.Q(("comment", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="review_sent_back_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decision", "approved"), _negated=True),
                            ("seen__isnull", False),
                            _connector="OR",
                        ),
                        name="review_approved_says_what_was_seen",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Risk",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("text", models.CharField(max_length=300, verbose_name="risiko")),
                (
                    "likelihood",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Lille"), (2, "Middel"), (3, "Stor")],
                        verbose_name="sandsynlighed",
                    ),
                ),
                (
                    "consequence",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Lille"), (2, "Middel"), (3, "Stor")],
                        verbose_name="konsekvens",
                    ),
                ),
                ("action", models.CharField(blank=True, max_length=400, verbose_name="det gør vi")),
                ("owner", models.CharField(blank=True, max_length=120, verbose_name="ansvarlig")),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="risks",
                        to="partnerships.agreement",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("consequence__in", [1, 2, 3]), ("likelihood__in", [1, 2, 3])
                        ),
                        name="risk_levels_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="navn")),
                ("query", models.CharField(blank=True, max_length=1000)),
                ("created_at", models.DateTimeField(default=portal.common.clock.now)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "organisation", "name"), name="saved_view_name_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SectionApproval",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("user_id", models.BigIntegerField(null=True)),
                ("user_name", models.CharField(blank=True, max_length=120)),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="approvals",
                        to="partnerships.agreementparty",
                    ),
                ),
                (
                    "section",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="approvals",
                        to="partnerships.agreementsection",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("section", "party"), name="one_approval_per_section_and_party"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SectionComment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("comment", "Kommentar"), ("suggestion", "Forslag")], max_length=12
                    ),
                ),
                ("text", models.TextField(blank=True, max_length=2000, verbose_name="kommentar")),
                ("facts", models.JSONField(blank=True, null=True)),
                ("base_version", models.PositiveIntegerField(blank=True, null=True)),
                ("at", models.DateTimeField()),
                ("user_id", models.BigIntegerField(null=True)),
                ("user_name", models.CharField(max_length=120)),
                ("organisation_name", models.CharField(blank=True, max_length=160)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("open", "Åben"),
                            ("taken", "Taget ind"),
                            ("left", "Ikke taget ind"),
                            ("settled", "Afklaret"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("outcome_at", models.DateTimeField(blank=True, null=True)),
                ("outcome_by_name", models.CharField(blank=True, max_length=120)),
                (
                    "party",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="partnerships.agreementparty",
                    ),
                ),
                (
                    "section",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comments",
                        to="partnerships.agreementsection",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "open"), ("outcome_at__isnull", True)),
                            models.Q(
                                models.Q(("outcome", "open"), _negated=True),
                                ("outcome_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="section_comment_outcome_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("facts__isnull", True), ("kind", "comment")),
                            models.Q(
                                ("base_version__isnull", False),
                                ("facts__isnull", False),
                                ("kind", "suggestion"),
                            ),
                            _connector="OR",
                        ),
                        name="section_suggestion_has_facts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SectionDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        choices=[
                            ("purpose", "Formål og målgruppe"),
                            ("parties", "Parter"),
                            ("frame", "Rammespørgsmål"),
                            ("goals", "Mål og indikatorer"),
                            ("activities", "Aktiviteter"),
                            ("budget", "Økonomi"),
                            ("volunteers", "Frivillige"),
                            ("governance", "Styring og evaluering"),
                            ("risks", "Risici"),
                            ("clauses", "Vilkår og bilag"),
                        ],
                        max_length=12,
                    ),
                ),
                ("is_suggestion", models.BooleanField(default=False)),
                ("data", models.JSONField()),
                ("saved_at", models.DateTimeField(default=portal.common.clock.now)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="partnerships.agreement",
                    ),
                ),
                (
                    "amendment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="partnerships.amendment",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "author",
                            "organisation",
                            "agreement",
                            "amendment",
                            "key",
                            "is_suggestion",
                        ),
                        name="section_draft_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("confirmation", "Bekræftet på siden med to faktorer"),
                            ("upload", "Underskrevet dokument lagt ind"),
                            ("external", "Ekstern underskriftstjeneste"),
                        ],
                        max_length=12,
                    ),
                ),
                ("external_reference", models.CharField(blank=True, max_length=120)),
                ("signed_on", models.DateField(verbose_name="underskrevet")),
                ("signer_name", models.CharField(max_length=120, verbose_name="navn")),
                (
                    "signer_title",
                    models.CharField(blank=True, max_length=120, verbose_name="titel"),
                ),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by_id", models.BigIntegerField(null=True)),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="partnerships.agreement",
                    ),
                ),
                (
                    "amendment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="partnerships.amendment",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="partnerships.document",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="partnerships.agreementparty",
                    ),
                ),
                (
                    "proof",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partnerships.document",
                    ),
                ),
            ],
            options={
                "ordering": ["signed_on", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("voided_at__isnull", True)),
                        fields=("party", "document"),
                        name="one_valid_signature_per_party_and_text",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("method", "upload"), _negated=True),
                            ("proof__isnull", False),
                            _connector="OR",
                        ),
                        name="signature_upload_has_proof",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("method", "external"), _negated=True),
                            models.Q(("external_reference", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="signature_external_has_reference",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SigningOrder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reference", models.CharField(max_length=120, unique=True)),
                ("begun_at", models.DateTimeField()),
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="signing_order",
                        to="partnerships.document",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StatusReport",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("period_from", models.DateField(verbose_name="fra")),
                ("period_to", models.DateField(verbose_name="til")),
                ("due_on", models.DateField(verbose_name="skal være færdig")),
                ("title", models.CharField(max_length=200, verbose_name="titel")),
                (
                    "subtitle",
                    models.CharField(blank=True, max_length=300, verbose_name="undertitel"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("writing", "Skrives"),
                            ("awaiting_signature", "Til underskrift"),
                            ("published", "Udgivet"),
                        ],
                        default="writing",
                        max_length=20,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "narrative",
                    models.TextField(blank=True, max_length=20000, verbose_name="fortælling"),
                ),
                ("cases", models.TextField(blank=True, max_length=20000, verbose_name="eksempler")),
                (
                    "budget_unit",
                    models.CharField(
                        choices=[("kr", "kr."), ("mio", "mio. kr.")],
                        default="kr",
                        max_length=3,
                        verbose_name="bilagets beløb er i",
                    ),
                ),
                ("created_at", models.DateTimeField(default=portal.common.clock.now)),
                ("updated_at", models.DateTimeField(default=portal.common.clock.now)),
                ("updated_by_name", models.CharField(blank=True, max_length=120)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="status_reports",
                        to="partnerships.agreement",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partnerships.document",
                    ),
                ),
            ],
            options={
                "ordering": ["-period_to", "-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "published"), _negated=True),
                        fields=["due_on"],
                        name="report_not_in_yet",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agreement", "period_to"), name="one_report_a_period"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("period_from__lte", models.F("period_to"))),
                        name="report_period_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("document__isnull", False),
                                ("published_at__isnull", False),
                                ("state", "published"),
                            ),
                            models.Q(
                                models.Q(("state", "published"), _negated=True),
                                ("published_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="report_published_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportSignature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("user_id", models.BigIntegerField(null=True)),
                ("user_name", models.CharField(max_length=120)),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partnerships.agreementparty",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="signatures",
                        to="partnerships.statusreport",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("report", "party"), name="one_report_signature_a_party"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportRow",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("number", models.CharField(blank=True, max_length=12)),
                ("title", models.CharField(max_length=300, verbose_name="indsats")),
                ("economy", models.TextField(blank=True, max_length=2000, verbose_name="økonomi")),
                (
                    "status",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("on_schedule", "Følger tidsplanen"),
                            ("partly", "Følger delvist"),
                            ("delayed", "Forsinket"),
                            ("under_way", "Under implementering"),
                            ("completed", "Afsluttet"),
                            ("continued", "Videreføres i ændret form"),
                            ("stopped", "Indstillet"),
                        ],
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                (
                    "status_words",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="status med egne ord"
                    ),
                ),
                (
                    "indicator",
                    models.TextField(blank=True, max_length=2000, verbose_name="indikator"),
                ),
                ("source", models.CharField(blank=True, max_length=60)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "initiative",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="partnerships.initiative",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="partnerships.statusreport",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "",
                                    "on_schedule",
                                    "partly",
                                    "delayed",
                                    "under_way",
                                    "completed",
                                    "continued",
                                    "stopped",
                                ],
                            )
                        ),
                        name="report_row_status_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("data", models.JSONField()),
                ("saved_at", models.DateTimeField(default=portal.common.clock.now)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="partnerships.statusreport",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("author", "organisation", "report"), name="report_draft_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportBudgetRow",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[("group", "Gruppe"), ("line", "Post"), ("part", "Heraf")],
                        max_length=5,
                    ),
                ),
                ("title", models.CharField(max_length=300, verbose_name="post")),
                ("in_hours", models.BooleanField(default=False, verbose_name="timer")),
                ("amounts", models.JSONField(default=dict)),
                ("total_ore", models.BigIntegerField(blank=True, null=True, verbose_name="i alt")),
                (
                    "lasting_ore",
                    models.BigIntegerField(blank=True, null=True, verbose_name="varigt"),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="budget",
                        to="partnerships.statusreport",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["group", "line", "part"])),
                        name="report_budget_level_known",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(fields=["status", "ends_on"], name="agreement_by_state_and_end"),
        ),
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(fields=["ends_on", "id"], name="agreement_by_end"),
        ),
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(fields=["status", "starts_on"], name="agreement_by_start"),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "idea",
                            "draft",
                            "internal_review",
                            "negotiation",
                            "awaiting_signature",
                            "signed",
                            "active",
                            "suspended",
                            "expired",
                            "terminated",
                            "closed",
                            "cancelled",
                        ],
                    )
                ),
                name="agreement_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["frame", "local", "project", "partnership", "letter_of_intent"])
                ),
                name="agreement_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("starts_on__isnull", True),
                    ("ends_on__isnull", True),
                    ("starts_on__lte", models.F("ends_on")),
                    _connector="OR",
                ),
                name="agreement_dates_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("external_id", ""), _negated=True),
                fields=("external_id",),
                name="agreement_external_id_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "status__in",
                            ["signed", "active", "suspended", "expired", "terminated", "closed"],
                        ),
                        _negated=True,
                    ),
                    models.Q(
                        ("ends_on__isnull", False),
                        ("signed_on__isnull", False),
                        ("starts_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="agreement_past_signing_has_signature_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("signed_on__isnull", True),
                    ("starts_on__isnull", True),
                    ("signed_on__lte", models.F("starts_on")),
                    _connector="OR",
                ),
                name="agreement_starts_after_last_signature",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["awaiting_signature", "signed"]), _negated=True),
                    ("frozen__isnull", False),
                    _connector="OR",
                ),
                name="agreement_awaiting_has_frozen_text",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("terminates_on__isnull", True), ("termination_document__isnull", True)
                    ),
                    models.Q(
                        ("terminates_on__isnull", False), ("termination_document__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="agreement_termination_has_document",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "terminated"), _negated=True),
                    ("terminates_on__isnull", False),
                    _connector="OR",
                ),
                name="agreement_terminated_was_given_notice",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "closed"), _negated=True),
                    models.Q(("final_evaluation", ""), _negated=True),
                    _connector="OR",
                ),
                name="agreement_closed_has_evaluation",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["idea", "draft", "cancelled"]),
                    ("legal_threshold_ore__isnull", False),
                    _connector="OR",
                ),
                name="agreement_reviewed_with_threshold",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("parent", models.F("id")), _negated=True),
                name="agreement_not_own_parent",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("scope_level", ""),
                    models.Q(("scope_level", "region"), ("scope_region__isnull", False)),
                    models.Q(("scope_council__isnull", False), ("scope_level", "health_council")),
                    models.Q(
                        ("scope_level", "municipality"), ("scope_municipality__isnull", False)
                    ),
                    models.Q(
                        ("scope_level__in", ["hospital", "department"]),
                        ("scope_organisation__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="agreement_scope_names_its_area",
            ),
        ),
        migrations.AddIndex(
            model_name="enquiry",
            index=models.Index(
                condition=models.Q(("answered_at__isnull", True)),
                fields=["answer_by"],
                name="enquiry_unanswered",
            ),
        ),
        migrations.AddConstraint(
            model_name="enquiry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("answered_at__isnull", True), ("outcome", "")),
                    models.Q(
                        ("answered_at__isnull", False),
                        ("outcome__in", ["onward", "declined"]),
                        models.Q(("answer", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="enquiry_answer_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="enquiry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("answered_at__isnull", True),
                    ("acknowledged_at__isnull", False),
                    _connector="OR",
                ),
                name="enquiry_answered_is_acknowledged",
            ),
        ),
        migrations.AddConstraint(
            model_name="enquiry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("has_account", False), ("sender__isnull", False), _connector="OR"
                ),
                name="enquiry_with_account_has_sender",
            ),
        ),
    ])
