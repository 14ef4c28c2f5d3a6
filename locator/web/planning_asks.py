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
from locator.traffic import MOST_LORRIES, traffic_of
from locator.usable import WEEKDAYS
from locator.vehicles import PRESETS, Vehicle
from locator.web.answering import vehicle_of
from locator.web.asking import Asked, Avoiding, Kinds, Load, Measures, Services, Text, VehicleIn, among, listed, split

CLASS = Annotated[str, AfterValidator(among(CLASSES)), listed(CLASSES)]
Bands = Annotated[list[FiniteFloat], BeforeValidator(split), Field(max_length=MOST_BANDS)]


class Counted(BaseModel):
    """Which places count, and which roads."""

    limit_s: FiniteFloat = Field(LIMIT_S, ge=1, le=LONGEST_S, description="Covered is what is no farther, seconds of driving.")
    direction: Annotated[str, AfterValidator(among(DIRECTIONS)), listed(DIRECTIONS)] = Field(
        "to", description="Driving to the nearest place, or coming from it.")
    min_bays: int | None = Field(None, ge=1, le=100_000, description="Only places known to have so many lorry bays.")
    min_accuracy: Annotated[str, AfterValidator(among(ACCURACIES)), listed(ACCURACIES)] | None = Field(
        None, description="Only positions of this class or better: A best, E worst.")
    max_age_days: int | None = Field(None, ge=0, le=OLDEST_DAYS, description=(
        "Only records known to have been checked at most so many days ago."))
    weekday: Annotated[str, AfterValidator(among(WEEKDAYS)), listed(WEEKDAYS)] | None = Field(
        None, description="Only places open on the next such day, at `hour`, else at noon.")
    hour: int | None = Field(None, ge=0, le=23, description=(
        "Only places that are open, with the services asked, at this hour of the region's clock. Unknown hours are not open."))
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


class Planned(Asked, Avoiding):
    """The same as JSON."""

    vehicle: VehicleIn = Field(default_factory=lambda: VehicleIn.model_validate({}), description="A lorry by default.")
    kinds: Kinds = Field([])
    services: Services = Field([])
    traffic: list[Weighed] = Field([], description="Lorries a day by road: the shares are weighed by them as well.")


class CoverageOptions(PlannedOptions, Counted, Shown):
    """How much of the freight roads lies near a place."""


class CoverageAsked(Planned, Counted, Shown):
    """How much of the freight roads lies near a place, weighed by traffic where it is given."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, json_schema_extra={"examples": [
        {"limit_s": 900, "services": ["shower"], "hour": 2, "traffic": [{"ref": "G42", "lorries_day": 18000}]}]})


def cover_ask(asked: CoverageOptions | CoverageAsked, **more: Any) -> CoverAsk:
    """The question meant. Raises BadInput."""
    kinds, services = (asked.kind, asked.service) if isinstance(asked, PlannedOptions) else (asked.kinds, asked.services)
    said = {name: value for name in ("min_bays", "min_accuracy", "max_age_days") if (value := getattr(asked, name)) is not None}
    traffic = traffic_of([one.model_dump() for one in asked.traffic]) if isinstance(asked, Planned) and asked.traffic else None
    direction: Literal["to", "from"] = "from" if asked.direction == "from" else "to"
    want = Want(kinds=tuple(kinds), services=tuple(services), **said)
    return CoverAsk(limit_s=asked.limit_s, direction=direction, vehicle=vehicle_meant(asked), want=want, weekday=asked.weekday,
                    hour=asked.hour, classes=tuple(asked.classes), traffic=traffic, **more)


def vehicle_meant(asked: PlannedOptions | Planned) -> Vehicle:
    if isinstance(asked, PlannedOptions):
        return vehicle_of(asked.vehicle, asked, asked.avoid)
    return vehicle_of(asked.vehicle.preset, asked.vehicle, asked.avoid)
