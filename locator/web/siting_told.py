"""What siting answers, as pydantic models: they describe; the answers are the core's own dicts (siting/telling.py).

In: nothing.    Out: models for the OpenAPI document; tests hold real answers against them.
Never knows: how an answer is made.
"""
from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from locator.engines.reaching import DIRECTIONS
from locator.siting.asking import MODELS
from locator.web.asking import listed
from locator.web.describing import Told
from locator.web.planning_told import CountsOut, RoadClass, ShareOut, Trusted

Model = Annotated[str, listed(MODELS)]
UNITS = ("m", "lorry_km_day", "m_s", "lorry_km_day_s", "s", "sites", "cost", "trips")


class SiteOut(Told):
    """A site, in the order of what it adds."""

    order: int = Field(description="1 is the first.")
    id: str = Field(description="Of the candidate: its layer and id, or how it was generated.")
    kind: str = Field(description="Of the place; or interchange, junction, roadside.")
    name: str | None = Field(description="Its name: show it as text.")
    name_en: str | None = Field(description="Its English name.")
    refs: list[str] = Field(description="Numbers of the roads there, of generated ones; at most three.")
    lon: float = Field(description="Degrees, WGS 84.")
    lat: float = Field(description="The same.")
    position_accuracy: str | None = Field(description="Of a place of a layer; null for spots on the roads as drawn.")
    cost: float | None = Field(description="As given; null without a budget.")
    capacity: float | None = Field(description="What it holds, in the unit of demand; null but for the model capacitated.")
    gain: float | None = Field(description="What it adds to the model's value after those before it, in `unit`.")
    gain_share: float | None = Field(description="The same as a part of all demand; null where the value is no sum of demand.")
    covered_m: float = Field(description="Metres of road covered once it and those before it stand: exact on every metre.")
    share: float | None = Field(description="The same as a share.")
    lorry_share: float | None = Field(description="The same weighed by traffic; null where nobody counted.")


class SitePoint(Told):
    type: Literal["Point"] = "Point"
    coordinates: list[float] = Field(description="lon, lat.")


class SiteFeature(Told):
    type: Literal["Feature"] = "Feature"
    id: int
    geometry: SitePoint
    properties: SiteOut


class WeightOut(Told):
    """All demand, by who serves it: served + gained + unserved + never = total. On roads by pieces, each as a whole."""

    unit: str = Field(description="m, lorry_km_day or trips.")
    total: float = Field(description="All of it.")
    served: float = Field(description="By what stands.")
    gained: float = Field(description="By the sites chosen.")
    unserved: float = Field(description="By none of these, though a candidate could, or could were it not full.")
    never: float = Field(description="By no candidate at all: sites elsewhere would be needed.")


class CandidatesOut(Told):
    """Among what was chosen."""

    layer: str | None = Field(description="Whose places; null: generated along the roads.")
    n: int = Field(description="How many.")
    off_road: int = Field(description="Of these, out of this vehicle's reach.")
    spacing_m: float | None = Field(description="Between generated ones; wider than asked where there were too many.")


class FindingOut(Told):
    """A trip left out."""

    row: int = Field(description="In the list or table.")
    id: str = Field(description="Its name.")
    code: str = Field(description="Why: an error code.")
    field: str | None = Field(description="Which field.")


class SitedTrips(Told):
    """Trips, counted; their weights are in `weight`."""

    asked: int = Field(description="All that were given.")
    rule: str = Field(description="As asked.")
    longest_s: float = Field(description="Driving without a break at most.")
    served: int = Field(description="Lawful with what stands.")
    gained: int = Field(description="Lawful with the sites chosen.")
    unserved: int = Field(description="Not so, though with all candidates they were.")
    never: int = Field(description="Not even with all candidates.")
    never_ids: list[str] = Field(description="Some of these.")
    skipped: int = Field(description="Left out.")
    findings: list[FindingOut] = Field(description="Some of these, with the reason.")


class SitingAnswer(Trusted):
    """The sites as features; beside them what they reach, how good that is, and who is left out."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[SiteFeature]
    model: Model = Field(description="As asked.")
    k: int | None = Field(description="As asked.")
    budget: float | None = Field(description="As asked.")
    apart_m: float = Field(description="As asked.")
    piece_m: float = Field(description="As asked.")
    limit_s: float = Field(description="As asked.")
    direction: Annotated[str, listed(DIRECTIONS)] = Field(description="As asked.")
    vehicle: str = Field(description="The preset asked.")
    classes: list[RoadClass] = Field(description="As asked.")
    kinds: list[str] = Field(description="As asked.")
    services: list[str] = Field(description="As asked.")
    at: str | None = Field(description="The moment at which places had to be open; null: not asked.")
    value: float | None = Field(description="Of the choice, in `unit`; null: no set of candidates meets the limits.")
    bound: float | None = Field(description="No choice within the limits is better; null: nothing is known.")
    gap: float | None = Field(description="Between the two, as a part of the value; 0 when proven.")
    proven: bool = Field(description="The bound is reached, to a millionth of the value.")
    stopped: str = Field(description="Why the search ended: proven, nodes, time or cancelled.")
    possible: bool = Field(description="Does any set of candidates meet the limits?")
    unit: Annotated[str, listed(UNITS)] = Field(description=(
        "Of value, bound and gains. Of the median, metres (or lorry km a day) times seconds: by weight.total the mean time."))
    weight: WeightOut = Field(description="All demand, by who serves it.")
    before: ShareOut = Field(description="The coverage now, exact on every metre.")
    after: ShareOut = Field(description="With all the sites.")
    candidates: CandidatesOut = Field(description="Among what was chosen.")
    gaps_left: int = Field(description="Gaps with all the sites.")
    gaps_left_m: float | None = Field(description="Their metres.")
    trips: SitedTrips | None = Field(description="Null but for the model trips.")
    places: CountsOut = Field(description="How many places were counted.")
