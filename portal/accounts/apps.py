from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class AccountsConfig(AppConfig):
    name = "portal.accounts"
    label = "accounts"
    default = True

    def ready(self) -> None:
        from portal.accounts import checks  # noqa: F401 - registers the system checks


class OperatorAdminConfig(admin_apps.AdminConfig):
    """Django's admin with the operator's door in front of it."""

    default = False
    default_site = "portal.accounts.admin_site.OperatorAdminSite"
