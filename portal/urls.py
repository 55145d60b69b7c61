from django.apps import apps
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("portal.pages_urls")),
    path("konto/", include("portal.accounts.urls")),
    path("", include("organisations.urls")),
    path("", include("offers.urls")),
    path("drift/admin/", admin.site.urls),
]

if apps.is_installed("portal.demo"):  # its settings only
    urlpatterns.append(path("demo/", include("portal.demo.urls")))
