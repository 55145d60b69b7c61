from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "organisations"

    def ready(self) -> None:
        from organisations.notifications import queue_for_account
        from portal.accounts import outgoing

        # Accounts lie below the outbox; their mail is handed down to them.
        outgoing.provide(queue_for_account)
