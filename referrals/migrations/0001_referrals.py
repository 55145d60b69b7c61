import django.contrib.postgres.fields
import django.db.models.deletion
import portal.common.clock
import portal.common.crypto
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
        ("organisations", "0002_roles_fit_kind"),
    ]

    operations = together([
        migrations.CreateModel(
            name="Consent",
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
                ("purpose", models.CharField(max_length=40)),
                (
                    "data_categories",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), size=None
                    ),
                ),
                (
                    "form",
                    models.CharField(
                        choices=[("written", "Skriftligt"), ("oral", "Mundtligt")], max_length=8
                    ),
                ),
                ("oral_reason", portal.common.crypto.EncryptedTextField(blank=True)),
                (
                    "given_by",
                    models.CharField(
                        choices=[
                            ("self", "Borgeren selv"),
                            ("custody_holder", "Forældremyndighedens indehaver"),
                            ("guardian", "Værge"),
                            ("nearest_relative", "Nærmeste pårørende"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "subject_role",
                    models.CharField(
                        choices=[
                            ("patient", "Patient"),
                            ("relative", "Pårørende"),
                            ("bereaved", "Efterlevende"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "legal_basis",
                    models.CharField(
                        choices=[
                            ("sul_43", "Sundhedslovens § 43"),
                            (
                                "gdpr_9_2_a",
                                "Databeskyttelsesforordningens artikel 9, stk. 2, litra a",
                            ),
                        ],
                        max_length=10,
                    ),
                ),
                ("text_version", models.CharField(max_length=20)),
                ("text_shown", portal.common.crypto.EncryptedTextField()),
                ("feedback", models.BooleanField()),
                ("follow_up", models.BooleanField()),
                ("taken_by_id", models.BigIntegerField(null=True)),
                ("taken_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_by_kind", models.CharField(blank=True, max_length=12)),
                (
                    "offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="offers.offer",
                    ),
                ),
                (
                    "receiver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Referral",
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
                            ("code", "Henvisning med kode"),
                            ("identified", "Henvisning med oplysninger"),
                            ("navigator", "Brobygning"),
                            ("self", "Selvhenvendelse"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Kladde"),
                            ("awaiting_moderation", "Afventer godkendelse"),
                            ("sent", "Sendt"),
                            ("accepted", "Modtaget"),
                            ("waitlisted", "Venteliste"),
                            ("in_progress", "I gang"),
                            ("completed", "Afsluttet"),
                            ("not_completed", "Ikke gennemført"),
                            ("declined", "Afvist"),
                            ("withdrawn", "Trukket tilbage"),
                            ("expired", "Udløbet"),
                            ("entered_in_error", "Fejloprettet"),
                        ],
                        default="draft",
                        max_length=20,
                    ),
                ),
                ("status_changed_at", models.DateTimeField(default=portal.common.clock.now)),
                ("reference", models.CharField(max_length=12, unique=True, verbose_name="nummer")),
                ("code_hash", models.BinaryField(null=True, unique=True)),
                (
                    "needs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
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
                    "age_band",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("0-14", "0-14 år"),
                            ("15-29", "15-29 år"),
                            ("30-49", "30-49 år"),
                            ("50-64", "50-64 år"),
                            ("65-79", "65-79 år"),
                            ("80+", "80 år eller mere"),
                        ],
                        max_length=5,
                    ),
                ),
                ("outside_area_reason", models.CharField(blank=True, max_length=20)),
                ("created_at", models.DateTimeField(default=portal.common.clock.now)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("redeemed_at", models.DateTimeField(blank=True, null=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=24)),
                ("waitlist_expected_on", models.DateField(blank=True, null=True)),
                ("waitlist_review_on", models.DateField(blank=True, null=True)),
                (
                    "undo_state",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("draft", "Kladde"),
                            ("awaiting_moderation", "Afventer godkendelse"),
                            ("sent", "Sendt"),
                            ("accepted", "Modtaget"),
                            ("waitlisted", "Venteliste"),
                            ("in_progress", "I gang"),
                            ("completed", "Afsluttet"),
                            ("not_completed", "Ikke gennemført"),
                            ("declined", "Afvist"),
                            ("withdrawn", "Trukket tilbage"),
                            ("expired", "Udløbet"),
                            ("entered_in_error", "Fejloprettet"),
                        ],
                        max_length=20,
                    ),
                ),
                ("undo_until", models.DateTimeField(blank=True, null=True)),
                ("patient_open", models.BooleanField(default=False)),
                ("last_event_at", models.DateTimeField(default=portal.common.clock.now)),
                ("updated_at", models.DateTimeField(default=portal.common.clock.now)),
                (
                    "consent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals",
                        to="referrals.consent",
                    ),
                ),
                (
                    "handler",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="organisations.namedhandler",
                    ),
                ),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals",
                        to="geography.municipality",
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals",
                        to="offers.offer",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="referrals.referral",
                    ),
                ),
                (
                    "receiver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="received_referrals",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="referrals.referral",
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sent_referrals",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "sender_municipality",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="geography.municipality",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "henvisning",
                "verbose_name_plural": "henvisninger",
            },
        ),
        migrations.CreateModel(
            name="PatientLink",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("token_hash", models.BinaryField(unique=True)),
                ("created_at", models.DateTimeField(default=portal.common.clock.now)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="patient_links",
                        to="referrals.referral",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Outcome",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("still_takes_part", "Deltager stadig"),
                            ("completed", "Forløbet er afsluttet"),
                            ("partly", "Delvist gennemført"),
                            ("bridged_onward", "Fulgt videre til noget andet"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "still_takes_part",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("yes", "Ja"),
                            ("partly", "Delvist"),
                            ("no", "Nej"),
                            ("unknown", "Ved ikke"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "has_helped",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("yes", "Ja"),
                            ("partly", "Delvist"),
                            ("no", "Nej"),
                            ("unknown", "Ved ikke"),
                        ],
                        max_length=8,
                    ),
                ),
                ("reported_at", models.DateTimeField()),
                (
                    "receiver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "referral",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outcome",
                        to="referrals.referral",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CodeSms",
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
                ("phone", portal.common.crypto.EncryptedTextField()),
                ("code", portal.common.crypto.EncryptedTextField()),
                ("link", portal.common.crypto.EncryptedTextField()),
                ("created_at", models.DateTimeField(default=portal.common.clock.now)),
                (
                    "sender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ReferralPatient",
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
                ("name", portal.common.crypto.EncryptedTextField()),
                ("phone", portal.common.crypto.EncryptedTextField(blank=True)),
                ("email", portal.common.crypto.EncryptedTextField(blank=True)),
                ("call_times", portal.common.crypto.EncryptedTextField(blank=True)),
                ("message", portal.common.crypto.EncryptedTextField(blank=True)),
                ("phone_index", models.BinaryField(null=True)),
                ("email_index", models.BinaryField(null=True)),
                ("created_at", models.DateTimeField(default=portal.common.clock.now)),
                ("erased_at", models.DateTimeField(blank=True, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["phone_index"], name="patient_by_phone"),
                    models.Index(fields=["email_index"], name="patient_by_email"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("id", "owner"), name="patient_with_owner")
                ],
            },
        ),
        migrations.AddField(
            model_name="referral",
            name="patient",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="referrals",
                to="referrals.referralpatient",
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="consents",
                to="referrals.referralpatient",
            ),
        ),
        migrations.CreateModel(
            name="ReplyLink",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("token_hash", models.BinaryField(unique=True)),
                ("created_at", models.DateTimeField(default=portal.common.clock.now)),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("phone_code_hash", models.BinaryField(null=True)),
                ("phone_code_expires_at", models.DateTimeField(blank=True, null=True)),
                ("phone_code_tries", models.PositiveSmallIntegerField(default=0)),
                ("phone_code_sends", models.PositiveSmallIntegerField(default=0)),
                (
                    "handler",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organisations.namedhandler",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reply_links",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("phone_code_expires_at__isnull", True),
                                ("phone_code_hash__isnull", True),
                            ),
                            models.Q(
                                ("phone_code_expires_at__isnull", False),
                                ("phone_code_hash__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="reply_link_phone_code_both",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SignpostCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "needs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                ("day", models.DateField()),
                ("count", models.PositiveIntegerField(default=0)),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="geography.municipality",
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
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
                        fields=("offer", "organisation", "municipality", "needs", "day"),
                        name="signpost_count_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
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
                ("written_by_id", models.BigIntegerField(null=True)),
                ("from_receiver", models.BooleanField()),
                ("body", portal.common.crypto.EncryptedTextField()),
                ("at", models.DateTimeField(default=portal.common.clock.now)),
                (
                    "receiver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["referral", "id"], name="message_of_referral")],
            },
        ),
        migrations.CreateModel(
            name="Concern",
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
                ("text", portal.common.crypto.EncryptedTextField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("new", "Ny"),
                            ("in_hand", "Bliver behandlet"),
                            ("closed", "Afsluttet"),
                        ],
                        default="new",
                        max_length=8,
                    ),
                ),
                ("reported_at", models.DateTimeField(default=portal.common.clock.now)),
                ("taken_at", models.DateTimeField(blank=True, null=True)),
                ("taken_by_id", models.BigIntegerField(null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("closed_by_id", models.BigIntegerField(null=True)),
                ("conclusion", portal.common.crypto.EncryptedTextField(blank=True)),
                (
                    "municipality",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="geography.municipality",
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
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="concerns",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "closed"), _negated=True),
                            models.Q(("closed_at__isnull", False), ("closed_by_id__isnull", False)),
                            _connector="OR",
                        ),
                        name="concern_closed_who_and_when",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReferralDraft",
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
                ("data", portal.common.crypto.EncryptedJSONField()),
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
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("author", "organisation", "offer", "parent"),
                        name="draft_once_per_offer",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReferralEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("verb", models.CharField(max_length=24)),
                (
                    "old",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("draft", "Kladde"),
                            ("awaiting_moderation", "Afventer godkendelse"),
                            ("sent", "Sendt"),
                            ("accepted", "Modtaget"),
                            ("waitlisted", "Venteliste"),
                            ("in_progress", "I gang"),
                            ("completed", "Afsluttet"),
                            ("not_completed", "Ikke gennemført"),
                            ("declined", "Afvist"),
                            ("withdrawn", "Trukket tilbage"),
                            ("expired", "Udløbet"),
                            ("entered_in_error", "Fejloprettet"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "new",
                    models.CharField(
                        choices=[
                            ("draft", "Kladde"),
                            ("awaiting_moderation", "Afventer godkendelse"),
                            ("sent", "Sendt"),
                            ("accepted", "Modtaget"),
                            ("waitlisted", "Venteliste"),
                            ("in_progress", "I gang"),
                            ("completed", "Afsluttet"),
                            ("not_completed", "Ikke gennemført"),
                            ("declined", "Afvist"),
                            ("withdrawn", "Trukket tilbage"),
                            ("expired", "Udløbet"),
                            ("entered_in_error", "Fejloprettet"),
                        ],
                        max_length=20,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=24)),
                ("actor_kind", models.CharField(max_length=12)),
                ("actor_user_id", models.BigIntegerField(null=True)),
                ("actor_organisation_id", models.BigIntegerField(null=True)),
                ("actor_role", models.CharField(blank=True, max_length=80)),
                ("actor_link_id", models.BigIntegerField(null=True)),
                (
                    "receiver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="referrals.referral",
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["referral", "id"], name="event_of_referral")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("actor_kind", "user"),
                                ("actor_link_id__isnull", True),
                                ("actor_organisation_id__isnull", False),
                                ("actor_user_id__isnull", False),
                            ),
                            models.Q(
                                ("actor_kind__in", ["reply_link", "patient_link"]),
                                ("actor_link_id__isnull", False),
                                ("actor_user_id__isnull", True),
                            ),
                            models.Q(
                                ("actor_kind__in", ["system", "anonymous"]),
                                ("actor_link_id__isnull", True),
                                ("actor_user_id__isnull", True),
                            ),
                            models.Q(("actor_kind", "api_client"), ("actor_user_id__isnull", True)),
                            _connector="OR",
                        ),
                        name="referral_event_actor_fits",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(fields=["receiver", "-id"], name="referral_received"),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(fields=["sender", "-id"], name="referral_sent"),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                fields=["receiver", "id"], include=("sender",), name="referral_wall"
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(fields=["municipality", "status"], name="referral_area"),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(
                    (
                        "status__in",
                        ["awaiting_moderation", "sent", "accepted", "waitlisted", "in_progress"],
                    )
                ),
                fields=["status", "last_event_at"],
                name="referral_open",
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(fields=["offer", "sent_at"], name="referral_of_offer"),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("patient__isnull", False)),
                fields=["patient"],
                name="referral_patient",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "draft",
                            "awaiting_moderation",
                            "sent",
                            "accepted",
                            "waitlisted",
                            "in_progress",
                            "completed",
                            "not_completed",
                            "declined",
                            "withdrawn",
                            "expired",
                            "entered_in_error",
                        ],
                    )
                ),
                name="referral_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["code", "identified", "navigator", "self"])),
                name="referral_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind", "code"),
                    ("status", "draft"),
                    ("consent__isnull", False),
                    _connector="OR",
                ),
                name="referral_has_consent",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "code"), _negated=True),
                    models.Q(("consent__isnull", True), ("patient__isnull", True)),
                    _connector="OR",
                ),
                name="referral_code_carries_no_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind", "code"),
                    models.Q(("code_hash__isnull", True), ("redeemed_at__isnull", True)),
                    _connector="OR",
                ),
                name="referral_code_only_on_code",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "self"), _negated=True),
                    models.Q(("sender", models.F("receiver")), ("sent_by__isnull", True)),
                    _connector="OR",
                ),
                name="referral_self_has_no_clinician",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        ["draft", "awaiting_moderation", "withdrawn", "entered_in_error"],
                    ),
                    ("sent_at__isnull", False),
                    _connector="OR",
                ),
                name="referral_sent_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "code"), _negated=True),
                    models.Q(
                        (
                            "status__in",
                            ["accepted", "waitlisted", "in_progress", "completed", "not_completed"],
                        ),
                        _negated=True,
                    ),
                    ("redeemed_at__isnull", False),
                    _connector="OR",
                ),
                name="referral_accepted_code_is_redeemed",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("status__in", ["declined", "not_completed", "expired"]), _negated=True
                    ),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="referral_reason_where_needed",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "waitlisted"), _negated=True),
                    ("waitlist_review_on__isnull", False),
                    _connector="OR",
                ),
                name="referral_waitlist_has_review",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("undo_state", ""), ("undo_until__isnull", True)),
                    models.Q(
                        models.Q(("undo_state", ""), _negated=True), ("undo_until__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="referral_undo_both",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("age_band", ""),
                    ("age_band__in", ["0-14", "15-29", "30-49", "50-64", "65-79", "80+"]),
                    _connector="OR",
                ),
                name="referral_age_band_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.UniqueConstraint(
                fields=("id", "offer", "receiver"), name="consent_names_offer_and_receiver"
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("taken_at"))),
                name="consent_expires_after_taking",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("withdrawn_at__isnull", True), ("withdrawn_by_kind", "")),
                    models.Q(
                        ("withdrawn_at__isnull", False),
                        models.Q(("withdrawn_by_kind", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="consent_withdrawn_who_and_when",
            ),
        ),
    ])
