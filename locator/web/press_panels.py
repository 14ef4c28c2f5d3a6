"""The maps on papers alone over HTTP: a ZIP of pictures, each with what a GIS needs to put it where it belongs.

In: a request, the same as for the paper.    Out: a ZIP of NAME.png, NAME.pgw, NAME.prj.
Never knows: how a map is drawn. Drawn among the workers, within their time limit and a number of pixels.
"""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from locator.printing.panels import zip_panels
from locator.web import describing_print as out
from locator.web.asking import Asked, read_query, shown_in
from locator.web.asking_print import Pictured, PosterPanels, RoutePanels, WallPanels, read_print
from locator.web.press import Made, made, of_poster, of_route, of_wall
from locator.web.room import asked_lang

press_panels = APIBlueprint("press_panels", __name__)
ZIP = "application/zip"


@press_panels.get("/print/<any(route, overview):what>.zip")
@shown_in(RoutePanels)
@press_panels.output(out.Zip, content_type=ZIP, description="The pictures.")
@press_panels.doc(operation_id="route_panels", tags=["papers"])
def route_panels(what: str) -> Response:
    """The maps on a route's paper alone, for a GIS: each as PNG with its world file and projection."""
    return of_route(what, read_print(RoutePanels), _send_zip)


@press_panels.post("/print/<any(route, overview):what>.zip")
@shown_in(RoutePanels)
@press_panels.output(out.Zip, content_type=ZIP, description="The pictures.")
@press_panels.doc(operation_id="long_route_panels", tags=["papers"])
def long_route_panels(what: str) -> Response:
    """The same, asked for in JSON: for a line too long for an address."""
    return of_route(what, read_print(RoutePanels), _send_zip)


@press_panels.get("/print/poster.zip")
@shown_in(PosterPanels)
@press_panels.output(out.Zip, content_type=ZIP, description="The picture.")
@press_panels.doc(operation_id="poster_panels", tags=["papers"])
def poster_panels() -> Response:
    """The map on a station's poster alone."""
    return of_poster(read_query(PosterPanels), _send_zip)


@press_panels.get("/print/wall.zip")
@shown_in(WallPanels)
@press_panels.output(out.Zip, content_type=ZIP, description="The picture.")
@press_panels.doc(operation_id="wall_panels", tags=["papers"])
def wall_panels() -> Response:
    """The district's wall map alone, without title and index."""
    return of_wall(read_query(WallPanels), _send_zip)


def _send_zip(asked: Asked, key: tuple[Any, ...], make: Made, name: str) -> Response:
    assert isinstance(asked, Pictured)
    content = made(asked, make, lambda document: zip_panels(document, ppi=asked.ppi))
    headers = {
        "Cache-Control": "no-store",
        "Content-Language": asked_lang(),
        "Content-Disposition": f'attachment; filename="{name}-maps.zip"',
    }
    return Response(content, headers=headers, content_type=ZIP)
