"""The page for drivers, and what it is made of: its shell, its words, the assets, the basemap's files.

In: a request.    Out: HTML whose data comes later, by fetch; files.
Never knows: how a route or a stop is found. Only constants of ours and a region's own facts reach the template.

The page comes whole, styles and scripts in it, so that one answer of a slow network makes the form usable; the map's
shell, its scripts and tiles are fetched by the page after the first answer (static/shell.js).
"""
from __future__ import annotations

from functools import lru_cache
from typing import Any, cast
from urllib.parse import urlencode

from apiflask import APIBlueprint
from flask import Response, current_app, render_template, request, send_file

from geodata.columns import KINDS, SERVICES
from geodata.errors import NotFound
from geodata.regions import Region
from locator.asks import ACCURACIES
from locator.rules import RULE_SETS, rule_of
from locator.vehicles import MEASURES, PRESETS
from locator.web.assets import FOLDERS, FOR_EVER, Assets
from locator.web.bundle import bundled, plain, styled
from locator.web.room import asked_words, room
from maps.basemaps import FILES, FIRST_RANGE, MAX_ZOOM, directory_end
from maps.looks import place_looks
from maps.screen import Parts, draw_shell, parts

pages = APIBlueprint("pages", __name__, enable_openapi=False)
CHINA = (73.5, 18.0, 134.8, 53.6)            # shown for a region that does not know where it is
FIRST_TRIP = {"wujin": {"zh": ("湖塘", "横山桥"), "en": ("Hutang", "Hengshanqiao")}}     # what a newcomer sees answered
SAID = ("page", "access", "accuracy", "reason", "left_out", "open", "kind", "service", "closure", "rule", "limit",
        "because", "mend")                   # words for the page's script
WANTS = ("bays", "free", "shower", "hot_water", "canteen", "bed", "guarded", "fuel")      # of WISHES, those the form offers
DETOUR_MIN = 10                      # what the form offers at first
SHEETS = ("base.css", "page.css", "answer.css")


@pages.get("/")
def page() -> Response:
    """The drivers' page."""
    said, region = asked_words(), room().locator(request.args.get("region")).region
    assets = cast(Assets, current_app.extensions[Assets.KEY])
    bbox = region.facts.bbox or CHINA
    shell = parts(draw_shell(cast(Any, bbox), assets.address("maps"), basemap=basemap_of(region)))
    html = render_template("page.html", said=said, shell=shell, assets=assets, region=region, kinds=KINDS, services=SERVICES,
                           rules=RULE_SETS, rule=rule_of(region.facts.country), wants=WANTS, presets=PRESETS, measures=MEASURES,
                           accuracies=ACCURACIES, detour_min=DETOUR_MIN,
                           inline=_inline(), early=_early(region, said.lang), told=_told(region, said.lang, shell, assets))
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Content-Language"] = said.lang
    response.headers["Cache-Control"] = "no-cache"
    response.vary.add("Accept-Language")
    return response


@lru_cache(maxsize=1)
def _inline() -> dict[str, str]:
    """What stands in the page itself: its styles, the theme before anything is drawn, its scripts as one."""
    files = {path.name: path.read_text(encoding="utf-8") for path in FOLDERS["web"].iterdir() if path.suffix in (".js", ".css")}
    scripts = {"first": bundled(files, "first.js"), "script": bundled(files, "page.js", after="first.js")}
    return {"style": styled(*(files[name] for name in SHEETS)), "theme": files["theme.js"], "early": plain(files["early.js"]),
            **scripts}


def _early(region: Region, lang: str) -> dict[str, Any]:
    """What the page's head needs for its first question. Nothing of the address is in it: the head reads that itself."""
    first = FIRST_TRIP.get(region.name, {}).get(lang)
    return {"url": f"/api/plan?{urlencode({'lang': lang, 'region': region.name})}", "rule": rule_of(region.facts.country),
            "first": {"from": first[0], "to": first[1]} if first else None, "max_detour_s": 60 * DETOUR_MIN,
            "preset": next(iter(PRESETS))}


def _told(region: Region, lang: str, shell: Parts, assets: Assets) -> dict[str, Any]:
    """What the page's script is told, as one JSON block."""
    first = FIRST_TRIP.get(region.name, {}).get(lang)
    return {
        "lang": lang, "region": region.name, "tz": region.facts.tz, "country": region.facts.country, "bbox": region.facts.bbox,
        "map": {"name": shell.name, "scripts": [*shell.scripts, assets.address("web/printing.js")], "styles": shell.styles,
                "print": assets.address("web/print.css")},
        "tiles": {"files": basemap_of(region), "max_zoom": MAX_ZOOM},
        "schematic": region.facts.schematic, "attribution": region.facts.attribution, "looks": place_looks(),
        "words": asked_words().section(*SAID), "first": {"from": first[0], "to": first[1]} if first else None,
    }


def basemap_of(region: Region) -> dict[str, str]:
    return {name: f"/basemap/{region.name}/{region.number}/{name}.pmtiles"
            for name in FILES if (region.build / "basemap" / f"{name}.pmtiles").is_file()}


@pages.get("/basemap/<region>/<int:number>/<any(main, local):name>.pmtiles")
def basemap(region: str, number: int, name: str) -> Response:
    """A region's road tiles, in the ranges the reader asks for. An older build's address leads nowhere."""
    known = room().locator(region).region
    path = (known.build / "basemap" / f"{name}.pmtiles").resolve()
    if number != known.number or not path.is_file():
        raise NotFound("unknown_page", value=request.path)
    if request.headers.get("Range") == FIRST_RANGE:       # a reader's first, blind; tiles among it would come twice
        request.environ["HTTP_RANGE"] = f"bytes=0-{directory_end(path) - 1}"
    response = send_file(path, mimetype="application/vnd.pmtiles", conditional=True)
    del response.headers["Content-Disposition"]           # tiles are many: their heads count
    response.headers["Cache-Control"] = FOR_EVER
    return response


@pages.get("/assets/<version>/<path:name>")
def asset(version: str, name: str) -> Response:
    """A script, a style, a picture."""
    return cast(Assets, current_app.extensions[Assets.KEY]).send(version, name)


@pages.get("/favicon.ico")
def favicon() -> Response:
    """For browsers that ask without being told."""
    assets = cast(Assets, current_app.extensions[Assets.KEY])
    return assets.send(assets.version, "web/icon.svg")
