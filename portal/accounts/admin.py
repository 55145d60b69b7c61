from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from portal.accounts.models import User

if TYPE_CHECKING:
    _UserAdmin = admin.ModelAdmin[User]
else:
    _UserAdmin = admin.ModelAdmin


@admin.register(User)
class UserAdmin(_UserAdmin):
    """To look, not to change: what is done to a person goes through the services."""

    list_display = ("name", "email", "is_active", "identity_checked_at", "last_login")
    search_fields = ("name", "email")
    list_filter = ("is_active",)
    fields = (
        "name",
        "email",
        "title",
        "is_active",
        "identity_checked_at",
        "last_login",
        "date_joined",
    )

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
