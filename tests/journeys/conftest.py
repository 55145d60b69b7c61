"""The stage of the journeys: one server on a real database, one Chromium, and a cast that signs in.

Pages come from the site's own middleware, so the browser's policy (CSP) is in force. The database
is one for all journeys of a run: each makes its own offers, so none meets another's rows.
"""

import os
import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.test import Client, override_settings
from playwright.sync_api import Browser, sync_playwright
from pytest_django import DjangoDbBlocker

from portal.notifications.models import OutgoingMessage
from portal.notifications.sms import MemorySms
from tests.journeys.visitor import Visitor, Way
from tests.waiting import patience
from tests.world import Person, World, build_world, sign_in

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """The cast in committed rows, for the whole package; swept away at its end."""
    with django_db_blocker.unblock():
        yield build_world()
        call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)


@pytest.fixture
def db(world: World) -> None:
    """Instead of pytest-django's own, which would empty the tables after each journey."""


@pytest.fixture(scope="package")
def site(world: World) -> Iterator[str]:
    """The address of the server. A thread serves each request and leaves no connection behind."""
    application = get_wsgi_application()

    def serve(environ: Any, start_response: Any) -> Any:
        answer = application(environ, start_response)
        try:
            yield from answer
        finally:
            answer.close()
            connections.close_all()

    for port in random.sample(range(20000, 32000), 50):
        try:
            server = Server(("127.0.0.1", port), Quiet)
            break
        except OSError:
            continue
    server.set_app(serve)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{port}"
    with override_settings(SITE_URL=address):
        yield address
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    # Playwright's loop runs in this thread; Django would take the tests for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        usual = Path("/usr/bin/chromium")
        path = os.environ.get("CHROMIUM") or (str(usual) if usual.exists() else None)
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()
        # While a loop runs, Django keeps a second connection for this thread.
        connections.close_all()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(autouse=True)
def _nothing_counted(db: None) -> None:
    """Neither throttle nor outbox remembers the journey before."""
    OutgoingMessage.objects.all().delete()
    cache.clear()
    MemorySms.outbox.clear()


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Callable[..., Visitor]]:
    """`visit(way)` opens a browser of one's own; `visit(way, world.gp)` signed in. At the end none
    of them may have complained or asked a third party for anything."""
    visitors: list[Visitor] = []

    def open_one(way: Way, person: Person | None = None) -> Visitor:
        context = browser.new_context(
            viewport={"width": 1280, "height": 900},
            locale="da-DK",
            java_script_enabled=way is not Way.NO_SCRIPT,
        )
        context.set_default_timeout(patience(8) * 1000)
        if person is not None:
            name = settings.SESSION_COOKIE_NAME
            cookie = sign_in(Client(), person).cookies[name]
            context.add_cookies([{"name": name, "value": cookie.value, "url": site}])
        visitors.append(Visitor(context.new_page(), way, site))
        return visitors[-1]

    yield open_one
    for visitor in visitors:
        visitor.page.context.close()
    assert [line for visitor in visitors for line in visitor.complaints] == []
