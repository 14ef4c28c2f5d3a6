"""What the API answers, as pydantic models: they describe, the answers themselves are the core's own plain dicts.

In: nothing.    Out: models for the OpenAPI document; tests hold real answers against them.
Never knows: how an answer is made.
"""
from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from geodata.columns import ACCURACY, KINDS, SERVICES
from locator.omitted import REASONS
from locator.web.asking import listed


class Told(BaseModel):
    """Nothing stands in an answer that is not described."""

    model_config = ConfigDict(extra="forbid")


class Problem(Told):
    """RFC 9457. `code` is for programs and never changes its meaning; `detail` is for people, in their language."""

    type: str = Field("/docs#unknown_place", description="Where the code is explained.")
    title: str = Field("Not found", description="The kind of problem, in the caller's language.")
    status: int = Field(404, description="The HTTP status again.")
    code: str = Field("unknown_place", description="One of the codes listed in /docs.")
    field: str | None = Field("from", description="The field that is wrong, `vehicle.height_m` for one inside another.")
    detail: str = Field("There is no place “湖唐”. Similar names: 湖塘镇.", description="What went wrong, as a sentence.")


class ServiceOut(Told):
    """One service at a place. null is unknown, never no."""

    what: Annotated[str, listed(SERVICES)] = Field(description="Which service.")
    hours: str | None = Field(description="OSM opening_hours of this service alone.")
    price: str | None = Field(description="In words, with its currency.")
    free: bool | None = Field(description="Free of charge.")
    benefit: str | None = Field(description="What union members get.")
    open_at_eta: bool | None = Field(None, description="Open on arrival; null when the hours or the arrival are unknown.")
    closes: str | None = Field(None, description="Open on arrival, until then; null: not known, or not within a year.")
    opens: str | None = Field(None, description="Closed on arrival, until then; null: not known, or not within a year.")
    fits: bool | None = Field(None, description="A stay of `stay_s` (in a plan's leg: of its `rest_s`) fits; null: not known.")


class LinksOut(Told):
    """Each with the coordinates in the datum that its app reads. WeChat opens web links only."""

    amap: str = Field(description="Amap (高德) on the web; opens the app where it is installed.")
    amap_app: str = Field(description="The Amap app on Android.")
    amap_ios: str = Field(description="The Amap app on an iPhone.")
    baidu: str = Field(description="Baidu (百度) on the web; opens the app where it is installed.")
    baidu_app: str = Field(description="The Baidu app, Android and iPhone.")
    tencent: str = Field(description="Tencent (腾讯) on the web; opens the app where it is installed.")
    geo: str = Field(description="`geo:` (RFC 5870): Android asks which app; an iPhone knows it not.")


class PlaceOut(Told):
    """What is known of a place. null is unknown."""

    id: str = Field(description="Of the place; one from OpenStreetMap is `osm:way/123`.")
    layer: str = Field(description="Name of its layer.")
    kind: Annotated[str, listed(KINDS)] = Field(description="What it is.")
    name: str | None = Field(description="Its name, as its source has it: show it as text.")
    name_en: str | None = Field(description="Its English name.")
    grid_cell: str | None = Field(None, description="The grid cell it belongs to.")
    services: list[ServiceOut] = Field(description="What it offers; what is not listed is not known.")
    hours: str | None = Field(description="OSM opening_hours of the whole place.")
    lorry_bays: int | None = Field(description="Bays for lorries.")
    phone: str | None = Field(description="Only where `navigable`.")
    road_ref: str | None = Field(description="Number of the road it stands at.")
    direction: str | None = Field(description="The direction of travel it serves, as signed.")
    max_height_m: float | None = Field(None, description="Height limit on entry.")
    max_mass_t: float | None = Field(None, description="Mass limit on entry.")
    position_accuracy: Annotated[str, listed(ACCURACY)] | None = Field(description="A best (50 m) to E (name only); invented.")
    source: str | None = Field(description="Where it is known from.")
    updated: str | None = Field(None, description="The day it was last checked.")
    demo: bool | None = Field(description="Services, hours or prices are for demonstration.")
    note: str | None = Field(None, description="What else is to be known.")
    navigable: bool = Field(description="False when the position is worse than class B: no navigation, call or QR code then.")
    links: LinksOut | None = Field(description="Links to navigation apps; null where it is not `navigable`.")
    approximate: bool = Field(description="The position or the times are not exact.")
    closes: str | None = Field(description="The place is open on arrival, until then; null: not known, or not within a year.")
    opens: str | None = Field(description="It is closed on arrival, until then; null: not known, or not within a year.")
    fits: bool | None = Field(description="A stay of `stay_s` fits before it closes; null: not known.")


class StopOut(PlaceOut):
    """One pass of the route by a place."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    pass_: int = Field(alias="pass", description="1 for the first time the route comes by, 2 for the second …")
    offset_m: float = Field(description="Where on the route the stop is met, metres from its start.")
    off_route_m: float = Field(description="Straight distance from the route.")
    side: Literal["left", "right"] | None = Field(description="Side of the route, in direction of travel; null: on it.")
    side_confidence: float | None = Field(description=(
        "How sure it is, from 0.5 (a guess) to 1, that the place stands on the side of a divided road it is entered from here."))
    reach_s: float = Field(description="Driving time from the start position to the stop.")
    return_s: float = Field(description="Driving time from the stop to the route's end.")
    detour_s: float = Field(description="What the stop costs: reach_s + return_s less the route's own time.")
    detour_m: float | None = Field(description="The same in metres.")
    leave_m: float | None = Field(description=(
        "Where he leaves the route, metres from its start; without known roads, where it comes nearest."))
    rejoin_m: float | None = Field(description="Where he is back on it.")
    leave_name: str | None = Field(description="Junction or road where he leaves.")
    eta: str = Field(description="Arrival, ISO 8601 in the region's time zone.")
    access: Literal["same", "opposite", "off_route"] | None = Field(
        description="Within 200 m and entered from his own direction; within 200 m but only from the other carriageway; farther.")
    open_at_eta: bool | None = Field(description="Open on arrival; null when its hours are not known.")


class NearOut(PlaceOut):
    """A place near a point."""

    drive_s: float = Field(description="Driving time from the point.")
    drive_m: float | None = Field(description="Driving distance.")
    distance_m: float = Field(description="Straight (geodesic) distance.")
    eta: str = Field(description="Arrival, ISO 8601 in the region's time zone.")
    open_at_eta: bool | None = Field(description="Open on arrival; null when its hours are not known.")


class Point(Told):
    type: Literal["Point"] = "Point"
    coordinates: tuple[float, float] = Field(description="Longitude, latitude, WGS 84.")


class LineString(Told):
    type: Literal["LineString"] = "LineString"
    coordinates: list[tuple[float, float]]


class Stop(Told):
    type: Literal["Feature"] = "Feature"
    id: str | None = None
    geometry: Point
    properties: StopOut


class Near(Told):
    type: Literal["Feature"] = "Feature"
    id: str | None = None
    geometry: Point
    properties: NearOut


class Item(Told):
    type: Literal["Feature"] = "Feature"
    id: str | None = None
    geometry: Point
    properties: dict[str, Any] = Field(description="The columns of the layer's kind.")


class Route(Told):
    distance_m: float = Field(description="Its length as driven.")
    duration_s: float = Field(description="Its driving time.")
    approximate: bool = Field(description=(
        "Not driven on known roads, or part of a given line fits no road, or an asked point is over 300 m from the road taken."))
    geometry: LineString = Field(description="Where it runs.")
    engine: str = Field(description="`embedded` knows the roads; `straight` does not.")
    unmatched: list[tuple[float, float]] = Field(description="Stretches (from_m, to_m) of a given line that fit no road.")
    depart: str = Field(description="When it is driven.")
    doubts: list[str] = Field(description=(
        "Why it may be other than told: `condition_changes`, `condition_unknown`; then `approximate` is true."))
    toll_m: float | None = Field(description=(
        "Metres on roads known to take a toll of this vehicle; null where no roads are known."))
    snapped_m: list[float] = Field(description=(
        "How far from, each via and to lie from the road taken for them; empty for a given line."))
    via_m: list[float] = Field(description="Where along the route each via is passed; empty for a given line.")


class Omitted(Told):
    id: str = Field(description="Of the place.")
    layer: str = Field(description="Its layer.")
    name: str | None = Field(description="Its name.")
    kind: Annotated[str, listed(KINDS)] = Field(description="What it is.")
    name_en: str | None = Field(description="Its English name.")
    reason: Annotated[str, listed(REASONS)] = Field(description="Why it was left out, a code.")
    value: float | str | None = Field(description="What decided, by reason: see below.")


class OmittedStop(Omitted):
    off_route_m: float = Field(description="Straight distance from the route.")


class OmittedNear(Omitted):
    distance_m: float = Field(description="Straight (geodesic) distance.")


class Credits(Told):
    attribution: str = Field(description="To be shown with what is drawn.")
    schematic: bool = Field(description="Positions of this region are schematic: say so wherever they are shown.")
    region: str = Field(description="Which region answered.")


class RouteAnswer(Route, Credits):
    pass


class AlongAnswer(Credits):
    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[Stop]
    route: Route
    omitted: list[OmittedStop] = Field(description="Places within 5 km of the route that are no stops, nearest first.")
    omitted_more: int = Field(description="How many more were left out than are listed.")
    stay_s: float | None = Field(description="The stay `fits` speaks of: the break by the rules of the region's country.")


class NearestAnswer(Credits):
    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[Near]
    omitted: list[OmittedNear] = Field(description=(
        "Places left out within 5 km, or as far as the farthest that is shown; all, when fewer were found than asked for."))
    omitted_more: int = Field(description="How many more were left out than are listed.")
    stay_s: float | None = Field(description="The stay `fits` speaks of: the break by the rules of the region's country.")


class LayerOut(Told):
    name: str = Field(description="As in the address of its items.")
    kind: str = Field(description="The kind of its items, or places, grid_cells, events.")
    items: int = Field(description="How many.")
    version: int = Field(description="Rises by one with every change.")


class LayersAnswer(Credits):
    layers: list[LayerOut]


class ItemsAnswer(Told):
    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[Item]
    total: int = Field(description="Items in the bbox, on this page or not.")


class Lines(Told):
    type: Literal["MultiLineString"] = "MultiLineString"
    coordinates: list[list[tuple[float, float]]]


class ClosureOut(Told):
    """A road that people closed or limited."""

    id: int = Field(description="Of the closure.")
    road: str = Field(description="The OpenStreetMap way, `osm:way/123`.")
    name: str | None = Field(description="Of the road.")
    what: Literal["close", "limit"] = Field(description="Nobody drives there, or only those within `limits`.")
    limits: dict[str, float] = Field(description=(
        "height_m, mass_t, width_m, length_m, axle_t: what is over it may not; kmh: nobody is faster."))
    direction: Literal["both", "forward", "backward"] = Field(description="As the way is drawn in OpenStreetMap.")
    at: tuple[float, float] | None = Field(description=(
        "Only the stretch between two junctions that lies here; null: the whole way."))
    from_: str | None = Field(None, alias="from", description="In force from then; null: at once.")
    until: str | None = Field(description="In force before then; null: until it is opened.")
    note: str | None = Field(description="As somebody wrote it: show it as text.")
    made: str = Field(description="When it was put down, UTC.")
    state: Literal["in_force", "to_come", "over", "gone"] = Field(description="Now; gone: the roads have no such way any more.")


class ClosureFeature(Told):
    type: Literal["Feature"] = "Feature"
    id: int
    geometry: Lines | None
    properties: ClosureOut


class ClosuresAnswer(Credits):
    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[ClosureFeature]


class UnmetOut(Told):
    """So often in a month, at that hour of such days, somebody found no stop there with what he missed."""

    region: str = Field(description="The region asked.")
    cell_lon: float = Field(description="Longitude of the middle of a cell of 0.05 degrees.")
    cell_lat: float = Field(description="Its latitude.")
    road: str = Field(description="Name or number of the road; empty where not known.")
    month: str = Field(description="2026-11.")
    hour: int = Field(description="0 to 23, of the region's clock, when he would be there.")
    days: Literal["workday", "weekend"] = Field(description="Monday to Friday, or Saturday and Sunday.")
    missing: Annotated[str, listed([*SERVICES, *KINDS, "lorry_bays", "any"])] = Field(
        description="The service asked, else the kind; lorry_bays: enough of them; any: no place at all.")
    count: int = Field(description="Questions, at least 5.")


class UnmetAnswer(Credits):
    unmet: list[UnmetOut]


class Name(Told):
    name: str = Field(description="As /api/along takes it.")
    name_en: str | None = Field(description="In English, which /api/along takes as well; null where none is known.")
    kind: str | None = Field(description="city, town, village … or the kind of a service point; null: not known.")
    lon: float = Field(description="Degrees.")
    lat: float = Field(description="Degrees.")


class NamesAnswer(Told):
    names: list[Name]


class Health(Told):
    status: Literal["ok"] = "ok"
