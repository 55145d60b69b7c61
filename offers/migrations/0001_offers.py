import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import portal.common.clock
from django.conf import settings
from django.db import migrations, models

from portal.common.migrating import together


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("geography", "0001_geography"),
        ("organisations", "0001_organisations"),
    ]

    operations = together([
        migrations.CreateModel(
            name="Offer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "overrides",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("slug", models.SlugField(max_length=100, unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Kladde"),
                            ("in_review", "Til gennemsyn"),
                            ("published", "Offentlig"),
                            ("paused", "På pause"),
                            ("archived", "Arkiveret"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("title", models.CharField(max_length=160, verbose_name="titel")),
                (
                    "summary",
                    models.CharField(blank=True, max_length=400, verbose_name="kort om tilbuddet"),
                ),
                (
                    "description",
                    models.TextField(blank=True, max_length=8000, verbose_name="beskrivelse"),
                ),
                ("category", models.CharField(max_length=40, verbose_name="slags hjælp")),
                (
                    "target_groups",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "conditions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "icpc_chapters",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=1),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "subject_roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "age_min",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="yngste alder"
                    ),
                ),
                (
                    "age_max",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="ældste alder"
                    ),
                ),
                (
                    "gender",
                    models.CharField(
                        choices=[("all", "Alle"), ("men", "Mænd"), ("women", "Kvinder")],
                        default="all",
                        max_length=5,
                    ),
                ),
                (
                    "peer_led",
                    models.BooleanField(
                        default=False, verbose_name="ledet af nogen med egne erfaringer"
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
                ("mode", models.CharField(max_length=20, verbose_name="form")),
                (
                    "participation",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "price_ore",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="pris i øre"),
                ),
                (
                    "price_note",
                    models.CharField(blank=True, max_length=200, verbose_name="om prisen"),
                ),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=5),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "accessibility",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "how_to_join_citizen",
                    models.TextField(
                        blank=True, max_length=1000, verbose_name="sådan kommer du med"
                    ),
                ),
                (
                    "how_to_join_professional",
                    models.TextField(blank=True, max_length=1000, verbose_name="sådan henviser du"),
                ),
                ("not_for", models.CharField(blank=True, max_length=400, verbose_name="ikke for")),
                ("bring", models.CharField(blank=True, max_length=400, verbose_name="tag med")),
                (
                    "needs_from_public",
                    models.CharField(
                        blank=True, max_length=400, verbose_name="brug for fra det offentlige"
                    ),
                ),
                ("title_reveals_condition", models.BooleanField(default=True)),
                (
                    "takes_navigator_referrals",
                    models.BooleanField(default=False, verbose_name="modtager brobygning"),
                ),
                (
                    "max_referrals_per_month",
                    models.PositiveSmallIntegerField(blank=True, null=True),
                ),
                ("review_interval_days", models.PositiveSmallIntegerField(default=182)),
                ("verified_at", models.DateTimeField(blank=True, null=True)),
                ("verified_by_id", models.BigIntegerField(blank=True, null=True)),
                ("verified_method", models.CharField(blank=True, max_length=12)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=portal.common.clock.now)),
                ("updated_at", models.DateTimeField(default=portal.common.clock.now)),
                ("answer_days", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("answers_counted", models.PositiveIntegerField(default=0)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offers",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="copies",
                        to="offers.offer",
                    ),
                ),
            ],
            options={
                "verbose_name": "tilbud",
                "verbose_name_plural": "tilbud",
                "indexes": [
                    models.Index(fields=["organisation", "status"], name="offer_of_organisation")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                ["draft", "in_review", "published", "paused", "archived"],
                            )
                        ),
                        name="offer_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("age_min__isnull", True),
                            ("age_max__isnull", True),
                            ("age_min__lte", models.F("age_max")),
                            _connector="OR",
                        ),
                        name="offer_ages_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "published"), _negated=True),
                            ("published_at__isnull", False),
                            _connector="OR",
                        ),
                        name="offer_published_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("template", models.F("id")), _negated=True),
                        name="offer_not_own_template",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("verified_at__isnull", True), ("verified_method", "")),
                            models.Q(
                                ("verified_at__isnull", False),
                                models.Q(("verified_method", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="offer_verified_how_and_when",
                    ),
                    models.UniqueConstraint(
                        fields=("id", "organisation"), name="offer_with_organisation"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Synonym",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("group", models.CharField(max_length=20, unique=True)),
                ("preferred", models.CharField(max_length=80)),
                (
                    "terms",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80), size=None
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OfferCapacity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Åben for nye"),
                            ("few_places", "Få pladser"),
                            ("waiting_list", "Venteliste"),
                            ("full", "Fuldt hold"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                (
                    "places",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="pladser"),
                ),
                (
                    "wait_weeks",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="ventetid i uger"
                    ),
                ),
                ("as_of", models.DateTimeField(default=portal.common.clock.now)),
                (
                    "offer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="capacity",
                        to="offers.offer",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["open", "few_places", "waiting_list", "full"])
                        ),
                        name="capacity_status_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OfferCoverage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("national", "Hele landet"),
                            ("region", "Region"),
                            ("health_council", "Sundhedsråd"),
                            ("municipality", "Kommune"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "health_council",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="geography.healthcouncil",
                    ),
                ),
                (
                    "municipality",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="geography.municipality",
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="coverage",
                        to="offers.offer",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="geography.region",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("health_council__isnull", True),
                                ("municipality__isnull", True),
                                ("region__isnull", True),
                                ("type", "national"),
                            ),
                            models.Q(
                                ("health_council__isnull", True),
                                ("municipality__isnull", True),
                                ("region__isnull", False),
                                ("type", "region"),
                            ),
                            models.Q(
                                ("health_council__isnull", False),
                                ("municipality__isnull", True),
                                ("region__isnull", True),
                                ("type", "health_council"),
                            ),
                            models.Q(
                                ("health_council__isnull", True),
                                ("municipality__isnull", False),
                                ("region__isnull", True),
                                ("type", "municipality"),
                            ),
                            _connector="OR",
                        ),
                        name="coverage_names_its_area",
                    ),
                    models.UniqueConstraint(
                        fields=("offer", "type", "region", "health_council", "municipality"),
                        name="coverage_once",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OfferDraft",
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
                    "offer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="offers.offer",
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
                        fields=("author", "organisation", "offer"),
                        name="offer_draft_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OfferEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("verb", models.CharField(max_length=20)),
                ("old", models.CharField(blank=True, max_length=12)),
                ("new", models.CharField(blank=True, max_length=12)),
                ("details", models.JSONField(default=dict)),
                ("actor_kind", models.CharField(max_length=12)),
                ("actor_user_id", models.BigIntegerField(null=True)),
                ("actor_organisation_id", models.BigIntegerField(null=True)),
                ("actor_role", models.CharField(blank=True, max_length=80)),
                ("actor_link_id", models.BigIntegerField(null=True)),
                (
                    "offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="offers.offer",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["offer", "-id"], name="offer_event_of_offer")],
            },
        ),
        migrations.CreateModel(
            name="OfferLocation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=160, verbose_name="sted")),
                ("address", models.CharField(blank=True, max_length=200, verbose_name="adresse")),
                (
                    "postal_code",
                    models.CharField(blank=True, max_length=4, verbose_name="postnummer"),
                ),
                ("town", models.CharField(blank=True, max_length=80, verbose_name="by")),
                ("latitude", models.FloatField(blank=True, null=True)),
                ("longitude", models.FloatField(blank=True, null=True)),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offer_locations",
                        to="geography.municipality",
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="locations",
                        to="offers.offer",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OfferSession",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(max_length=200, verbose_name="hvornår")),
                ("rrule", models.CharField(blank=True, max_length=200)),
                ("starts_on", models.DateField(blank=True, null=True)),
                ("start_time", models.TimeField(blank=True, null=True)),
                ("end_time", models.TimeField(blank=True, null=True)),
                (
                    "offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to="offers.offer",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("rrule", ""), ("starts_on__isnull", False), _connector="OR"
                        ),
                        name="session_rule_has_start",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OfferTranslation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("language", models.CharField(max_length=5)),
                ("title", models.CharField(max_length=160)),
                ("summary", models.CharField(blank=True, max_length=400)),
                (
                    "offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="translations",
                        to="offers.offer",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("offer", "language"), name="translation_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchLog",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("municipality_code", models.CharField(blank=True, max_length=4)),
                ("query", models.CharField(blank=True, max_length=80)),
                ("searches", models.PositiveIntegerField(default=0)),
                ("without_result", models.PositiveIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "municipality_code", "query"), name="search_log_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchTerm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("term", models.CharField(max_length=80, unique=True)),
                ("folded", models.CharField(db_index=True, max_length=80)),
                ("occurrences", models.PositiveIntegerField(default=1)),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["folded"], name="search_term_trigrams", opclasses=["gin_trgm_ops"]
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Verification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("page", "på siden"),
                            ("link", "fra en mail"),
                            ("import", "ved indlæsning"),
                            ("coordinator", "af en koordinator"),
                        ],
                        max_length=12,
                    ),
                ),
                ("user_id", models.BigIntegerField(null=True)),
                (
                    "offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="verifications",
                        to="offers.offer",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SearchRow",
            fields=[
                (
                    "offer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_row",
                        serialize=False,
                        to="offers.offer",
                    ),
                ),
                ("words", django.contrib.postgres.search.SearchVectorField()),
                (
                    "covers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=4), default=list, size=None
                    ),
                ),
                ("category", models.CharField(max_length=40)),
                ("mode", models.CharField(max_length=20)),
                (
                    "target_groups",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                (
                    "participation",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list, size=None
                    ),
                ),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=5), default=list, size=None
                    ),
                ),
                (
                    "accessibility",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list, size=None
                    ),
                ),
                ("gender", models.CharField(max_length=5)),
                ("age_min", models.PositiveSmallIntegerField(null=True)),
                ("age_max", models.PositiveSmallIntegerField(null=True)),
                ("free", models.BooleanField(default=False)),
                ("capacity", models.CharField(max_length=12)),
                ("unconfirmed_from", models.DateTimeField(null=True)),
                ("hidden_from", models.DateTimeField(null=True)),
                ("answer_days", models.PositiveSmallIntegerField(null=True)),
                ("latitude", models.FloatField(null=True)),
                ("longitude", models.FloatField(null=True)),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["covers", "words"], name="search_covers_words"
                    ),
                    django.contrib.postgres.indexes.GinIndex(fields=["words"], name="search_words"),
                ],
            },
        ),
    ])
