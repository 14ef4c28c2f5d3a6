"""All places of a region in one frame, as the questions see them.

In: a Catalog.    Out: Atlas: one row a place, with its layer, flags, services and index.
Never knows: routes, engines' insides, doors.
"""
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.columns import Service, services_of
from geodata.hours import is_open
from geodata.index import SpatialIndex
from geodata.layers import Catalog, kind_bits, service_bits
from locator.asks import ACCURACIES, Want
from locator.engines.protocol import Places
from locator.vehicles import Vehicle


@dataclass(frozen=True, eq=False)
class Atlas:
    """Rows of every place layer, in catalogue order; `frame` has the place columns and `layer`."""

    frame: gpd.GeoDataFrame
    places: Places
    flags: NDArray[np.uint64]

    @classmethod
    def of(cls, catalog: Catalog) -> Atlas:
        layers = [layer for layer in catalog.places.values() if len(layer)]
        key = tuple((layer.name, layer.version) for layer in layers)
        if not layers:
            empty = gpd.GeoDataFrame({"id": [], "layer": [], "kind": []}, geometry=[], crs=4326)
            return cls(empty, Places(key, np.empty(0, object), np.empty((0, 2))), np.empty(0, np.uint64))
        frame = pd.concat([layer.frame.assign(layer=layer.name) for layer in layers], ignore_index=True)
        lonlat = np.concatenate([layer.points for layer in layers])
        return cls(frame, Places(key, frame.geometry.to_numpy(), lonlat), np.concatenate([layer.flags for layer in layers]))

    @cached_property
    def index(self) -> SpatialIndex:
        return SpatialIndex(self.places.lonlat, self.flags)

    @cached_property
    def services(self) -> tuple[tuple[Service, ...], ...]:
        cells = self.frame["services"] if len(self.frame) else ()
        return tuple(services_of(text if isinstance(text, str) else None) for text in cells)

    def reasons(self, want: Want, vehicle: Vehicle, depart: datetime | None = None,
                ) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
        """(n,) why each place cannot be meant, None when it can, and the value that decided. Unknown limits do not exclude."""
        n = len(self.frame)
        reason, value = np.full(n, None, object), np.full(n, None, object)
        if not n:
            return reason, value
        rules: list[tuple[str, NDArray[np.bool_], NDArray[np.object_]]] = []
        if want.kinds:
            wanted = np.uint64(kind_bits(want.kinds))
            rules.append(("kind_not_asked", (self.flags & wanted) == 0, self.frame["kind"].to_numpy(object)))
        need = np.uint64(service_bits(want.services))
        missing = np.array([", ".join(s for s in want.services if not int(f) & service_bits([s])) for f in self.flags], object)
        rules.append(("service_missing", (self.flags & need) != need, missing))
        if want.min_bays:
            bays = self._number("lorry_bays")
            rules.append(("service_missing", ~(bays >= want.min_bays), np.array(["lorry_bays"] * n, object)))
        rules += self._doubts(want, depart)
        for column, limit, name in (("max_height_m", vehicle.height_m, "too_high"), ("max_mass_t", vehicle.mass_t, "too_heavy")):
            signed = self._number(column)
            rules.append((name, signed < limit, signed.astype(object)))
        for name, hit, why in rules:
            new = unset(reason)[hit[unset(reason)]]
            reason[new], value[new] = name, why[new]
        return reason, value

    def _doubts(self, want: Want, depart: datetime | None) -> list[tuple[str, NDArray[np.bool_], NDArray[np.object_]]]:
        """Positions worse and records older than wanted; those of which nothing is known as well."""
        rules = []
        if want.min_accuracy is not None:
            said = np.array([cell if isinstance(cell, str) else "unknown" for cell in self.frame["position_accuracy"]], object)
            good = ACCURACIES[:ACCURACIES.index(want.min_accuracy) + 1]
            rules.append(("low_accuracy", ~np.isin(said, good), said))
        if want.max_age_days is not None:
            assert depart is not None
            said = np.array([cell if isinstance(cell, str) else None for cell in self.frame["updated"]], object)
            checked = pd.to_datetime(pd.Series(said, dtype="str"), format="%Y-%m-%d", errors="coerce")
            fresh = checked >= pd.Timestamp(depart.date()) - pd.Timedelta(days=want.max_age_days)
            rules.append(("stale_record", ~fresh.to_numpy(dtype=bool), said))
        return rules

    def shut(self, row: int, at: datetime, want: Want, country: str | None) -> str | None:
        """The hours by which a place, or a service asked for there, is known to be closed at a moment; None when none is."""
        lonlat = (float(self.places.lonlat[row, 0]), float(self.places.lonlat[row, 1]))
        own = self.frame["hours"].iloc[row]
        hours = [own, *(service.hours for service in self.services[row] if service.what in want.services)]
        return next((text for text in hours if is_open(text, at, country=country, lonlat=lonlat) is False), None)

    def _number(self, column: str) -> NDArray[np.float64]:
        return np.asarray(self.frame[column].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan))


def unset(reason: NDArray[np.object_]) -> NDArray[np.int64]:
    """Rows without a reason."""
    return np.flatnonzero([why is None for why in reason])
