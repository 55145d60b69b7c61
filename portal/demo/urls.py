"""Addresses that only the demo has; production does not install the app."""

from django.urls import path

from portal.demo import messages

app_name = "demo"
urlpatterns = [
    path("beskeder/", messages.messages, name="messages"),
]
