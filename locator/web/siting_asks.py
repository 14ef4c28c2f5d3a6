"""What siting may be asked over HTTP, as JSON.

In: a Flask request.    Out: a checked model, and the SiteAsk it means.
Never knows: how sites are chosen.
"""
from __future__ import annotations

from typing import Annotated, Any, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, FiniteFloat

from locator.rules import RULE_SETS
from locator.siting.asking import DETOUR_S, LONGEST_ID, MODELS, MOST_HELD, MOST_SITES, SiteAsk, read_trips
from locator.web.asking import Datum, Text, among, listed
from locator.web.planning_asks import Counted, Planned, cover_ask

MOST_TRIPS_SENT = 5_000
LONGEST_LINE = 200_000          # letters of a polyline
LONGEST_S = 300.0
Lon = Annotated[FiniteFloat, Field(ge=-180, le=180)]
Lat = Annotated[FiniteFloat, Field(ge=-90, le=90)]


class TripSent(BaseModel):
    """One trip: its two ends, or the line driven."""

    model_config = ConfigDict(extra="forbid")

    id: Text | None = Field(None, description="Its name in the answer; without it its number in the list.")
    weight: FiniteFloat = Field(1.0, ge=0, le=1e9, description="How many such trips, a day for example.")
    from_lon: Lon | None = Field(None, description="Where it begins, degrees.")
    from_lat: Lat | None = Field(None, description="The same.")
    to_lon: Lon | None = Field(None, description="Where it ends, degrees.")
    to_lat: Lat | None = Field(None, description="The same.")
    polyline: Annotated[str, Field(max_length=LONGEST_LINE)] | None = Field(
        None, description="Or the line driven, as an encoded polyline.")
    precision: int = Field(5, ge=5, le=6, description="Of the polyline: decimal places, 5 or 6.")


class SitingAsked(Planned, Counted):
    """Where the next sites go. The fields of coverage say which places count, how near is near, and on which roads."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, json_schema_extra={"examples": [
        {"kinds": ["drivers_home"], "limit_s": 900, "k": 3, "apart_m": 5000}]})

    model: Annotated[str, AfterValidator(among(MODELS)), listed(MODELS)] = Field("covering", description=(
        "covering: the most road covered; capacitated: the same where each site holds only so much; median: the nearest on "
        "average; center: the least worst; cover: the fewest sites that cover all; trips: the most trips driven lawfully."))
    k: int | None = Field(None, ge=1, le=MOST_SITES, description=(
        "At most so many sites; 5 where no budget is given, for cover any number."))
    budget: FiniteFloat | None = Field(None, ge=0, le=1e15, description="At most so much over `costs`.")
    costs: dict[Annotated[str, Field(max_length=LONGEST_ID)], FiniteFloat] = Field(
        {}, max_length=100_000, description="Candidate id to cost; with a budget, a candidate without one is left out.")
    capacity: FiniteFloat | None = Field(None, ge=0, le=MOST_HELD, description=(
        "For the model capacitated: what a candidate holds, in metres of road, with traffic in lorry kilometres a day."))
    capacities: dict[Annotated[str, Field(max_length=LONGEST_ID)], FiniteFloat] = Field(
        {}, max_length=100_000, description=(
            "The same by id, of candidates and places that stand (layer:id). A candidate of unknown capacity is left out; a "
            "place that stands then holds all that reaches it."))
    capacity_per_bay: FiniteFloat | None = Field(None, ge=0, le=MOST_HELD, description=(
        "The same for each lorry bay, where the bays are known; goes before `capacity`."))
    candidates: Text | None = Field(None, description="Name of a layer; without it, spots along the roads are generated.")
    spacing_m: FiniteFloat = Field(2_000.0, ge=100, le=1e6, description="Generated candidates are at least so far apart.")
    apart_m: FiniteFloat = Field(0.0, ge=0, le=1e6, description="Chosen sites are at least so far apart, in a straight line.")
    exclude: list[Text] = Field([], max_length=10_000, description="Ids of candidates that are out.")
    piece_m: FiniteFloat = Field(500.0, ge=50, le=10_000, description="Roads count by pieces no longer than this, as wholes.")
    trips: list[TripSent] = Field([], max_length=MOST_TRIPS_SENT, description="For the model trips.")
    datum: Datum = "wgs84"
    rule: Annotated[str, AfterValidator(among(tuple(RULE_SETS))), listed(tuple(RULE_SETS))] = Field(
        "cn", description="Whose longest driving without a break.")
    drive_s: FiniteFloat | None = Field(None, ge=60, le=86_400, description="Instead of the rule's, seconds.")
    max_detour_s: FiniteFloat = Field(DETOUR_S, ge=0, le=86_400, description="A trip stops at what costs it no more.")
    seconds: FiniteFloat = Field(60.0, ge=1, le=LONGEST_S, description="Look for at most so long.")


def site_ask(asked: SitingAsked) -> SiteAsk:
    """The question meant. Raises BadInput."""
    k = 5 if asked.k is None and asked.budget is None and asked.model != "cover" else asked.k
    records = enumerate((one.model_dump(exclude_none=True) for one in asked.trips), start=1)
    trips, unread = read_trips(records)
    named = ("model", "budget", "capacity", "capacities", "capacity_per_bay", "candidates", "spacing_m", "apart_m", "piece_m",
             "datum", "rule", "drive_s", "max_detour_s", "seconds")
    return SiteAsk(cover=cover_ask(cast(Any, asked)), k=k, costs=asked.costs, exclude=tuple(asked.exclude), trips=trips,
                   unread=unread, **{name: getattr(asked, name) for name in named})
