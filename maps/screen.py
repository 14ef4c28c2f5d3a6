"""A map page's shell by Folium, with every asset served from here. The data comes later, by fetch.

In: a bounding box, the addresses of the assets and of the basemap's files.    Out: a folium.Map; its Parts.
Never knows: routes, places, people's texts. Nothing a user could have typed is handed to Folium: its Popup,
Tooltip, Html, layer names and attribution run Jinja on the server and HTML in the browser.

Folium's pages name scripts on other hosts in class attributes shared by all maps; here every object gets its
own list, rewritten to local addresses, and an asset nobody vendored is an error while the page is built.
"""
from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import folium
from branca.element import Element, Figure
from folium.elements import JSCSSMixin
from folium.map import Layer
from folium.template import Template
from jinja2.utils import htmlsafe_json_dumps

from maps.basemaps import MAX_ZOOM, MIN_ZOOM
from maps.looks import road_looks

Bbox = tuple[float, float, float, float]       # west, south, east, north
PHONE_PX = 360                                 # about the shorter side of a phone's map
# name of the asset, as Folium or we call it -> file below maps/static
VENDORED = {
    "leaflet": "leaflet/leaflet.js",
    "leaflet_css": "leaflet/leaflet.css",
    "protomaps": "protomaps-leaflet/protomaps-leaflet.js",
    "roads": "roads.js",
}
LEFT_OUT = frozenset({                          # what Folium adds to every map and ours does not use
    "jquery", "bootstrap", "bootstrap_css", "glyphicons_css", "awesome_markers", "awesome_markers_css",
    "awesome_markers_font_css", "awesome_rotate_css",
})


class UnknownAsset(ValueError):
    """A Folium element wants a script or a style that is not vendored in maps/static."""


class RoadTiles(JSCSSMixin, Layer):
    """A region's own basemap files, drawn by static/roads.js. Layer names stay constants of ours."""

    _template = Template("""{% macro script(this, kwargs) %}
        var {{ this.get_name() }} = locatorRoads.layer(JSON.parse({{ this.options }}));
    {% endmacro %}""")
    def __init__(self, files: Mapping[str, str]) -> None:
        super().__init__(name="roads", overlay=False, control=False)
        self._name = "RoadTiles"
        self.default_js = [("protomaps", "local"), ("roads", "local")]
        options = {"files": dict(files), "max_zoom": MAX_ZOOM, "night": "auto", "looks": road_looks()}
        self.options = _literal(json.dumps(options))


@dataclass(frozen=True)
class Parts:
    """A shell in pieces for a page's template, made by Folium. `name` is the map's variable in the script."""

    name: str
    scripts: tuple[str, ...]
    styles: tuple[str, ...]
    html: str
    script: str


def draw_shell(bbox: Bbox, assets: str, *, basemap: Mapping[str, str]) -> folium.Map:
    """An empty map of `bbox`.

    assets   address under which maps/static is served, e.g. "/maps"
    basemap  file name (maps.basemaps.FILES) -> its address; empty for a map without roads
    Raises   UnknownAsset when something on the map wants an asset that is not vendored
    """
    west, south, east, north = bbox
    shell = folium.Map(location=[(south + north) / 2, (west + east) / 2], tiles=None, zoom_start=zoom_of(bbox),
                       zoom_control=False, attribution_control=False, max_zoom=18, min_zoom=4)
    # Map itself takes max_zoom for its tiles only; Leaflet wants it where no tiles say it
    shell.options |= {"maxZoom": 18, "minZoom": 4}
    if basemap:
        RoadTiles(basemap).add_to(shell)
    use_local(shell.get_root(), assets)
    return shell


def zoom_of(bbox: Bbox) -> int:
    """The greatest zoom at which a phone's map shows the whole box. Folium's fit_bounds would move there in an
    animation that ends after, and undoes, whatever the page's script shows meanwhile."""
    west, south, east, north = bbox
    rows = [math.asinh(math.tan(math.radians(min(max(lat, -85.0), 85.0)))) for lat in (south, north)]
    worlds = max((east - west) / 360, (rows[1] - rows[0]) / math.tau, 1e-6)         # share of the world's map
    return max(MIN_ZOOM, min(MAX_ZOOM, math.floor(math.log2(PHONE_PX / 256 / worlds))))


def use_local(root: Element, assets: str) -> None:
    """Rewrite the assets of every element below `root`, object by object; Folium's classes stay."""
    for element in _elements(root):
        for kind in ("default_js", "default_css"):
            named = [pair for pair in getattr(element, kind, ()) if pair[0] not in LEFT_OUT]
            setattr(element, kind, [(name, f"{assets}/{_file(name, url)}") for name, url in named])


def parts(shell: folium.Map) -> Parts:
    """The shell in pieces. Folium's own <meta viewport> is left out: it forbids a reader to zoom the page."""
    figure = shell.get_root()
    assert isinstance(figure, Figure)
    figure.render()
    files = [(getattr(link, "url", ""), type(link).__name__) for link in figure.header._children.values()]
    return Parts(
        name=shell.get_name(),
        scripts=tuple(url for url, kind in files if kind == "JavascriptLink"),
        styles=tuple(url for url, kind in files if kind == "CssLink"),
        html=figure.html.render(),
        script=figure.script.render(),
    )


def _literal(text: str) -> str:
    """`text` as a string of JavaScript. Folium renders a script as a template twice: no brace may stay."""
    return str(htmlsafe_json_dumps(text)).replace("{", "\\u007b").replace("%", "\\u0025")


def _file(name: str, url: str) -> str:
    if name not in VENDORED:
        raise UnknownAsset(f"{name} ({url}) is not vendored in maps/static")
    return VENDORED[name]


def _elements(element: Element) -> Iterator[Any]:
    yield element
    for child in element._children.values():
        yield from _elements(child)
