"""The planners' page: its shell and words. Its data comes later, by fetch from the API.

In: a request.    Out: HTML.
Never knows: how a question is answered. Only constants of ours and a region's own facts reach the template.
"""
from __future__ import annotations

from functools import lru_cache
from typing import Any, cast

from apiflask import APIBlueprint
from flask import Response, current_app, render_template, request

from geodata.columns import KINDS, SERVICES
from geodata.regions import Region
from locator.usable import WEEKDAYS
from locator.vehicles import PRESETS
from locator.web.assets import FOLDERS, Assets
from locator.web.bundle import bundled, styled
from locator.web.pages import CHINA, basemap_of
from locator.web.room import asked_words, room
from maps.basemaps import MAX_ZOOM
from maps.looks import BANDS, GAP, SIDES, place_looks
from maps.screen import Parts, draw_shell, parts

planner = APIBlueprint("planner", __name__, enable_openapi=False)
TABS = ("cover", "spacing", "siting", "audit", "unmet", "jobs", "scenarios")
SAID = ("page", "planner", "kind", "service", "road_class", "figure", "question", "job_state", "missing", "norm", "verdict",
        "siting")
MODELS = ("covering", "median", "center", "cover")           # of siting; trips need a table


@planner.get("/planner")
def planner_page() -> Response:
    """The planners' page."""
    said, region = asked_words(), room().locator(request.args.get("region")).region
    assets = cast(Assets, current_app.extensions[Assets.KEY])
    shell = parts(draw_shell(cast(Any, region.facts.bbox or CHINA), assets.address("maps"), basemap=basemap_of(region)))
    html = render_template("planner.html", said=said, shell=shell, assets=assets, region=region, kinds=KINDS, services=SERVICES,
                           presets=PRESETS, weekdays=WEEKDAYS, tabs=TABS, models=MODELS,
                           inline=_inline(), told=_told(region, said.lang, shell))
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Content-Language"] = said.lang
    response.headers["Cache-Control"] = "no-cache"
    response.vary.add("Accept-Language")
    return response


@lru_cache(maxsize=1)
def _inline() -> dict[str, str]:
    files = {path.name: path.read_text(encoding="utf-8") for path in FOLDERS["web"].iterdir() if path.suffix in (".js", ".css")}
    return {"style": styled(files["base.css"], files["planner.css"]), "theme": files["theme.js"],
            "script": bundled(files, "planner.js")}


def _told(region: Region, lang: str, shell: Parts) -> dict[str, Any]:
    return {
        "lang": lang, "region": region.name, "tz": region.facts.tz, "bbox": region.facts.bbox,
        "map": {"name": shell.name, "scripts": shell.scripts, "styles": shell.styles},
        "tiles": {"files": basemap_of(region), "max_zoom": MAX_ZOOM}, "schematic": region.facts.schematic,
        "attribution": region.facts.attribution, "looks": place_looks(), "words": asked_words().section(*SAID),
        "bands": BANDS, "gap": GAP, "sides": SIDES,
    }
