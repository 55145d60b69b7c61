"""The portal's own pages: front page, help, legal pages, and the choices of language and theme."""

from django.urls import path
from django.views.i18n import set_language

from portal import views
from portal.access.decorators import public

urlpatterns = [
    path("", views.home, name="home"),
    path("hjaelp/", views.help_page, name="help"),
    path("tilgaengelighed/", views.accessibility, name="accessibility"),
    path("was/", views.accessibility_short, name="accessibility_short"),
    path("persondata/", views.privacy, name="privacy"),
    path("akut-hjaelp/", views.acute_help, name="acute_help"),
    path("komponenter/", views.components, name="components"),
    path("tema/", views.theme, name="theme"),
    path("sprog/", public(set_language), name="set_language"),
]
