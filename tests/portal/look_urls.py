"""The portal's own pages, and stand-ins for the addresses that other apps give."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template import engines
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


@public
def waiting(request: HttpRequest) -> HttpResponse:
    """A page with long work on it, as a report has."""
    page = engines["django"].from_string(
        '{% extends "layouts/public.html" %}{% block content %}<h1>Rapport</h1>'
        '{% include "components/progress.html" with label="Side 1 af 2" value=1 top=2 '
        'url="/klar/" only %}{% endblock %}'
    )
    return HttpResponse(page.render({}, request))


@public
def ready(request: HttpRequest) -> HttpResponse:
    return HttpResponse('<p id="klar">Rapporten er klar</p>')


@public
def drafting(request: HttpRequest) -> HttpResponse:
    """A form that saves itself, sends with a shortcut, and shows a part only when it is chosen."""
    if request.method == "POST":
        return HttpResponse("sendt")
    page = engines["django"].from_string(
        '{% extends "layouts/public.html" %}{% block content %}<h1>Kladde</h1><form method="post" '
        'data-autosave="/gem/" data-autosave-failed="Vi kunne ikke gemme." data-submit-shortcut>'
        '{% csrf_token %}<label for="n">Note</label><textarea id="n" name="n"></textarea>'
        '<label><input type="radio" name="form" value="skriftlig">Skriftligt</label>'
        '<label><input type="radio" name="form" value="mundtlig">Mundtligt</label>'
        '<p id="grund" data-when="form=mundtlig">Skriv hvorfor</p>'
        '{% include "components/form_actions.html" with label="Send" saved=" " only %}'
        "</form>{% endblock %}"
    )
    return HttpResponse(page.render({}, request))


@public
def save(request: HttpRequest) -> HttpResponse:
    failed = "fejl" in request.POST["n"]
    return HttpResponse("" if failed else "Kladden er gemt", status=500 if failed else 200)


urlpatterns = [
    path("", include("portal.pages_urls")),
    path("tilbud/", include(([path("", stand_in, name="list")], "offers"))),
    path(
        "samarbejder/",
        include(
            (
                [
                    path("", stand_in, name="public-list"),
                    path("indgang/", stand_in, name="entrance-list"),
                ],
                "partnerships",
            )
        ),
    ),
    path("konto/", stand_in, name="account_login"),
    path("konto/ud/", stand_in, name="account_logout"),
    path("konto/mig/", stand_in, name="account"),
    path("fejl/", breaks),
    path("nej/", refuses),
    path("venter/", waiting),
    path("klar/", ready),
    path("kladde/", drafting),
    path("gem/", save),
]
handler400 = "portal.views.bad_request"
handler403 = "portal.views.permission_denied"
handler404 = "portal.views.page_not_found"
handler500 = "portal.views.server_error"
