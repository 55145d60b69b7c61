from django.apps import AppConfig


class PartnershipsConfig(AppConfig):
    name = "partnerships"

    def ready(self) -> None:
        # Each noun's mails stand by themselves; importing them registers their builders.
        from partnerships import entrance_mails, forum_mails  # noqa: F401
