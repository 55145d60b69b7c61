from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from portal import health

urlpatterns = [
    path("drift/admin/", admin.site.urls),
    path("drift/levende", health.alive, name="alive"),
    path("drift/klar", health.ready, name="ready"),
    path("drift/status", health.status, name="status"),
]

if settings.DEMO:
    urlpatterns.append(path("demo/", include("portal.demo.urls")))
