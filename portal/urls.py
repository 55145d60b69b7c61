"""All addresses. Each app names its own; the portal's own pages come first."""

from django.apps import apps
from django.contrib import admin
from django.urls import include, path

from portal import health

urlpatterns = [
    path("", include("portal.pages_urls")),
    path("konto/", include("portal.accounts.urls")),
    path("", include("organisations.urls")),
    path("", include("offers.urls")),
    path("", include("referrals.urls")),
    path("", include("partnerships.urls")),
    path("sammenlaegning/", include("portal.succession.urls")),
    path("drift/levende", health.alive, name="alive"),
    path("drift/klar", health.ready, name="ready"),
    path("drift/status", health.status, name="status"),
    path("drift/admin/", admin.site.urls),
]

if apps.is_installed("portal.demo"):  # its settings only
    urlpatterns.append(path("demo/", include("portal.demo.urls")))

handler400 = "portal.views.bad_request"
handler403 = "portal.views.permission_denied"
handler404 = "portal.views.page_not_found"
handler500 = "portal.views.server_error"
