"""Search: the page where somebody finds an offer. Every state of it has an address."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from offers import shortlist
from offers.addresses import PARENT, parent_in, url_or_nothing
from offers.cards import Viewer, cards
from offers.facets import options_html
from offers.filters import ACCESS, LANGUAGE, NAMES, WHOM, Filters, groups
from offers.search.counting import count_search
from offers.search.crisis import mentions_crisis
from offers.search.finding import NEAREST, Hit, Results, find
from offers.search.folding import clean_query
from offers.search.loosening import loosened, navigator_near
from portal.access.actor import ANONYMOUS, Actor
from portal.access.decorators import public
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.common.pagination import NUMBER, numbered_pager
from portal.common.templatetags.look import number
from portal.geography.places import LONGEST as LONGEST_PLACE
from portal.geography.places import Place, resolve_place

QUERY: Final = "q"
PLACE: Final = "sted"
ORDER: Final = "sortering"
LITERAL: Final = "ordret"
# Nobody reads further; a larger number is a machine or a mistake.
_LAST_PAGE: Final = 1_000
# Long groups are folded until something in them is chosen.
_FOLDED: Final = frozenset({WHOM, LANGUAGE, ACCESS})


@public
@require_safe
def offer_list(request: HttpRequest) -> HttpResponse:
    """Text, place and filters; the whole page, or for htmx the part that changes."""
    search = Search.of(request)
    partial = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    if search.is_to_be_counted:
        count_search(search.results)
    template = "offers/list.html#results" if partial else "offers/list.html"
    response = render(request, template, {**search.context(), "partial": bool(partial)})
    patch_vary_headers(response, ["HX-Request", "Cookie"])
    return response


@dataclass(frozen=True)
class Search:
    """One search as the page shows it: what was asked, what was found, and the ways on."""

    params: QueryDict
    query: str
    place_text: str
    place: Place | None
    filters: Filters
    results: Results
    actor: Actor
    starred: tuple[str, ...]
    parent: str
    has_crisis: bool

    @classmethod
    def of(cls, request: HttpRequest) -> "Search":
        params = request.GET
        query = clean_query(params.get(QUERY, ""))
        place_text = clean_query(params.get(PLACE, ""))[:LONGEST_PLACE]
        place = resolve_place(place_text) if place_text else None
        filters = Filters.from_address(params)
        results = find(
            query,
            place=place,
            filters=filters,
            page=_page_number(params.get(NUMBER, "")),
            order=params.get(ORDER, ""),
            literal=LITERAL in params,
        )
        return cls(
            params=params,
            query=query,
            place_text=place_text,
            place=place,
            filters=filters,
            results=results,
            actor=getattr(request, "actor", ANONYMOUS),
            starred=shortlist.read(request),
            parent=parent_in(params),
            has_crisis=mentions_crisis(query) or mentions_crisis(place_text),
        )

    @property
    def is_to_be_counted(self) -> bool:
        """A new search in words; paging and narrowing are the same search, and a crisis is nobody's
        business."""
        first = self.results.page == 1 and not self.filters and ORDER not in self.params
        return bool(self.query) and first and not self.has_crisis

    # --- addresses ----------------------------------------------------------------------------
    def _address(self, *, without: tuple[str, ...] = ()) -> str:
        return self._url(self._kept_params(without))

    def _address_with(self, name: str, value: str) -> str:
        params = self._kept_params()
        params[name] = value
        return self._url(params)

    def _kept_params(self, without: tuple[str, ...] = ()) -> QueryDict:
        """What the page understood, so that an address holds nothing else and nothing too long."""
        params = QueryDict(mutable=True)
        if self.query:
            params[QUERY] = self.query
        if self.place_text:
            params[PLACE] = self.place_text
        for name, value in self.filters:
            params.appendlist(name, value)
        if self._nearest_first:
            params[ORDER] = NEAREST
        if LITERAL in self.params:
            params[LITERAL] = "1"
        if self.parent:
            params[PARENT] = self.parent
        for name in without:
            params.pop(name, None)
        return params

    @staticmethod
    def _url(params: QueryDict) -> str:
        address = reverse("offers:list")
        return f"{address}?{params.urlencode()}" if params else address

    def _address_without(self, name: str, value: str) -> str:
        params = self._kept_params()
        params.setlist(name, [one for one in params.getlist(name) if one != value])
        return self._url(params)

    @property
    def _nearest_first(self) -> bool:
        return self.params.get(ORDER) == NEAREST and self.results.place is not None

    # --- what the page shows ------------------------------------------------------------------
    def context(self) -> dict[str, Any]:
        results = self.results
        empty = not results.total
        return {
            "search": self,
            "query": self.query,
            "place_text": self.place_text,
            "place_unknown": bool(self.place_text) and self.place is None,
            "results": results,
            "title": self.title,
            "heading": self.heading,
            "crisis": self.has_crisis,
            "hidden": [(n, v) for n, v in self._kept_params((QUERY, PLACE, LITERAL)).lists()],
            "entries": self._entries(),
            "groups": self._groups(),
            "chips": self._chips(),
            "clear_url": self._clear_url,
            "correction": self._correction(),
            "orders": self._orders(),
            "pager": numbered_pager(
                results.page, min(results.pages, _LAST_PAGE), params=self._kept_params()
            ),
            "shortlist": self._shortlist(),
            "loosened": self._loosened() if empty else [],
            "navigator": self._navigator() if empty else None,
        }

    @property
    def place_label(self) -> str:
        return self.results.place.label if self.results.place else ""

    @cached_property
    def title(self) -> str:
        if self.query and self.place_label:
            words = _("%(query)s nær %(place)s")
        elif self.query:
            words = "%(query)s"
        elif self.place_label:
            words = _("Tilbud nær %(place)s")
        else:
            return _("Alle tilbud")
        return words % {"query": self.query, "place": self.place_label}

    @cached_property
    def heading(self) -> str:
        total = self.results.total
        if not total:
            return _("Der er ikke et tilbud, der passer")
        if self.results.is_capped:
            return _("Over %(n)s tilbud") % {"n": number(total - 1)}
        return ngettext("%(n)s tilbud", "%(n)s tilbud", total) % {"n": number(total)}

    @property
    def note(self) -> str:
        """One sentence where the list is not quite what was asked for."""
        results = self.results
        if not results.total or not self.query:
            return ""
        if results.place and not results.covering:
            return _("Ingen af dem dækker %(place)s. De nærmeste står øverst.") % {
                "place": self.place_label
            }
        if not results.exact and results.place:
            return _(
                "Intet tilbud, der dækker %(place)s, passer på det hele. "
                "De øverste passer på noget af det."
            ) % {"place": self.place_label}
        if not results.exact:
            return _("Intet tilbud passer på det hele. De her passer på noget af det.")
        return ""

    @property
    def parent_url(self) -> str:
        """Back to the referral that a navigator searches for."""
        if not self.parent or not allows(self.actor, Permission.REFERRAL_RECEIVE):
            return ""
        return url_or_nothing("referrals:detail", self.parent)

    @property
    def place_from_words(self) -> str:
        return self.place_label if self.results.place_from_words else ""

    @property
    def unknown_words(self) -> str:
        """Words that took no part in the search, as the page names them."""
        unknown = self.results.understood.unknown
        return ", ".join(f"»{word}«" for word in unknown) if self.results.total else ""

    def _entries(self) -> list[dict[str, Any]]:
        """Cards, each with the heading that begins a new part of the list above it."""
        results = self.results
        shown = {hit.offer_id: hit for hit in results.hits}
        drawn = cards(results.hits, self._viewer)
        entries: list[dict[str, Any]] = []
        # What nearly fits needs no heading where nothing fits: the sentence above says so.
        before = "" if results.exact else _part(results.hits[0]) if results.hits else ""
        for one in drawn:
            part = _part(shown[one["id"]])
            divider = self._divider(part) if part != before else ""
            entries.append({"card": one, "divider": divider})
            before = part
        return entries

    def _divider(self, part: str) -> str:
        if part == "far":
            return _("Dækker ikke %(place)s") % {"place": self.place_label}
        return _("Passer på noget af det, du søger")

    @cached_property
    def _viewer(self) -> Viewer:
        here = self._kept_params()
        if self.results.page > 1:
            here[NUMBER] = str(self.results.page)
        return Viewer(self.actor, self.results.place, self.starred, self._url(here), self.parent)

    def _shortlist(self) -> dict[str, Any] | None:
        if not self.starred:
            return None
        return {"count": len(self.starred), "url": reverse("offers:leaflet-list")}

    def _groups(self) -> list[dict[str, Any]]:
        return [
            {
                "name": group.name,
                "label": group.label,
                "folded": group.name in _FOLDED,
                "chosen": len(self.filters.of(group.name)),
                "options": options_html(
                    group, self.results.facets.get(group.name, {}), self.filters.of(group.name)
                ),
            }
            for group in groups()
        ]

    def _chips(self) -> list[dict[str, Any]]:
        labels = {(g.name, value): label for g in groups() for value, label in g.options}
        return [
            {"label": labels[name, value], "url": self._address_without(name, value)}
            for name, value in self.filters
        ]

    @property
    def _clear_url(self) -> str:
        return self._address(without=NAMES)

    def _correction(self) -> dict[str, Any] | None:
        """What was searched for instead of what was typed, and the way back."""
        understood = self.results.understood
        if not understood.corrections:
            return None
        meant = {correction.typed: correction.meant for correction in understood.corrections}
        return {
            "words": [
                {"text": meant.get(word.text, word.text), "changed": word.text in meant}
                for word in understood.words
            ],
            "undo_url": self._address_with(LITERAL, "1"),
        }

    def _orders(self) -> list[dict[str, Any]]:
        if self.results.place is None or self.results.total < 2:
            return []
        near = self._nearest_first
        best = self._address(without=(ORDER,))
        return [
            {"label": _("Bedst"), "icon": "list-bulleted", "url": best, "current": not near},
            {
                "label": _("Nærmest"),
                "icon": "location",
                "url": self._address_with(ORDER, NEAREST),
                "current": near,
            },
        ]

    # --- nothing found ------------------------------------------------------------------------
    def _loosened(self) -> list[dict[str, Any]]:
        return [
            {
                "title": way.title,
                "reason": way.reason,
                "count": way.count,
                "url": self._url(_with(self._kept_params(way.without), way.filters)),
            }
            for way in loosened(self.query, self.results, self.filters)
        ]

    def _navigator(self) -> dict[str, Any] | None:
        """A person who can find a way, as a card like the others."""
        offer_id = navigator_near(self.results.place)
        if offer_id is None:
            return None
        hit = Hit(offer_id, covered=True, complete=True, km=None)
        return next(iter(cards([hit], self._viewer)), None)


def _part(hit: Hit) -> str:
    """The parts of the list, in their order: fits, fits in part, does not cover the place."""
    if not hit.covered:
        return "far"
    return "" if hit.complete else "partly"


def _with(params: QueryDict, filters: Filters | None) -> QueryDict:
    if filters is not None:
        for group in groups():
            params.setlist(group.name, list(filters.of(group.name)))
            if not filters.of(group.name):
                params.pop(group.name, None)
    return params


def _page_number(text: str) -> int:
    # At most four digits: int() of a very long text is slow, and refused from 4,300 on.
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 1
