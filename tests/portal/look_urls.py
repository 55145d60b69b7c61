"""The portal's own pages, and stand-ins for the addresses that other apps give."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from portal.access.decorators import public


@public
def stand_in(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


@public
def breaks(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("SELECT secret FROM patients")


@public
def refuses(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("internal words")


urlpatterns = [
    path("", include("portal.pages_urls")),
    path("tilbud/", include(([path("", stand_in, name="list")], "offers"))),
    path("konto/", stand_in, name="account_login"),
    path("konto/ud/", stand_in, name="account_logout"),
    path("konto/mig/", stand_in, name="account"),
    path("fejl/", breaks),
    path("nej/", refuses),
]
handler400 = "portal.views.bad_request"
handler403 = "portal.views.permission_denied"
handler404 = "portal.views.page_not_found"
handler500 = "portal.views.server_error"
