"""Browsers that stay warm between visitors, who find nothing there of whoever came before.

A page of Gradio is a hundred files, which a new browser has to fetch, read and compile: 7 seconds
of a core. A tab that is opened from another one of the same site shares its process, so what is
compiled is there already: 4.5 seconds. So each browser keeps one empty page of our site open, every
visitor gets a new tab from it, and afterwards what they left in the browser is taken away.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Frame, Page, Route

_SITE = "http://127.0.0.1/"  # a server's port makes no other site of it
_KEPT = "cookies,local_storage,indexeddb,service_workers,shared_storage,file_systems"
Kind = tuple[str, bool]


@dataclass
class _Room:
    """A browser with nobody or one visitor in it."""

    kind: Kind
    context: BrowserContext
    door: Page
    seen: set[str] = field(default_factory=set)

    def enter(self) -> Page:
        with self.context.expect_page() as came:
            self.door.evaluate("void window.open('about:blank')")
        came.value.on("framenavigated", self._note)
        return came.value

    def _note(self, frame: Frame) -> None:
        there = urlsplit(frame.url)
        if there.scheme == "http":
            self.seen.add(f"{there.scheme}://{there.netloc}")

    def clean(self) -> None:
        for page in self.context.pages:
            if page is not self.door:
                page.close()
        self.context.clear_cookies()
        session = self.context.new_cdp_session(self.door)
        for origin in self.seen:
            what = {"origin": origin, "storageTypes": _KEPT}
            session.send("Storage.clearDataForOrigin", what)
        session.detach()
        self.seen.clear()


class Lobby:
    """Where visitors come in and leave; each has a browser for themselves as long as they stay."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: list[_Room] = []
        self._taken: dict[Page, _Room] = {}

    def enter(self, locale: str, touch: bool) -> Page:
        """An empty page in a browser that speaks `locale`, with a screen that feels or not."""
        free = [room for room in self._free if room.kind == (locale, touch)]
        room = free[0] if free else self._built((locale, touch))
        if free:
            self._free.remove(room)
        page = room.enter()
        self._taken[page] = room
        return page

    def leave(self, page: Page) -> None:
        """Close all that this visitor has opened, and forget them."""
        room = self._taken.pop(page)
        room.clean()
        self._free.append(room)

    def _built(self, kind: Kind) -> _Room:
        context = self._browser.new_context(locale=kind[0], has_touch=kind[1])
        door = context.new_page()
        door.route(_SITE, _answer)
        door.goto(_SITE)
        return _Room(kind, context, door)


def _answer(route: Route) -> None:
    route.fulfill(status=200, content_type="text/html", body="<!doctype html><title>Door</title>")
