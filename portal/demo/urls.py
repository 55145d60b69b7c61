"""Addresses that only the demo has; production does not install the app."""

from django.urls import path

from portal.demo import messages, views

app_name = "demo"
urlpatterns = [
    path("skift/<slug:slug>/", views.become, name="become"),
    path("beskeder/", messages.messages, name="messages"),
]
