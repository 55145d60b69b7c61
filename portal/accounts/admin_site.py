"""Django admin, for the operator alone, through our own sign-in with a second factor (AUT-1)."""

from collections.abc import Iterable
from typing import Any, Final

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.db.models.base import ModelBase
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

# All that the admin shows. A library or an app that registers more is not heard: no patient's row
# can come in by accident (ACC-10).
SHOWN: Final = frozenset(
    {
        "accounts.user",
        "organisations.organisation",
        "organisations.membership",
        "geography.municipality",
        "geography.region",
        "geography.healthcouncil",
        "notifications.outgoingmessage",
    }
)


class OperatorAdminSite(AdminSite):
    site_header = _("Samspil, drift")
    site_title = _("Samspil, drift")
    index_title = _("Drift")
    site_url = "/"

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: "type[ModelAdmin[Any]] | None" = None,
        **options: Any,
    ) -> None:
        models = (
            [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else model_or_iterable
        )
        shown = [model for model in models if model._meta.label_lower in SHOWN]
        super().register(shown, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        actor = getattr(request, "actor", None)
        return bool(
            request.user.is_active
            and request.user.is_staff
            and actor is not None
            and actor.is_strong
            and "operator" in actor.roles
        )

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """No second way in: sign-in is ours, and who is signed in as somebody else is refused."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        if request.user.is_authenticated:
            return HttpResponseRedirect(reverse("admin:index", current_app=self.name))
        return redirect_to_login(reverse("admin:index", current_app=self.name))

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return HttpResponseRedirect(reverse("account_logout"))
