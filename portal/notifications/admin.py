"""The operator sees what waits and what was set aside, and may let it try again (REL-10)."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.common.errors import DomainError
from portal.notifications.models import OutgoingMessage
from portal.notifications.services import retry_message

if TYPE_CHECKING:
    MessageAdminBase = admin.ModelAdmin[OutgoingMessage]
else:
    MessageAdminBase = admin.ModelAdmin


@admin.register(OutgoingMessage)
class OutgoingMessageAdmin(MessageAdminBase):
    list_display = ("key", "channel", "status", "due_at", "attempts", "last_error", "sent_at")
    list_filter = ("status", "channel", "template")
    search_fields = ("key", "request_id")
    ordering = ("-id",)
    actions = ("retry",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description=_("Prøv igen"), permissions=["view"])
    def retry(self, request: HttpRequest, queryset: "QuerySet[OutgoingMessage]") -> None:
        tried = 0
        for message_id in queryset.failed().values_list("pk", flat=True):  # type: ignore[attr-defined]
            try:
                retry_message(message_id=message_id, actor=request.actor)  # type: ignore[attr-defined]
            except DomainError as error:
                messages.error(request, error.message)
                return
            tried += 1
        text = ngettext("%(n)s besked prøves igen.", "%(n)s beskeder prøves igen.", tried)
        messages.success(request, text % {"n": tried})
