from django.apps import AppConfig


class PartnershipsConfig(AppConfig):
    name = "partnerships"

    def ready(self) -> None:
        # Each noun's mails stand by themselves; importing them registers their builders.
        from organisations import public_page
        from partnerships import entrance_mails, forum_mails  # noqa: F401
        from partnerships.organisation_page import section_of_organisation

        public_page.provide(section_of_organisation)
