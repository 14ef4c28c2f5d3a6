"""What planners are answered, as pydantic models: they describe; the answers are the core's own dicts (planner_answers.py).

In: nothing.    Out: models for the OpenAPI document; tests hold real answers against them.
Never knows: how an answer is made.
"""
from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from geodata.columns import ACCURACY, KINDS
from locator.chains import WINDS
from locator.engines.reaching import DIRECTIONS
from locator.freight import CLASSES
from locator.norms import MEASURES, VERDICTS
from locator.usable import WEEKDAYS
from locator.web.asking import listed
from locator.web.describing import Credits, Lines, LineString, Point, Told

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


class CalledOut(Told):
    """What a place is called."""

    id: str = Field(description="Of the place.")
    layer: str = Field(description="Its layer.")
    kind: Annotated[str, listed(KINDS)] = Field(description="What it is.")
    name: str | None = Field(description="Its name: show it as text.")
    name_en: str | None = Field(description="Its English name.")
    position_accuracy: Annotated[str, listed(ACCURACY)] | None = Field(description="A best (50 m) to E (name only); invented.")


class HeirOut(CalledOut):
    """A place that takes over."""

    taken_m: float = Field(description="Metres of road that it takes over.")


class CriticalOut(CalledOut):
    """What breaks when this place closes."""

    rank: int = Field(description=(
        "1 is the dearest loss: by lorry kilometres where counted, then metres, then what others drive more."))
    served_m: float = Field(description="Metres of road that have it nearest, within the limit; each direction by itself.")
    lost_m: float = Field(description="Of these, no place would be within the limit.")
    lost_lorry_km_day: float | None = Field(description="The same in lorries a day times kilometres; null where nobody counted.")
    taken_m: float = Field(description="Of these, another place would still be within the limit.")
    extra_s: float | None = Field(description=(
        "How much farther that one is, on average over taken_m; null when nothing is taken over."))
    worst_extra_s: float | None = Field(description="How much farther at worst.")
    heirs: list[HeirOut] = Field(description="Who takes over, the most metres first, at most three.")


class CriticalFeature(Told):
    type: Literal["Feature"] = "Feature"
    id: str
    geometry: Point
    properties: CriticalOut


class GainOut(CalledOut):
    """The k-th place of an order in which each next one adds most."""

    k: int = Field(description="1 covers most alone.")
    gain_m: float = Field(description="Metres of road that it adds to those before it.")
    covered_m: float = Field(description="Covered by it and those before it together.")
    gain_lorry_km_day: float | None = Field(description=(
        "What it adds in lorries a day times kilometres; null where nobody counted."))


class CriticalityAnswer(Trusted):
    """The places as features; beside them what was asked, and the order of gains."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[CriticalFeature]
    places_total: int = Field(description="All places counted, shown or not.")
    gains: list[GainOut] = Field(description="All places by what each adds; empty when not asked.")
    limit_s: float = Field(description="As asked.")
    direction: Annotated[str, listed(DIRECTIONS)] = Field(description="As asked.")
    vehicle: str = Field(description="The preset asked.")
    classes: list[RoadClass] = Field(description="As asked.")
    kinds: list[str] = Field(description="As asked.")
    services: list[str] = Field(description="As asked.")
    weekday: Annotated[str, listed(WEEKDAYS)] | None = Field(description="As asked.")
    hour: int | None = Field(description="As asked.")
    zones: str | None = Field(description="Not asked here.")
    at: str | None = Field(description="The moment at which places had to be open; null: not asked.")
    places: CountsOut = Field(description="How many places were counted.")
    total: ShareOut = Field(description="As it is with all of them open.")


class OwnStopOut(CalledOut):
    """A stop of one direction of a road."""

    lon: float = Field(description="Longitude, degrees.")
    lat: float = Field(description="Latitude.")
    offset_m: float = Field(description="Where along the road it is met, metres from the road's beginning.")
    drive_s: float = Field(description="Driving time along the road up to there.")
    detour_s: float = Field(description="What stopping there costs.")
    leave_m: float | None = Field(description="Where one leaves the road for it.")
    rejoin_m: float | None = Field(description="Where one is back.")


class StretchOut(Told):
    """From one stop to the next, or to an end of the road."""

    from_m: float = Field(description="Metres from the road's beginning.")
    to_m: float = Field(description="The same.")
    length_m: float = Field(description="Metres without a stop.")
    drive_s: float = Field(description="Driving time over it.")
    open: bool = Field(description="It ends where the road, or what is known of it, ends: in truth it may be longer.")
    from_id: str | None = Field(description="The stop it begins at; null: the road's beginning.")
    to_id: str | None = Field(description="The stop it ends at; null: the road's end.")


class VerdictOut(Told):
    """What one norm says of a direction."""

    norm: str = Field(description="Its name, see `norms`.")
    value_m: float | None = Field(description="The longest stretch, or the mean distance, as the norm measures.")
    verdict: Annotated[str, listed(VERDICTS)] = Field(description=(
        "not_known: nothing exceeds it, but no two stops show a distance."))


class DirectionOut(Told):
    """One direction of one road."""

    ref: str = Field(description="The road's number.")
    name: str | None = Field(description="The name most of it bears: show it as text.")
    heading: Annotated[str, listed(WINDS)] | None = Field(description="From its beginning to its end; null for a ring.")
    road_class: RoadClass = Field(description="Of most of it.")
    length_m: float = Field(description="Its length.")
    drive_s: float = Field(description="Driving time over it.")
    begin: tuple[float, float] = Field(description="Longitude, latitude.")
    end: tuple[float, float] = Field(description="Longitude, latitude.")
    stops: list[OwnStopOut] = Field(description="In the order they are met.")
    stretches: list[StretchOut] = Field(description="In order.")
    longest_m: float = Field(description="The longest stretch without a stop.")
    longest_s: float = Field(description="Driving time over it.")
    longest_from_m: float = Field(description="Where it begins.")
    verdicts: list[VerdictOut] = Field(description="Of the norms that mean roads of this class.")
    geometry: LineString | None = Field(None, description="Where it runs, where asked.")


class NormOut(Told):
    """A norm of how far apart stops should be."""

    norm: str = Field(description="Its name; `own` is the asker's.")
    measure: Annotated[str, listed(MEASURES)] = Field(description=(
        "No stretch longer than limit_m, or not so far apart on average."))
    limit_m: float = Field(description="Metres.")
    low_m: float | None = Field(description="What it asks at least; told, not judged.")
    kinds: list[str] = Field(description="Which places it means; empty: any.")
    services: list[str] = Field(description="Which services they must be known to have.")
    classes: list[str] = Field(description="Which roads it means; empty: any.")
    says: str | None = Field(description="What it says, in short.")
    source: str | None = Field(description="Where that stands.")


class SpacingAnswer(Trusted):
    """The directions of roads, by number, the longest first."""

    directions: list[DirectionOut]
    norms: list[NormOut] = Field(description="The norms held against.")
    classes: list[RoadClass] = Field(description="As asked.")
    refs: list[str] = Field(description="As asked.")
    kinds: list[str] = Field(description="As asked.")
    services: list[str] = Field(description="As asked.")
    vehicle: str = Field(description="The preset asked.")
    weekday: Annotated[str, listed(WEEKDAYS)] | None = Field(description="As asked.")
    hour: int | None = Field(description="As asked.")
    least_m: float = Field(description="As asked.")
    max_detour_s: float = Field(description="As asked.")
    at: str | None = Field(description="The moment at which places had to be open; null: not asked.")
    places: CountsOut = Field(description="How many places were counted.")
