"""What planners may ask over HTTP: as a query, or as JSON with a traffic table.

In: a Flask request.    Out: checked models, and the CoverAsk they mean.
Never knows: how a question is answered.
"""
from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat

from locator.asks import ACCURACIES, OLDEST_DAYS, Want
from locator.coverage import BANDS_S, LIMIT_S, LONGEST_S, MOST_BANDS, CoverAsk
from locator.engines.reaching import DIRECTIONS
from locator.freight import CLASSES, FREIGHT
from locator.norms import norms
from locator.spacing import CLASSES_MEANT, DETOUR_S, LEAST_M, SpacingAsk
from locator.traffic import MOST_LORRIES, traffic_of
from locator.usable import WEEKDAYS
from locator.vehicles import PRESETS, Vehicle
from locator.web.answering import vehicle_of
from locator.web.asking import Asked, Avoiding, Kinds, Load, Measures, Services, Text, VehicleIn, among, listed, split

CLASS = Annotated[str, AfterValidator(among(CLASSES)), listed(CLASSES)]
NORM = Annotated[str, AfterValidator(among(norms())), listed(norms())]
Bands = Annotated[list[FiniteFloat], BeforeValidator(split), Field(max_length=MOST_BANDS)]


class Meant(BaseModel):
    """Which places count."""

    min_bays: int | None = Field(None, ge=1, le=100_000, description="Only places known to have so many lorry bays.")
    min_accuracy: Annotated[str, AfterValidator(among(ACCURACIES)), listed(ACCURACIES)] | None = Field(
        None, description="Only positions of this class or better: A best, E worst.")
    max_age_days: int | None = Field(None, ge=0, le=OLDEST_DAYS, description=(
        "Only records known to have been checked at most so many days ago."))
    weekday: Annotated[str, AfterValidator(among(WEEKDAYS)), listed(WEEKDAYS)] | None = Field(
        None, description="Only places open on the next such day, at `hour`, else at noon.")
    hour: int | None = Field(None, ge=0, le=23, description=(
        "Only places that are open, with the services asked, at this hour of the region's clock. Unknown hours are not open."))


class Counted(Meant):
    """How near, and which roads."""

    limit_s: FiniteFloat = Field(LIMIT_S, ge=1, le=LONGEST_S, description="Covered is what is no farther, seconds of driving.")
    direction: Annotated[str, AfterValidator(among(DIRECTIONS)), listed(DIRECTIONS)] = Field(
        "to", description="Driving to the nearest place, or coming from it.")
    classes: Annotated[list[CLASS], BeforeValidator(split)] = Field(
        list(FREIGHT), description="Road classes that are counted, OpenStreetMap's; a link counts with its road.")


class Weighed(BaseModel):
    """One count of lorries."""

    model_config = ConfigDict(extra="forbid")

    way: int | None = Field(None, ge=1, description="An OpenStreetMap way; all its directions together.")
    ref: Text | None = Field(None, description="Or a road's number; both directions together.")
    lorries_day: FiniteFloat = Field(ge=0, le=MOST_LORRIES, description="Lorries a day.")


class Shown(BaseModel):
    """How much of the answer."""

    zones: Text | None = Field(None, description="Name of a layer of polygons: shares by each of them.")
    bands_s: Bands = Field(list(BANDS_S), description="Shares within each of these as well, seconds.")
    gaps: int = Field(50, ge=0, le=10_000, description="At most so many gaps, the heaviest.")
    lines: bool = Field(False, description="The roads cut by band as well, to draw them.")


class PlannedOptions(Asked, Measures, Load, Avoiding):
    """A planner's question as a query says it: everything on one level."""

    vehicle: Annotated[str, listed(PRESETS)] = Field("lorry", description="A common vehicle to start from.")
    kind: Kinds = Field([])
    service: Services = Field([])


class PlannedBody(Asked, Avoiding):
    """The same as JSON."""

    vehicle: VehicleIn = Field(default_factory=lambda: VehicleIn.model_validate({}), description="A lorry by default.")
    kinds: Kinds = Field([])
    services: Services = Field([])


class Planned(PlannedBody):
    """With a traffic table."""

    traffic: list[Weighed] = Field([], description="Lorries a day by road: the shares are weighed by them as well.")


class CoverageOptions(PlannedOptions, Counted, Shown):
    """How much of the freight roads lies near a place."""


class CoverageAsked(Planned, Counted, Shown):
    """How much of the freight roads lies near a place, weighed by traffic where it is given."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, json_schema_extra={"examples": [
        {"limit_s": 900, "services": ["shower"], "hour": 2, "traffic": [{"ref": "G42", "lorries_day": 18000}]}]})


class Ranked(BaseModel):
    """How much of an answer about single places."""

    limit: int = Field(50, ge=1, le=10_000, description="At most so many places, the dearest losses.")
    gains: bool = Field(True, description="Also the order in which each next place adds most.")


class CriticalityOptions(PlannedOptions, Counted, Ranked):
    """What breaks when one place closes."""


class CriticalityAsked(Planned, Counted, Ranked):
    """What breaks when one place closes, weighed by traffic where it is given."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, json_schema_extra={"examples": [
        {"limit_s": 900, "kinds": ["drivers_home", "service_area"], "limit": 10}]})


class Spaced(Meant):
    """Which roads, and by which norms."""

    classes: Annotated[list[CLASS], BeforeValidator(split)] = Field(
        list(CLASSES_MEANT), description="Road classes, OpenStreetMap's; links are left out.")
    refs: Annotated[list[Text], BeforeValidator(split), Field(max_length=1_000)] = Field(
        [], description="Only roads of these numbers.")
    norms: Annotated[list[NORM], BeforeValidator(split)] = Field(
        [], description="Which norms; without any, those of the region's country.")
    own_m: FiniteFloat | None = Field(None, ge=1, le=1e7, description="A norm of one's own: no stretch longer, metres.")
    least_m: FiniteFloat = Field(LEAST_M, ge=0, le=1e7, description="Leave out directions of roads shorter than this.")
    max_detour_s: FiniteFloat = Field(DETOUR_S, ge=0, le=LONGEST_S, description="A stop that costs more is none of the road's.")
    lines: bool = Field(False, description="Where each direction runs as well, to draw it.")


class SpacingOptions(PlannedOptions, Spaced):
    """How far apart the stops of each direction of a road are."""


class SpacingAsked(PlannedBody, Spaced):
    """How far apart the stops of each direction of a road are."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, json_schema_extra={"examples": [
        {"refs": ["G42", "S39"], "kinds": ["service_area", "lorry_park"], "own_m": 40000}]})


AnyCover = CoverageOptions | CoverageAsked | CriticalityOptions | CriticalityAsked


def cover_ask(asked: AnyCover, **more: Any) -> CoverAsk:
    """The question meant. Raises BadInput."""
    traffic = traffic_of([one.model_dump() for one in asked.traffic]) if isinstance(asked, Planned) and asked.traffic else None
    direction: Literal["to", "from"] = "from" if asked.direction == "from" else "to"
    return CoverAsk(limit_s=asked.limit_s, direction=direction, vehicle=vehicle_meant(asked), want=want_meant(asked),
                    weekday=asked.weekday, hour=asked.hour, classes=tuple(asked.classes), traffic=traffic, **more)


def spacing_ask(asked: SpacingOptions | SpacingAsked) -> SpacingAsk:
    """The question meant. Raises BadInput."""
    return SpacingAsk(vehicle_meant(asked), want_meant(asked), asked.weekday, asked.hour, tuple(asked.classes), tuple(asked.refs),
                      tuple(asked.norms), asked.own_m, asked.least_m, asked.max_detour_s)


def want_meant(asked: PlannedOptions | PlannedBody) -> Want:
    kinds, services = (asked.kind, asked.service) if isinstance(asked, PlannedOptions) else (asked.kinds, asked.services)
    said = {name: value for name in ("min_bays", "min_accuracy", "max_age_days") if (value := getattr(asked, name)) is not None}
    return Want(kinds=tuple(kinds), services=tuple(services), **said)


def vehicle_meant(asked: PlannedOptions | PlannedBody) -> Vehicle:
    if isinstance(asked, PlannedOptions):
        return vehicle_of(asked.vehicle, asked, asked.avoid)
    return vehicle_of(asked.vehicle.preset, asked.vehicle, asked.avoid)
