from django.apps import AppConfig


class OffersConfig(AppConfig):
    name = "offers"

    def ready(self) -> None:
        from offers.organisation_page import section_of_organisation
        from organisations import public_page

        # The organisation's page lies below; what it offers is handed down to it.
        public_page.provide(section_of_organisation)
