"""Addresses of offers. Danish words; what changes something is a POST to a verb below the offer."""

from django.urls import path

from offers.views import search

app_name = "offers"

urlpatterns = [
    path("tilbud/", search.offer_list, name="list"),
]
