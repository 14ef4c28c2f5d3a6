"""The planner's question: where do the next sites go, what does each add, how far from the best could that be, who is left out?

In: an Atlas, an EmbeddedEngine, candidates, a SiteAsk.    Out: Siting.
Never knows: Flask, click, languages. The models work on pieces of road, or on trips; the coverage before and after is that of
locator.coverage, exact on every metre.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from geodata.errors import BadInput
from geodata.layers import Layer
from locator.atlas import Atlas
from locator.coverage import Coverage, Ground, Progress, Share, find_ground, quiet
from locator.engines.embedded import EmbeddedEngine
from locator.engines.reaching import find_reach
from locator.engines.standing import Stands, find_stands
from locator.gaps import find_gaps
from locator.siting.asking import SiteAsk
from locator.siting.candidates import Candidates, generated, of_layer
from locator.siting.center import choose_center
from locator.siting.choice import Choice, Effort, Limits
from locator.siting.covering import choose_covering
from locator.siting.demand import Pieces, Times, cut_pieces, find_times
from locator.siting.holding import share_out, standing_holds, weight_parts
from locator.siting.median import choose_median
from locator.siting.set_cover import choose_cover
from locator.siting.trips import TripChoice, choose_for_trips
from locator.siting.trips_asked import TripsFound, find_trips

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
FAR_S = 7_200.0                   # median: a piece from which nothing is nearer counts so much; center: it is left aside
MOST_PAIRS = 40_000_000           # of candidate and piece, where every pair is held


@dataclass(frozen=True)
class Weight:
    """Of all demand: metres, lorry kilometres a day, or trips. served + gained + unserved + never = total.

    never   no candidate can serve it: another layer of candidates, or a stop where none is thought of, would be needed
    """

    unit: str
    total: float
    served: float
    gained: float
    unserved: float
    never: float


@dataclass(frozen=True, eq=False)
class Siting:
    """choice.sites are rows of candidates, in order. shares: coverage with the first 0, 1 … of them. gaps: what is then left.

    off_road  candidates no road leads to for this vehicle
    trips     None unless asked
    """

    ask: SiteAsk
    ground: Ground
    candidates: Candidates
    off_road: int
    choice: Choice
    weight: Weight
    shares: tuple[Share, ...]
    gaps: gpd.GeoDataFrame
    trips: TripsFound | None
    trip_choice: TripChoice | None


def find_siting(atlas: Atlas, engine: EmbeddedEngine, layer: Layer | None, ask: SiteAsk, *, now: datetime,
                country: str | None = None, progress: Progress | None = None) -> Siting:
    """layer: the candidates; None: generated. Raises BadInput too_large, missing, not_allowed, unknown_id."""
    tell = progress or quiet
    tell("places", 0.0, 1.0)
    ground = find_ground(atlas, engine, ask.cover, now=now, country=country)
    tell("places", 0.03, 1.0)
    spots = of_layer(layer, atlas, ask) if layer is not None else generated(atlas, ground.usable.open, ground.freight, ask)
    geometry = np.concatenate([atlas.places.geometry[ground.usable.open], spots.geometry])
    tell("places", 0.06, 1.0)
    stands = find_stands(engine.snapper, ground.net, geometry, range(len(geometry)))
    here = len(ground.usable.open)
    work = _Work(ask, ground, spots, stands, np.arange(here), np.arange(here, len(geometry)),
                 standing_holds(atlas, ground.usable.open, ask), tell)
    trips, trip_choice = None, None
    if ask.model == "trips":
        lonlat = np.concatenate([atlas.places.lonlat[ground.usable.open], spots.lonlat])
        trips = find_trips(engine.at(ground.at or now), ask, geometry, lonlat, here, now,
                           lambda done: tell("trips", 0.1 + 0.5 * done, 1.0))
        trip_choice = choose_for_trips(trips.stops, trips.longest_s, len(spots), work.limits(), work.effort(1_500))
        choice, weight = trip_choice.choice, _of_trips(trips, trip_choice)
    else:
        choice, weight = work.over_roads()
    tell("after", 0.9, 1.0)
    shares, gaps = work.after(choice.sites)
    off_road = len(spots) - len(np.intersect1d(stands.place, work.new))
    tell("done", 1.0, 1.0)
    return Siting(ask, ground, spots, off_road, choice, weight, shares, gaps, trips, trip_choice)


def _of_trips(trips: TripsFound, found: TripChoice) -> Weight:
    def of(state: str) -> float:
        return float(trips.stops.weight[found.state == state].sum())

    return Weight("trips", float(trips.stops.weight.sum()), of("served"), of("gained"), of("unserved"), of("never"))


@dataclass(frozen=True, eq=False)
class _Work:
    """old, new: rows of `stands.place` of what stands and of the candidates. holds: of the old; nan: all that reaches it."""

    ask: SiteAsk
    ground: Ground
    spots: Candidates
    stands: Stands
    old: Ints
    new: Ints
    holds: Floats
    tell: Callable[[str, float, float], None]

    def limits(self) -> Limits:
        return Limits(self.ask.k, self.spots.cost, self.ask.budget, self.spots.apart(self.ask.apart_m))

    def effort(self, rounds: int) -> Effort:
        return Effort(seconds=self.ask.seconds, rounds=rounds,
                      progress=lambda _, done, of: self.tell("choose", 0.6 + 0.3 * done / of, 1.0))

    def over_roads(self) -> tuple[Choice, Weight]:
        pieces = cut_pieces(self.ground, self.ask.piece_m)
        far = self.ask.model in ("median", "center")
        if far and len(pieces) * max(len(self.spots), 1) > MOST_PAIRS:
            raise BadInput("too_large", field="piece_m", value=len(pieces) * len(self.spots), limit=MOST_PAIRS, unit="pairs")
        limit_s = max(FAR_S, self.ask.cover.limit_s) if far else self.ask.cover.limit_s
        times = self._times(self.new, pieces, limit_s, 0.5)
        if self.ask.model == "capacitated":
            return self._shared_out(pieces, times, limit_s)
        today = self._today(pieces, limit_s, self.old)
        choice = self._chosen(pieces, times, today, limit_s)
        return choice, self._weight(pieces, times, today, choice)

    def _times(self, sites: Ints, pieces: Pieces, limit_s: float, part: float) -> Times:
        direction = self.ask.cover.direction
        return find_times(self.ground, self.stands, sites, pieces, limit_s, direction,
                          lambda done: self.tell("times", 0.1 + part * done, 1.0))

    def _today(self, pieces: Pieces, limit_s: float, places: Ints) -> Floats:
        """(n,) seconds from each piece to the nearest of the places; inf beyond the limit: one search for all of them."""
        mine = np.isin(self.stands.place, places)
        lot, arc, into_ms = self.stands.lot[mine], self.stands.arc[mine], self.stands.into_ms[mine]
        one = Stands(np.zeros(len(lot), np.int64), lot, arc, into_ms, (), ())
        found = find_times(self.ground, one, np.zeros(1, np.int64), pieces, limit_s, self.ask.cover.direction)
        return np.asarray(found.costs()[0])

    def _chosen(self, pieces: Pieces, times: Times, today: Floats, limit_s: float) -> Choice:
        served = np.isfinite(today)
        if self.ask.model == "covering":
            return choose_covering(times.reach(), pieces.weight, self.limits(), self.effort(400), served=served)
        if self.ask.model == "cover":
            return choose_cover(times.reach(), self.limits(), self.effort(0), served=served | (pieces.weight <= 0))
        costs = np.ceil(times.costs())
        if self.ask.model == "median":
            return choose_median(costs, pieces.weight, self.limits(), self.effort(3_000),
                                 today=np.ceil(np.minimum(today, limit_s)))
        some = pieces.weight > 0
        return choose_center(costs[:, some], self.limits(), self.effort(400), today=np.ceil(today[some]))

    def _shared_out(self, pieces: Pieces, times: Times, limit_s: float) -> tuple[Choice, Weight]:
        limited, capacity = ~np.isnan(self.holds), self.spots.capacity
        assert capacity is not None
        before = np.isfinite(self._today(pieces, limit_s, self.old[~limited]))
        reach, stands = times.reach(), self._times(self.old[limited], pieces, limit_s, 0.5).reach()
        held = share_out(reach, capacity, stands, self.holds[limited], before, pieces.weight, self.limits(), self.effort(400))
        possible = before | (np.asarray(reach.sum(axis=0)).ravel() > 0) | (np.asarray(stands.sum(axis=0)).ravel() > 0)
        return held.choice, Weight(self._unit(), **weight_parts(held, pieces.weight, possible))

    def _unit(self) -> str:
        return "m" if np.isnan(self.ground.freight.lorries).all() else "lorry_km_day"

    def _weight(self, pieces: Pieces, times: Times, today: Floats, choice: Choice) -> Weight:
        """Who is within the asked limit: of what stands, of the chosen, of a candidate that was not, of none."""
        limit_ms = 1000.0 * self.ask.cover.limit_s
        near = times.table.copy()
        near.data = (near.data - 1.0 <= limit_ms).astype(np.float64)
        served = today <= self.ask.cover.limit_s
        possible = np.asarray(near.sum(axis=0)).ravel() > 0
        chosen = np.asarray(near[choice.sites].sum(axis=0)).ravel() > 0
        parts = (served, ~served & chosen, ~served & ~chosen & possible, ~served & ~possible)
        return Weight(self._unit(), float(pieces.weight.sum()), *(float(pieces.weight[part].sum()) for part in parts))

    def after(self, sites: Ints) -> tuple[tuple[Share, ...], gpd.GeoDataFrame]:
        """The exact coverage with the first 0, 1 … sites, and the gaps left by all of them."""
        freight, ask = self.ground.freight, self.ask.cover
        shares = []
        for n in range(len(sites) + 1):
            rows = np.concatenate([self.old, self.new[sites[:n]]])
            reach = find_reach(self.ground.net, self.stands, rows, freight.arc, direction=ask.direction)
            shares.append(Coverage(ask, self.ground.at, self.ground.usable, freight, reach, None).share())
        return tuple(shares), find_gaps(freight, reach, 1000.0 * ask.limit_s)
