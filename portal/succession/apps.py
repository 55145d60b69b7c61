from django.apps import AppConfig


class SuccessionConfig(AppConfig):
    name = "portal.succession"
    label = "succession"
