"""What planners are answered, as pydantic models: they describe; the answers are the core's own dicts (planner_answers.py).

In: nothing.    Out: models for the OpenAPI document; tests hold real answers against them.
Never knows: how an answer is made.
"""
from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from locator.engines.reaching import DIRECTIONS
from locator.freight import CLASSES
from locator.usable import WEEKDAYS
from locator.web.asking import listed
from locator.web.describing import Credits, Lines, Told

RoadClass = Annotated[str, listed(CLASSES)]


class ShareOut(Told):
    """A part of the directed road metres. Weighed figures are over the roads somebody counted; null where nobody did."""

    total_m: float = Field(description="Metres of road, each direction by itself.")
    covered_m: float = Field(description="Of these, near enough to a place.")
    share: float | None = Field(description="covered_m / total_m; null without roads.")
    counted_m: float = Field(description="Metres of road with a traffic count.")
    lorry_km_day: float | None = Field(description="Lorries a day times kilometres, where counted.")
    covered_lorry_km_day: float | None = Field(description="Of these, near enough to a place.")
    lorry_share: float | None = Field(description="The weighed share.")


class BandOut(ShareOut):
    """The share within one limit."""

    limit_s: float = Field(description="Seconds of driving.")


class ClassOut(ShareOut):
    """The share of one road class."""

    road_class: RoadClass = Field(description="OpenStreetMap's; links with their roads.")


class ZoneOut(ShareOut):
    """The share of the roads inside one polygon."""

    id: str = Field(description="Of the polygon in its layer.")
    name: str | None = Field(description="Its name: show it as text.")
    name_en: str | None = Field(description="Its English name.")


class CountsOut(Told):
    """How many places were counted."""

    open: int = Field(description="They count: meant, and open at the moment asked, or no moment was asked.")
    unknown: int = Field(description="Meant, but nobody knows whether they are open then: they do not count.")
    closed: int = Field(description="Known to be closed then.")
    left_out: int = Field(description="Of another kind, without a service asked for, too low for the vehicle, not sure enough.")


class GapOut(Told):
    """A connected stretch of road from which no place is near enough."""

    gap: int = Field(description="1 is the heaviest: by lorry kilometres where counted, then by length.")
    length_m: float = Field(description="Metres, each direction by itself.")
    road_m: float = Field(description="Metres of road, once.")
    lorry_km_day: float | None = Field(description="Lorries a day times uncovered kilometres; null where nobody counted.")
    worst_s: float | None = Field(description="The longest drive between it and a place; null: there is no way at all.")
    unreachable_m: float = Field(description="Metres of it from which there is no way at all.")
    refs: list[str] = Field(description="Numbers of its roads, the longest first, at most three.")
    names: list[str] = Field(description="Names of its roads likewise: show them as text.")
    classes: list[RoadClass] = Field(description="Classes of its roads likewise.")
    lon: float = Field(description="Where the longest drive begins or ends.")
    lat: float = Field(description="The same.")


class GapFeature(Told):
    type: Literal["Feature"] = "Feature"
    id: int
    geometry: Lines
    properties: GapOut


class BandLineOut(Told):
    """Roads of one class in one band of driving time."""

    band: int = Field(description="0 is the nearest; the last one lies beyond all limits.")
    begin_s: float = Field(description="From so many seconds on.")
    end_s: float | None = Field(description="To so many; null for the last band.")
    road_class: RoadClass = Field(description="OpenStreetMap's.")


class BandLine(Told):
    type: Literal["Feature"] = "Feature"
    geometry: Lines
    properties: BandLineOut


class BandLines(Told):
    """Both directions are drawn; far bands come last, so that the worse direction lies on top."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[BandLine]


class Trusted(Credits):
    """How far the figures can be trusted."""

    places_unsure: int = Field(description="Places counted whose position is worse than about 2 km, or unknown.")
    approximate: bool = Field(description="The figures hang on such places, or the region is schematic.")


class CoverageAnswer(Trusted):
    """The gaps as features; beside them what was asked, and the shares."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[GapFeature]
    gaps_total: int = Field(description="All gaps, shown or not.")
    unreachable_m: float = Field(description="Metres of road with no way to, or from, any place.")
    limit_s: float = Field(description="As asked.")
    direction: Annotated[str, listed(DIRECTIONS)] = Field(description="As asked.")
    vehicle: str = Field(description="The preset asked.")
    classes: list[RoadClass] = Field(description="As asked.")
    kinds: list[str] = Field(description="As asked.")
    services: list[str] = Field(description="As asked.")
    weekday: Annotated[str, listed(WEEKDAYS)] | None = Field(description="As asked.")
    hour: int | None = Field(description="As asked.")
    zones: str | None = Field(description="As asked.")
    at: str | None = Field(description="The moment at which places had to be open; null: not asked.")
    places: CountsOut = Field(description="How many places were counted.")
    total: ShareOut = Field(description="Of all roads of the classes asked that the vehicle may drive.")
    if_unknown_open: ShareOut | None = Field(description=(
        "The same if places of unknown hours were open; null where there are none."))
    bands: list[BandOut] = Field(description="Within each of the bands asked.")
    by_class: list[ClassOut] = Field(description="By road class.")
    by_zone: list[ZoneOut] | None = Field(description="By polygon of the layer asked.")
    lines: BandLines | None = Field(None, description="The roads by band, where asked.")
