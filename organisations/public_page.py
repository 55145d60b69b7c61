"""A seam: apps above add their part to an organisation's public page.

    class OffersConfig(AppConfig):
        def ready(self):
            public_page.provide(offers_of)

    def offers_of(request, organisation):
        return Section("offers/partials/_of_organisation.html", {"offers": …})

The template is included with that context and nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from organisations.models import Organisation


@dataclass(frozen=True, slots=True)
class Section:
    template: str
    context: dict[str, Any] = field(default_factory=dict)


Provider = Callable[[HttpRequest, Organisation], Section | None]

_providers: list[Provider] = []


def provide(provider: Provider) -> None:
    if provider not in _providers:
        _providers.append(provider)


def sections(request: HttpRequest, organisation: Organisation) -> list[Section]:
    found = (provider(request, organisation) for provider in _providers)
    return [section for section in found if section is not None]
