"""Addresses of offers. Danish words; what changes something is a POST to a verb below the offer."""

from django.urls import path

from offers.views import detail, mine, review, search

app_name = "offers"

OWN = "vores-tilbud/<slug:slug>/"

urlpatterns = [
    path("tilbud/", search.offer_list, name="list"),
    # what waits for the coordinator; before the slugs
    path("tilbud/gennemsyn/", review.review, name="review"),
    path("tilbud/gennemsyn/<slug:slug>/godkend/", review.approve, name="approve"),
    path("tilbud/gennemsyn/<slug:slug>/send-tilbage/", review.send_back, name="send-back"),
    path("tilbud/gennemsyn/<slug:slug>/vis/", review.approve_edit, name="approve-edit"),
    path("tilbud/gennemsyn/<slug:slug>/afvis/", review.refuse_edit, name="refuse-edit"),
    # one offer
    path("tilbud/liste.pdf", detail.leaflet_list, name="leaflet-list"),
    path("tilbud/<slug:slug>/", detail.detail, name="detail"),
    path("tilbud/<slug:slug>/folder.pdf", detail.leaflet, name="leaflet"),
    path("tilbud/<slug:slug>/kalender.ics", detail.calendar_file, name="calendar"),
    path("tilbud/<slug:slug>/gem/", detail.star, name="star"),
    # the association's own
    path("vores-tilbud/", mine.mine, name="mine"),
    path("vores-tilbud/ny/", mine.create, name="create"),
    path("vores-tilbud/ny/kladde/", mine.save_draft, name="save-new-draft"),
    path("vores-tilbud/ny/slet-kladde/", mine.discard_draft, name="discard-new-draft"),
    path(f"{OWN}rediger/", mine.edit, name="edit"),
    path(f"{OWN}kladde/", mine.save_draft, name="save-draft"),
    path(f"{OWN}slet-kladde/", mine.discard_draft, name="discard-draft"),
    path(f"{OWN}udkast/", mine.preview, name="preview"),
    path(f"{OWN}bekraeft/", mine.confirm, name="confirm"),
    path(f"{OWN}plads/", mine.set_capacity, name="set-capacity"),
    path(f"{OWN}vis/", mine.publish, name="publish"),
    path(f"{OWN}pause/", mine.pause, name="pause"),
    path(f"{OWN}genoptag/", mine.resume, name="resume"),
    path(f"{OWN}laeg-vaek/", mine.archive, name="archive"),
    path(f"{OWN}tag-frem/", mine.reopen, name="reopen"),
    # from a mail, without an account
    path("bekraeft/<str:token>/", mine.confirm_by_link, name="confirm-by-link"),
]
