from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class NotificationsConfig(AppConfig):
    name = "portal.notifications"
    label = "notifications"

    def ready(self) -> None:
        from portal.notifications import checks  # noqa: F401  (registers them)

        # Upper apps register how their messages are made; we may not import them by name.
        autodiscover_modules("notifications", "mails")
