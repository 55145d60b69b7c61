"""The newest agreements of the public register as an Atom feed."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext_lazy as _

from partnerships import public_register
from partnerships.models import Agreement
from partnerships.models.agreement import AgreementQuerySet
from portal.notifications.rendering import absolute

if TYPE_CHECKING:
    _Feed = Feed[Agreement, None]
else:
    # Django's feed cannot be subscripted when running.
    _Feed = Feed

_MOST = 50


class NewestAgreements(_Feed):
    feed_type = Atom1Feed
    title = _("Nye samarbejdsaftaler")
    subtitle = _("Aftaler mellem det offentlige og foreninger, som alle parter har valgt at vise.")

    def link(self) -> str:
        return absolute(reverse("partnerships:public-list"))

    def feed_url(self) -> str:
        return absolute(reverse("partnerships:public-feed"))

    def items(self) -> AgreementQuerySet:
        return public_register.newest(_MOST)

    def item_title(self, item: Agreement) -> str:
        return item.title

    def item_description(self, item: Agreement) -> str:
        return item.public_summary or item.purpose

    def item_link(self, item: Agreement) -> str:
        return absolute(reverse("partnerships:public-detail", args=[item.pk]))

    def item_updateddate(self, item: Agreement) -> datetime:
        since: datetime = item.shown_since  # type: ignore[attr-defined]
        return since
