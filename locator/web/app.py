"""The application: views, errors, and what every response carries.

In: Settings and the way to a Locator.    Out: a Flask application.
Never knows: a question, an answer.
"""
from __future__ import annotations

import gzip
from importlib.metadata import version

from apiflask import APIFlask
from flask import Response, request
from flask_babel import Babel

from locator.settings import Settings
from locator.web.api import api
from locator.web.assets import Assets
from locator.web.guide import describe, guide
from locator.web.helps import helps
from locator.web.hosts import check_hosts
from locator.web.jobs import jobs
from locator.web.offline import offline
from locator.web.pages import pages
from locator.web.planner import planner
from locator.web.planning import planning
from locator.web.plans import plans
from locator.web.press import press
from locator.web.press_panels import press_panels
from locator.web.problems import answer_errors
from locator.web.reports import reports
from locator.web.room import KEY, OpenLocator, Room, asked_lang, nonce
from locator.web.scenarios import scenarios
from locator.web.siting import siting
from locator.web.working import Workers

GZIP_FROM = 800                    # bytes; below, a packet is a packet
GZIP_TYPES = ("text/", "application/json", "application/geo+json", "application/problem+json", "application/javascript")
POLICY = ("default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; "
          "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}

PARTS = ("/assets/", "/basemap/")  # no pages of their own: what guards a page would be most of a tile's head
PART_HEADERS = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}


def create_app(settings: Settings, open_locator: OpenLocator) -> APIFlask:
    """A new application. It opens no region before it is asked."""
    app = APIFlask("locator.web", title="Locator", version=version("locator"), docs_path=None,
                   static_folder=None)  # type: ignore[arg-type]
    app.config |= {
        "MAX_CONTENT_LENGTH": settings.max_body_bytes, "MAX_FORM_MEMORY_SIZE": settings.max_body_bytes,
        "MAX_FORM_PARTS": 64, "OPENAPI_VERSION": "3.1.0", "AUTO_VALIDATION_ERROR_RESPONSE": False,
        "AUTO_404_RESPONSE": False,
        "AUTO_SERVERS": False,         # the document names no address: behind a proxy ours would be the wrong one
    }
    app.url_map.merge_slashes = False  # its redirects would name this address and scheme, not the proxy's
    app.json.sort_keys = False         # type: ignore[attr-defined]  # fields in the order they are declared
    app.extensions[KEY] = Room(settings, open_locator, Workers(settings.threads, settings.request_timeout_s))
    app.extensions[Assets.KEY] = Assets.read()
    app.jinja_env.globals["nonce"] = nonce
    app.spec_processor(describe)  # type: ignore[arg-type]
    Babel(app, default_locale=settings.lang, locale_selector=asked_lang)
    answer_errors(app)
    check_hosts(app, settings.names())
    for part in (api, plans, helps, planning, siting, jobs, reports, scenarios, press, press_panels, pages, planner, offline,
                 guide):
        app.register_blueprint(part)
    app.after_request(_guarded)
    app.after_request(_gzipped)        # Flask runs the last one first
    return app


def _guarded(response: Response) -> Response:
    if request.path.startswith(PARTS):
        response.headers.update(PART_HEADERS)
        return response
    response.headers.setdefault("Content-Security-Policy", POLICY.format(nonce=nonce()))
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _gzipped(response: Response) -> Response:
    if not (response.mimetype or "").startswith(GZIP_TYPES):
        return response
    response.vary.add("Accept-Encoding")
    asked = request.accept_encodings.quality("gzip") > 0 and "Content-Encoding" not in response.headers
    if asked and not response.direct_passthrough and len(body := response.get_data()) >= GZIP_FROM:
        response.set_data(gzip.compress(body, 6))
        response.headers["Content-Encoding"] = "gzip"
    return response
