"""Here & help: the API and the page.

In: a request.    Out: what is near, whom to call, as the core gives it; a page whose data comes later, by fetch.
Never knows: how anything is found.
"""
from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any, Literal, cast

from apiflask import APIBlueprint
from flask import Response, current_app, render_template, request
from pydantic import Field, FiniteFloat

from geodata.columns import KINDS
from geodata.errors import BadInput
from locator.answers_here import contacts_json, here_json
from locator.asks import read_depart
from locator.here import contacts_of
from locator.web.answering import GEOJSON, answer, vehicle_of
from locator.web.asking import Options, Position, listed, read_query, shown_in
from locator.web.assets import FOLDERS, Assets
from locator.web.bundle import bundled, styled
from locator.web.describing import Credits, Near, Told
from locator.web.room import asked_words, room

helps = APIBlueprint("helps", __name__)
SAID = ("here", "open", "kind", "service", "event", "contact")                      # words for the page's script
PAGE = ("page.minutes", "page.hours_minutes", "page.days_later", "page.unit_m", "page.unit_km", "page.call", "page.app_amap",
        "page.app_geo", "page.no_acts", "page.no_acts_schematic", "page.position_needs_https", "page.position_denied",
        "page.position_unknown", "page.offline", "page.offline_hint", "page.copy", "page.copied")
Whats = Literal["own", "emergency", "traffic_police", "police", "ambulance", "fire", "transport_hotline"]


class HereAsk(Options):
    """Where he is: `at`, or `lon` and `lat`."""

    at: Position | None = Field(None, description="A name, or \"lon,lat\". Longitude first.")
    lon: FiniteFloat | None = Field(None, description="Longitude, degrees; with `lat` instead of `at`.")
    lat: FiniteFloat | None = Field(None, description="Latitude, degrees.")
    to: Position | None = Field(None, description="Where he goes: then the events along the way there, not those around him.")


class StationOut(Told):
    """The service station that looks after the cell."""

    id: str = Field(description="Of the place.")
    name: str | None = Field(description="Its name: show it as text.")
    name_en: str | None = Field(description="Its English name.")
    kind: Annotated[str, listed(KINDS)] = Field(description="What it is.")
    hours: str | None = Field(description="OSM opening_hours.")
    demo: bool | None = Field(description="For demonstration.")
    phone: str | None = Field(description="Only where `navigable`.")
    navigable: bool = Field(description="Its position is of class B or better.")
    open_now: bool | None = Field(description="null: not known.")


class CellOut(Told):
    """The grid cell he is in."""

    id: str = Field(description="Of the cell.")
    name: str | None = Field(description="Its name.")
    name_en: str | None = Field(description="Its English name.")
    demo: bool | None = Field(description="For demonstration.")
    station: StationOut | None = Field(description="null: not known.")


class ContactOut(Told):
    """Whom to call."""

    what: Whats = Field(description="Who answers; own: the operator's own line.")
    number: str = Field(description="As it is dialled.")
    source: str | None = Field(description="Where it is known from.")
    url: str | None = Field(description="Where that can be read.")


class EventOut(Told):
    """What is on today and not over."""

    id: str = Field(description="Of the event.")
    name: str | None = Field(description="Its name: show it as text.")
    name_en: str | None = Field(description="Its English name.")
    what: str | None = Field(description="party_day, advice, festival, health_check, training, visit or other.")
    place: str | None = Field(description="Id of the place where it is.")
    starts: str | None = Field(description="As its table says: a moment or a day.")
    ends: str | None = Field(description="The same.")
    demo: bool | None = Field(description="For demonstration.")
    note: str | None = Field(description="What else is to be known.")
    off_m: float = Field(description="Straight distance from him, or from the way to `to`.")
    offset_m: float | None = Field(description="Where on that way it is passed; null without `to`.")
    at: tuple[float, float] = Field(description="Longitude, latitude.")


class HereAnswer(Credits):
    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[Near] = Field(description=(
        "The soonest place of each kind, and, where that is known to be closed on arrival, the soonest that is not."))
    stay_s: float | None = Field(description="The stay `fits` speaks of: the break by the rules of the region's country.")
    at: tuple[float, float] = Field(description="Longitude, latitude.")
    when: str = Field(description="For when that holds.")
    cell: CellOut | None = Field(description="null: none is known.")
    contacts: list[ContactOut] = Field(description="The most fitting first; empty where the country's are not known.")
    events: list[EventOut] = Field(description="Within 20 km, or within 5 km of the way to `to`.")


@helps.get("/api/here")
@shown_in(HereAsk)
@helps.output(HereAnswer, description="What is near, whom to call.", content_type=GEOJSON)
@helps.doc(operation_id="here", tags=["questions"])
def here() -> Response:
    """Here & help: the soonest place of each kind by road, the grid cell and its station, emergency numbers, today's events."""
    asked = read_query(HereAsk)
    at = asked.at
    if at is None:
        if asked.lon is None or asked.lat is None:
            raise BadInput("missing", field="at")
        at = f"{asked.lon!r},{asked.lat!r}"
    lorry, depart, line = vehicle_of(asked.vehicle, asked, asked.avoid), read_depart(asked.depart), room().settings.help_line
    return answer(asked, lambda known: here_json(known.here(at, lorry, depart, datum=asked.datum, to=asked.to), line), GEOJSON)


@helps.get("/here")
@helps.doc(hide=True)
def page() -> Response:
    """The page: emergency numbers stand in it, the rest comes by fetch."""
    said, region = asked_words(), room().locator(request.args.get("region")).region
    assets = cast(Assets, current_app.extensions[Assets.KEY])
    contacts = contacts_json(contacts_of(region.facts.country), room().settings.help_line)
    words = said.section(*SAID) | {key: said.table[key] for key in PAGE}
    told = {"lang": said.lang, "region": region.name, "country": region.facts.country, "schematic": region.facts.schematic,
            "attribution": region.facts.attribution, "words": words}
    html = render_template("here.html", said=said, assets=assets, region=region, contacts=contacts, inline=_inline(), told=told)
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers |= {"Content-Language": said.lang, "Cache-Control": "no-cache"}
    response.vary.add("Accept-Language")
    return response


@lru_cache(maxsize=1)
def _inline() -> dict[str, Any]:
    files = {path.name: path.read_text(encoding="utf-8") for path in FOLDERS["web"].iterdir() if path.suffix in (".js", ".css")}
    style = styled(files["base.css"], files["here.css"])
    return {"style": style, "theme": files["theme.js"], "script": bundled(files, "here.js")}
