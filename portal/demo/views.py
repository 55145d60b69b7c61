from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from organisations.current import SESSION_ORGANISATION
from portal.access.decorators import public
from portal.accounts import sessions
from portal.common.errors import NotFound
from portal.demo import personas


@public
@require_POST
def become(request: HttpRequest, slug: str) -> HttpResponse:
    """Sign in as one of the demo's people, at level strong, without a password. Whoever was signed
    in before is signed out first."""
    membership = personas.membership_of(slug)
    if membership is None:
        raise NotFound()
    request.session.flush()
    sessions.open_session(request, membership.user, sessions.STRONG)
    request.session[SESSION_ORGANISATION] = membership.organisation_id
    return redirect("organisations:start")
