"""Papers over HTTP: the PDF, its pages as pictures for a preview, the saved routes; and the staff's page /print.

In: a request.    Out: a PDF, a PNG, JSON, HTML.
Never knows: what stands on a paper. A paper is made among the workers, within their time limit; the pages of the last previews
are kept for a while, so that turning a page does not make the paper anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from hmac import compare_digest
from threading import Lock
from typing import Any, cast
from urllib.parse import quote

from apiflask import APIBlueprint
from flask import Response, current_app, render_template, request

from geodata.errors import BadInput, Forbidden
from locator.locator import Locator
from locator.printing.documents import Document
from locator.printing.orders import read_lorry, read_order, read_sheet
from locator.printing.panels import PANEL_PPI
from locator.printing.press import OF_ROUTES, Press
from locator.printing.saved import SavedRoutes
from locator.printing.sheets import ORIENTATIONS, ROUTE_PAPERS, UPS, WALL_PAPERS
from locator.rules import RULE_SETS
from locator.vehicles import MEASURES, PRESETS
from locator.web import describing_print as out
from locator.web.answering import send_json
from locator.web.asking import Asked, read_query, shown_in
from locator.web.asking_print import (
    PANEL_PPIS,
    POSTER_PAPERS,
    ForgetAsk,
    PosterOrder,
    PosterPrint,
    Previewed,
    RouteOrder,
    RoutePrint,
    SaveAsked,
    SavedAsk,
    WallOrder,
    WallPrint,
    read_print,
)
from locator.web.assets import Assets
from locator.web.pages import CHINA, basemap_of
from locator.web.room import asked_lang, asked_words, room
from maps.screen import draw_shell, parts

press = APIBlueprint("press", __name__)
PDF, PNG = "application/pdf", "image/png"
KEPT_BYTES = 48_000_000  # of preview pages, in each process
KEPT_S = 600  # a preview of what leaves "now" is no older
KEY_HEADER = "Staff-Key"
SAID = ("paper", "vehicle", "rule", "page")
_kept: OrderedDict[tuple[Any, ...], list[bytes]] = OrderedDict()
_lock = Lock()
Made = Callable[[Press, datetime], Document]


@press.get("/print/<any(route, overview, card):what>.pdf")
@shown_in(RoutePrint)
@press.output(out.Pdf, content_type=PDF, description="The paper.")
@press.doc(operation_id="print_route", tags=["papers"])
def print_route(what: str) -> Response:
    """A route on paper: the strip booklet, the overview sheet, or the folded card."""
    return of_route(what, read_print(RoutePrint), _send_pdf)


@press.post("/print/<any(route, overview, card):what>.pdf")
@shown_in(RoutePrint)
@press.output(out.Pdf, content_type=PDF, description="The paper.")
@press.doc(operation_id="print_long_route", tags=["papers"])
def print_long_route(what: str) -> Response:
    """The same, asked for in JSON: for a line too long for an address."""
    return of_route(what, read_print(RoutePrint), _send_pdf)


@press.get("/print/<any(route, overview, card):what>.png")
@shown_in(RoutePrint)
@press.output(out.Png, content_type=PNG, description="One page.")
@press.doc(operation_id="preview_route", tags=["papers"])
def preview_route(what: str) -> Response:
    """One page of such a paper as a picture; the header `Page-Count` tells how many there are."""
    return of_route(what, read_print(RoutePrint), _send_png)


@press.post("/print/<any(route, overview, card):what>.png")
@shown_in(RoutePrint)
@press.output(out.Png, content_type=PNG, description="One page.")
@press.doc(operation_id="preview_long_route", tags=["papers"])
def preview_long_route(what: str) -> Response:
    """The same, asked for in JSON."""
    return of_route(what, read_print(RoutePrint), _send_png)


@press.get("/print/poster.<any(pdf, png):form>")
@shown_in(PosterPrint)
@press.output(out.Pdf, content_type=PDF, description="The poster, or its page as a picture.")
@press.doc(operation_id="print_poster", tags=["papers"])
def print_poster(form: str) -> Response:
    """A station's poster: you are here, what is here, the next points each way."""
    asked = read_query(PosterPrint)
    return of_poster(asked, _sender(form))


@press.get("/print/wall.<any(pdf, png):form>")
@shown_in(WallPrint)
@press.output(out.Pdf, content_type=PDF, description="The map, or its page as a picture.")
@press.doc(operation_id="print_wall", tags=["papers"])
def print_wall(form: str) -> Response:
    """The district's wall map: every layer, and an index of the places by grid square."""
    asked = read_query(WallPrint)
    return of_wall(asked, _sender(form))


@press.get("/api/print/routes")
@shown_in(SavedAsk)
@press.output(out.SavedAnswer, description="The routes.")
@press.doc(operation_id="saved_routes", tags=["papers"])
def saved_routes() -> Response:
    """The standard routes that were saved, each as the order of a paper."""
    version, routes = _saved(read_query(SavedAsk)).read()
    return send_json({"version": version, "routes": list(routes.values()), "may_save": bool(room().settings.staff_key)})


@press.put("/api/print/routes")
@shown_in(SavedAsk)
@press.output(out.ChangedAnswer, description="Kept.")
@press.doc(operation_id="save_route", tags=["papers"])
def save_route() -> Response:
    """Keep a route under its name, in place of the one that had it. Asks for the header `Staff-Key`."""
    _only_staff()
    asked = read_print(SaveAsked)
    return send_json({"version": _saved(asked).put(asked.order, version=asked.version)})


@press.delete("/api/print/routes/<path:name>")
@shown_in(ForgetAsk)
@press.output(out.ChangedAnswer, description="Taken out.")
@press.doc(operation_id="forget_route", tags=["papers"])
def forget_route(name: str) -> Response:
    """Take a saved route out. Asks for the header `Staff-Key`."""
    _only_staff()
    asked = read_query(ForgetAsk)
    return send_json({"version": _saved(asked).remove(name, version=asked.version)})


@press.get("/print")
@press.doc(hide=True)
def page() -> Response:
    """The staff's page: choose or draw a route, see its papers, print them."""
    said, region = asked_words(), room().locator(request.args.get("region")).region
    assets = cast(Assets, current_app.extensions[Assets.KEY])
    shell = parts(draw_shell(cast(Any, region.facts.bbox or CHINA), assets.address("maps"), basemap=basemap_of(region)))
    told = {
        "lang": said.lang,
        "region": region.name,
        "map": shell.name,
        "bbox": region.facts.bbox,
        "words": said.section(*SAID),
        "live": bool(room().settings.live_url),
        "ppi": (*PANEL_PPIS, PANEL_PPI),
    }
    html = render_template(
        "print.html",
        said=said,
        shell=shell,
        assets=assets,
        region=region,
        presets=PRESETS,
        measures=MEASURES,
        rules=RULE_SETS,
        papers=ROUTE_PAPERS,
        orientations=ORIENTATIONS,
        ups=UPS,
        wall_papers=WALL_PAPERS,
        poster_papers=POSTER_PAPERS,
        told=told,
    )
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Content-Language"] = said.lang
    response.headers["Cache-Control"] = "no-cache"
    response.vary.add("Accept-Language")
    return response


def of_route(what: str, asked: RouteOrder, send: Callable[..., Response]) -> Response:
    assert what in OF_ROUTES
    row = asked.row()
    order = read_order(row, live=room().settings.live_url)
    key = (what, *sorted((name, str(value)) for name, value in row.items()))
    return send(asked, key, lambda made, now: made.of_route(what, order, now), what)


def of_poster(asked: PosterOrder, send: Callable[..., Response]) -> Response:
    row = asked.row()
    sheet, lorry = read_sheet(row, live=room().settings.live_url, papers=POSTER_PAPERS), read_lorry(row)
    key = ("poster", *sorted(row.items()), asked.place)
    return send(asked, key, lambda made, now: made.poster(asked.place, sheet, lorry, now), "poster")


def of_wall(asked: WallOrder, send: Callable[..., Response]) -> Response:
    said = asked.model_dump(include={"paper", "orientation"})
    sheet = read_sheet(said, live=room().settings.live_url, papers=WALL_PAPERS)
    return send(asked, ("wall", asked.paper, asked.orientation), lambda made, now: made.wall(sheet, now), "wall")


def _sender(form: str) -> Callable[..., Response]:
    return _send_pdf if form == "pdf" else _send_png


def made(asked: Asked, make: Made, finish: Callable[[Document], Any]) -> Any:
    """A paper, made and set among the workers."""
    here, lang = room(), asked_lang()

    def question() -> Any:
        locator: Locator = here.open_locator(here.settings, asked.region)
        return finish(make(Press(locator, lang), datetime.now(UTC)))

    return here.workers.run(question)


def _send_pdf(asked: Asked, key: tuple[Any, ...], make: Made, name: str) -> Response:
    title, content = made(asked, make, lambda document: (document.title, document.pdf()))
    headers = {
        "Cache-Control": "no-store",
        "Content-Language": asked_lang(),
        "Content-Disposition": f"inline; filename=\"{name}.pdf\"; filename*=UTF-8''{quote(title[:80], safe='')}.pdf",
    }
    return Response(content, headers=headers, content_type=PDF)


def _send_png(asked: Asked, key: tuple[Any, ...], make: Made, name: str) -> Response:
    assert isinstance(asked, Previewed)
    settled = int(datetime.now(UTC).timestamp()) // KEPT_S
    key = (*key, asked.region, asked_lang(), asked.ppi, settled)
    pages = _remembered(key)
    if pages is None:
        pages = made(asked, make, lambda document: document.pngs(asked.ppi))
        _remember(key, pages)
    if asked.page > len(pages):
        raise BadInput("out_of_range", field="page", value=asked.page, low=1, high=len(pages))
    return Response(pages[asked.page - 1], headers={"Cache-Control": "no-store", "Page-Count": str(len(pages))}, content_type=PNG)


def _remembered(key: tuple[Any, ...]) -> list[bytes] | None:
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
        return _kept.get(key)


def _remember(key: tuple[Any, ...], pages: list[bytes]) -> None:
    """The newest previews, as many as KEPT_BYTES hold."""
    with _lock:
        _kept[key] = pages
        while len(_kept) > 1 and sum(len(page) for kept in _kept.values() for page in kept) > KEPT_BYTES:
            _kept.popitem(last=False)


def _saved(asked: Asked) -> SavedRoutes:
    here = room()
    region = here.locator(asked.region).region  # an unknown region is told as such
    return SavedRoutes(here.settings.data, region.name)


def _only_staff() -> None:
    """Raises Forbidden staff_only unless the request carries the key of LOCATOR_STAFF_KEY; where none is set, nobody may."""
    known, given = room().settings.staff_key, request.headers.get(KEY_HEADER, "")
    if not known or not compare_digest(known.encode(), given.encode()):
        raise Forbidden("staff_only")
