from django.urls import path

from organisations.views import facts, members, public, terms

app_name = "organisations"
urlpatterns = [
    path("start/", members.start, name="start"),
    path("organisation/skift/", members.switch, name="switch"),
    # people
    path("organisation/medlemmer/", members.list_members, name="members"),
    path("organisation/medlemmer/inviter/", members.invite, name="invite"),
    path("organisation/medlemmer/<int:pk>/", members.member, name="member"),
    path("organisation/medlemmer/<int:pk>/afslut/", members.end, name="end_member"),
    path(
        "organisation/medlemmer/<int:pk>/bekraeft-identitet/",
        members.confirm_identity,
        name="confirm_identity",
    ),
    path(
        "organisation/medlemmer/<int:pk>/nulstil-to-faktor/",
        members.reset_second_factor,
        name="reset_second_factor",
    ),
    path(
        "organisation/invitationer/<int:pk>/send-igen/",
        members.renew_invitation,
        name="renew_invitation",
    ),
    path(
        "organisation/invitationer/<int:pk>/traek-tilbage/",
        members.withdraw_invitation,
        name="withdraw_invitation",
    ),
    path("invitation/<str:token>/", members.invitation, name="invitation"),
    # facts
    path("organisation/oplysninger/", facts.edit, name="edit"),
    path("organisation/kontakter/", facts.contacts, name="contacts"),
    path("organisation/lukkedage/", facts.closing, name="closing"),
    path("organisation/lukkedage/<int:pk>/slet/", facts.cancel_closing, name="cancel_closing"),
    # terms
    path("organisation/vilkaar/", terms.terms, name="terms"),
    path("organisation/vilkaar/godkend/", terms.accept, name="accept_terms"),
    path("organisation/modtagere/ny/", terms.name_handler, name="name_handler"),
    path("organisation/modtagere/<int:pk>/afslut/", terms.end_handler, name="end_handler"),
    # the register
    path("organisationer/til-godkendelse/", public.unverified, name="unverified"),
    path("organisationer/<slug:slug>/", public.detail, name="detail"),
    path("organisationer/<slug:slug>/godkend/", public.verify, name="verify"),
]
