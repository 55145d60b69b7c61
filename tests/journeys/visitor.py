"""A person at a browser, in one of three ways: with a mouse, by keyboard alone, or without scripts.

The story is told once; how a button is reached differs. Every page arrived at is looked at by axe.
"""

import re
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"
RULES = "['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']"
MOST_TABS = 120
# Everything of a page but its words: what axe has found good once, it finds good again.
SKELETON = """() => [...document.querySelectorAll('*')].map((e) => e.localName + ' ' +
  [...e.attributes].map((a) => a.name + (['class', 'role', 'type', 'id', 'for'].includes(a.name)
    ? '=' + a.value : '')).join(' ') + (e.textContent.trim() ? '+' : '')).join('\\n')"""
_looked_at: set[str] = set()


class Way(Enum):
    MOUSE = "mouse"
    KEYS = "keys"
    NO_SCRIPT = "no script"


@cache
def axe() -> str:
    return AXE.read_text("utf-8")


class Visitor:
    def __init__(self, page: Page, way: Way, site: str) -> None:
        self.page = page
        self.way = way
        self.site = site
        self.complaints: list[str] = []
        self.presses = 0
        self.loads = 0
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("console", self._heard)
        page.on("request", self._asked)

    def _heard(self, line: Any) -> None:
        # An answer of 404 or 422 is part of a story; a refused script or style is not.
        if line.type == "error" and "the server responded with a status of 4" not in line.text:
            self.complaints.append(f"console: {line.text}")

    def _asked(self, request: Any) -> None:
        # The browser's own PDF viewer is not the site's doing.
        own = (self.site + "/", "data:", "blob:", "chrome-extension:", "chrome:")
        if not request.url.startswith(own):
            self.complaints.append(f"third party: {request.url}")
        if request.is_navigation_request():
            self.loads += 1

    # --- going and looking ------------------------------------------------------------------

    def go(self, address: str, heading: str | None = None) -> "Visitor":
        full = address if address.startswith("http") else self.site + address
        self.page.goto(full)
        if heading is not None:
            self.arrive(heading)
        return self

    def arrive(self, heading: str) -> None:
        """A page with this main heading is there, and axe finds nothing on it."""
        expect(self.page.locator("h1", has_text=heading).first).to_be_visible()
        if self.way is Way.NO_SCRIPT:
            return  # axe itself is a script; the same page is looked at in the other two ways
        skeleton = self.page.evaluate(SKELETON)
        if skeleton in _looked_at:
            return
        self.page.evaluate(axe())
        found = self.page.evaluate(
            f"axe.run(document, {{resultTypes: ['violations'], runOnly: {RULES}}})"
        )
        faults = [
            f"{one['id']}: {node['html'][:200]}"
            for one in found["violations"]
            for node in one["nodes"]
        ]
        assert faults == [], f"{self.page.url}: {faults}"
        _looked_at.add(skeleton)

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).filter(visible=True).first).to_be_visible()

    def does_not_see(self, text: str) -> None:
        assert text not in self.page.content()

    def status_of(self, address: str) -> int:
        answer = self.page.goto(self.site + address)
        assert answer is not None
        return answer.status

    # --- doing ------------------------------------------------------------------------------

    def press(self, name: str, *, role: str = "button", inside: Locator | None = None) -> None:
        """Activate a button or a link by what it is called."""
        found = (inside or self.page).get_by_role(role, name=name)  # type: ignore[arg-type]
        thing = found.filter(visible=True).first
        if self.way is Way.KEYS:
            self.tab_to(thing)
            self.key("Enter")
        else:
            thing.click()

    def follow(self, name: str, *, inside: Locator | None = None) -> None:
        self.press(name, role="link", inside=inside)

    def open(self, card: Locator) -> None:
        """Unfold what is folded."""
        summary = card.locator("summary").first
        if self.way is Way.KEYS:
            self.tab_to(summary)
            self.key("Enter")
        else:
            summary.click()

    def write(self, label: str, text: str, *, inside: Locator | None = None) -> None:
        # A choice whose words hold the label is not what is written in.
        writable = self.page.locator("textarea, input:not([type=radio], [type=checkbox])")
        found = (inside or self.page).get_by_label(label).and_(writable)
        field = found.filter(visible=True).first
        if self.way is not Way.KEYS:
            field.fill(text)
            return
        self.tab_to(field)
        if field.get_attribute("type") == "date":
            field.fill(text)  # whether the day or the month is typed first is the browser's own
            return
        self.page.keyboard.type(text)  # typed words are not counted as presses

    def tick(self, label: str) -> None:
        box = self.page.get_by_role("checkbox", name=label).first
        self._choose(box)
        expect(box).to_be_checked()

    def pick(self, label: str, *, inside: Locator | None = None) -> None:
        name = re.compile("^" + re.escape(label))
        radio = (inside or self.page).get_by_role("radio", name=name).first
        if self.way is Way.KEYS:
            self.tab_to(radio, group=True)
            for _ in range(20):
                if self.has_focus(radio):
                    break
                self.key("ArrowDown")
            if not radio.is_checked():
                self.key("Space")
        else:
            self._choose(radio)
        expect(radio).to_be_checked()

    def select(self, label: str, option: str, *, inside: Locator | None = None) -> None:
        field = (inside or self.page).get_by_label(label).first
        if self.way is Way.KEYS:
            self.tab_to(field)
            self.page.keyboard.type(option)
        else:
            field.select_option(label=option)

    def _choose(self, box: Locator) -> None:
        if self.way is Way.KEYS:
            self.tab_to(box)
            self.key("Space")
            return
        # A drawn control covers the real one; a person clicks its label.
        label = box.locator("xpath=ancestor::label[1]")
        if not label.count():
            label = self.page.locator(f"label[for='{box.get_attribute('id')}']")
        label.first.click(position={"x": 12, "y": 12})

    # --- keys -------------------------------------------------------------------------------

    def key(self, name: str) -> None:
        self.presses += 1
        self.page.keyboard.press(name)

    def has_focus(self, thing: Locator) -> bool:
        return bool(thing.evaluate("e => e === document.activeElement"))

    def tab_to(self, thing: Locator, *, group: bool = False) -> None:
        """Tab until it has the focus. `group`: any radio button of its group will do."""
        thing.wait_for(state="attached")
        script = (
            "(e, group) => { const a = document.activeElement; "
            "if (!e.isConnected) return 'gone'; "
            "return a === e || "
            "(group && a.type === 'radio' && a.name === e.name && a.form === e.form); }"
        )
        found = thing.element_handle()  # looked up once: by role and name it takes long
        for _ in range(MOST_TABS):
            there = found.evaluate(script, group)
            if there == "gone":  # a piece of the page was renewed meanwhile
                found = thing.element_handle()
                there = found.evaluate(script, group)
            if there:
                return
            self.key("Tab")
        raise AssertionError(f"{thing} cannot be reached by Tab on {self.page.url}")
