"""Views that do what no view may do, for the tests of the scope."""

from collections.abc import Iterator

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.urls import path

from organisations.models import Organisation
from portal import urls as portal_urls
from portal.access.decorators import public, requires, signed_in
from portal.access.permissions import Permission
from portal.audit import trail
from portal.common.errors import NotAllowed, NotFound
from referrals.models import Referral, ReferralPatient


@signed_in
def everything(request: HttpRequest) -> HttpResponse:
    """Unfiltered on purpose: only the second wall stands here."""
    rows = Referral.objects.order_by("pk").values_list("pk", flat=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (role,) = cursor.fetchone()
    return JsonResponse({"role": role, "rows": [str(pk) for pk in rows]})


@public
def role(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, current_setting('app.organisation', true), "
            "current_setting('app.user', true), current_setting('app.referral', true)"
        )
        found = cursor.fetchone()
    return JsonResponse({"role": found[0], "left": [value for value in found[1:] if value]})


def _write(note: str = "ændret") -> None:
    Organisation.objects.filter(slug="hjertet-aarhus").update(description=note)


@signed_in
def writes(request: HttpRequest) -> HttpResponse:
    _write()
    return HttpResponse("ok")


@signed_in
def writes_and_answers(request: HttpRequest, status: int) -> HttpResponse:
    receiver = Organisation.objects.get(slug="hjertet-aarhus")
    trail.record_read(request.actor, "test.view", [receiver])  # type: ignore[attr-defined]
    _write()
    return HttpResponse(status=status)


@signed_in
def writes_and_breaks(request: HttpRequest) -> HttpResponse:
    _write()
    raise RuntimeError("on purpose")


@signed_in
def writes_and_is_refused(request: HttpRequest) -> HttpResponse:
    _write()
    raise NotAllowed()


@signed_in
def is_not_found(request: HttpRequest, pk: str) -> HttpResponse:
    raise NotFound()


@signed_in
def reads_without_a_word(request: HttpRequest) -> HttpResponse:
    row = ReferralPatient.objects.first()
    return HttpResponse(row.name if row else "")


@signed_in
def reads_while_rendering(request: HttpRequest) -> HttpResponse:
    """The rows are read when the template is rendered, after the view has returned."""
    template = engines["django"].from_string("{% for p in patients %}{{ p.name }}{% endfor %}")
    return TemplateResponse(request, template, {"patients": ReferralPatient.objects.all()})


@requires(Permission.REFERRAL_RECEIVE)
def reads_and_says_so(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    row = ReferralPatient.objects.visible_to(actor).order_by("pk").first()
    assert row is not None
    trail.record_read(actor, "patient.view", [row])
    return HttpResponse(row.name)


@signed_in
def streams(request: HttpRequest) -> StreamingHttpResponse:
    def lines() -> Iterator[str]:
        yield "sent before anything is logged"

    return StreamingHttpResponse(lines())


urlpatterns = [
    path("t/alt/", everything),
    path("t/rolle/", role),
    path("t/skriv/", writes),
    path("t/skriv/<int:status>/", writes_and_answers),
    path("t/gaa-i-stykker/", writes_and_breaks),
    path("t/naegtet/", writes_and_is_refused),
    path("t/findes-ikke/<uuid:pk>/", is_not_found, name="not_there"),
    path("t/tavs/", reads_without_a_word),
    path("t/tegn/", reads_while_rendering),
    path("t/laes/", reads_and_says_so),
    path("t/stroem/", streams),
    *portal_urls.urlpatterns,
]
