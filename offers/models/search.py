from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from offers.models.offer import Offer


class SearchRow(models.Model):
    """What search reads of one offer: words with weights, covered municipalities, facet codes.

    Written by `offers.search.indexing`; facets are copied here so that a search page reads one
    table.
    """

    offer = models.OneToOneField(
        Offer, on_delete=models.CASCADE, primary_key=True, related_name="search_row"
    )
    words = SearchVectorField()
    # Municipality codes the offer covers; the marker `*` stands for the whole country.
    covers = ArrayField(models.CharField(max_length=4), default=list)
    category = models.CharField(max_length=40)
    mode = models.CharField(max_length=20)
    target_groups = ArrayField(models.CharField(max_length=40), default=list)
    participation = ArrayField(models.CharField(max_length=20), default=list)
    languages = ArrayField(models.CharField(max_length=5), default=list)
    accessibility = ArrayField(models.CharField(max_length=20), default=list)
    gender = models.CharField(max_length=5)
    age_min = models.PositiveSmallIntegerField(null=True)
    age_max = models.PositiveSmallIntegerField(null=True)
    free = models.BooleanField(default=False)
    capacity = models.CharField(max_length=12)
    # From this moment not confirmed; from that moment hidden. Null: never verified.
    unconfirmed_from = models.DateTimeField(null=True)
    hidden_from = models.DateTimeField(null=True)
    answer_days = models.PositiveSmallIntegerField(null=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)

    class Meta:
        indexes = [
            GinIndex(fields=["covers", "words"], name="search_covers_words"),
            GinIndex(fields=["words"], name="search_words"),
        ]

    def __str__(self) -> str:
        return str(self.offer_id)


class SearchTerm(models.Model):
    """The vocabulary of what the offers say, for spelling and for splitting compounds."""

    term = models.CharField(max_length=80, unique=True)
    folded = models.CharField(max_length=80, db_index=True)
    occurrences = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            GinIndex(fields=["folded"], name="search_term_trigrams", opclasses=["gin_trgm_ops"])
        ]

    def __str__(self) -> str:
        return self.term


class Synonym(models.Model):
    """A group of words that mean the same. `broader` pairs rank lower."""

    group = models.CharField(max_length=20, unique=True)
    preferred = models.CharField(max_length=80)
    terms = ArrayField(models.CharField(max_length=80))

    def __str__(self) -> str:
        return self.preferred


class SearchLog(models.Model):
    """How often a need was sought, and how often in vain: counts a day and area, never a person.

    Only searches that our own vocabulary knows are kept as words, so nobody's name lands here.
    """

    day = models.DateField()
    municipality_code = models.CharField(max_length=4, blank=True)
    query = models.CharField(max_length=80, blank=True)
    searches = models.PositiveIntegerField(default=0)
    without_result = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "municipality_code", "query"], name="search_log_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.query}"
