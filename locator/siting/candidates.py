"""Where a site could be: the places of a layer, or spots along the roads that suit lorries.

In: an Atlas, the freight roads, which places count already, a SiteAsk.    Out: Candidates.
Never knows: models, demand, screens. Generated: the spots of spots.py in the order of KINDS_OF_SPOT, thinned out so
that none is nearer than the spacing to one before it: the same roads and layers give the same spots.
"""
from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geodata.errors import BadInput
from geodata.geodesy import ecef
from geodata.layers import Layer, rows
from locator.atlas import Atlas
from locator.freight import Freight
from locator.siting.asking import KINDS_OF_SPOT, MOST_CANDIDATES, SiteAsk
from locator.siting.naming import refuse_unknown
from locator.siting.spots import along_roads, at_junctions, uncounted_places

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
PREFERRED = {kind: rank for rank, kind in enumerate(KINDS_OF_SPOT)}
AROUND = tuple(product((-1, 0, 1), repeat=3))
WIDER = 1.5                     # the spacing grows by this until no more than MOST_CANDIDATES are left


@dataclass(frozen=True, eq=False)
class Candidates:
    """table      id, kind, name, name_en, refs (roads there), position_accuracy, lorry_bays; one row each
    cost        (m,) None: nobody said
    capacity    (m,) what each can hold; None: not asked
    spacing_m   that was kept; None for a layer
    """

    table: pd.DataFrame
    geometry: NDArray[np.object_]
    lonlat: Floats
    cost: Floats | None
    capacity: Floats | None
    spacing_m: float | None

    def __len__(self) -> int:
        return len(self.table)

    def apart(self, metres: float) -> Ints:
        """(pairs, 2) those nearer to each other than this."""
        if metres <= 0 or len(self) < 2:
            return np.zeros((0, 2), np.int64)
        pairs = cKDTree(_xyz(self.lonlat)).query_pairs(metres * (1 - 1e-9), output_type="ndarray")
        return np.asarray(pairs, np.int64)


_COLUMNS = ("id", "kind", "name", "name_en", "refs", "position_accuracy", "lorry_bays")


def of_layer(layer: Layer, atlas: Atlas, ask: SiteAsk) -> Candidates:
    """Every place of a layer but those excluded. Raises BadInput too_large, unknown_id."""
    said = [_row(layer, row) for row in rows(layer.frame)]
    refuse_unknown(ask, (row["id"] for row in said), atlas)
    keep = np.array([i for i, row in enumerate(said) if _may_be(row, ask)], np.int64)
    if len(keep) > MOST_CANDIDATES:
        raise BadInput("too_large", field="candidates", value=len(keep), limit=MOST_CANDIDATES, unit="places")
    table = pd.DataFrame([said[i] for i in keep.tolist()], columns=list(_COLUMNS))
    return Candidates(table, layer.frame.geometry.to_numpy()[keep], layer.points[keep], _costs(table, ask), _held(table, ask),
                      None)


def _row(layer: Layer, row: dict[str, Any]) -> dict[str, Any]:
    same = {name: row.get(name) for name in ("name", "name_en", "position_accuracy", "lorry_bays")}
    return {"id": f"{layer.name}:{row['id']}", "kind": row.get("kind") or layer.kind, "refs": (), **same}


def _may_be(row: dict[str, Any], ask: SiteAsk) -> bool:
    name = row["id"]
    held = ask.model != "capacitated" or holds(name, row["lorry_bays"], ask, ask.capacity) is not None
    return name not in ask.exclude and (ask.budget is None or name in ask.costs) and held


def _costs(table: pd.DataFrame, ask: SiteAsk) -> Floats | None:
    return None if ask.budget is None else np.array([ask.costs[name] for name in table["id"]], np.float64)


def _held(table: pd.DataFrame, ask: SiteAsk) -> Floats | None:
    if ask.model != "capacitated":
        return None
    named = zip(table["id"], table["lorry_bays"].astype(object), strict=True)
    return np.array([holds(name, bays, ask, ask.capacity) for name, bays in named], np.float64)


def holds(name: str, bays: Any, ask: SiteAsk, unsaid: float | None) -> float | None:
    """What a place can hold: as its id says, or by its lorry bays; else what goes for all of its kind."""
    if name in ask.capacities:
        return ask.capacities[name]
    if ask.capacity_per_bay is not None and bays is not None and not pd.isna(bays):
        return float(bays) * ask.capacity_per_bay
    return unsaid


def generated(atlas: Atlas, counted: Ints, freight: Freight, ask: SiteAsk) -> Candidates:
    """Spots along the roads. Raises BadInput unknown_id."""
    spots = [*uncounted_places(atlas, counted), *at_junctions(freight), *along_roads(freight, ask.spacing_m)]
    refuse_unknown(ask, (spot["id"] for spot in spots), atlas)
    spots = [spot for spot in spots if _may_be(spot, ask)]
    spots.sort(key=lambda spot: (PREFERRED[spot["spot"]], spot["id"]))
    lonlat = np.array([spot["lonlat"] for spot in spots], np.float64).reshape(-1, 2)
    spacing, kept = ask.spacing_m, thin_out(lonlat, ask.spacing_m)
    while len(kept) > MOST_CANDIDATES:
        spacing *= WIDER
        kept = kept[thin_out(lonlat[kept], spacing)]
    table = pd.DataFrame([spots[i] for i in kept.tolist()], columns=list(_COLUMNS))
    shapes, points = [spots[i]["geometry"] for i in kept.tolist()], shapely.points(lonlat[kept]).tolist()
    geometry = np.array([shape or point for shape, point in zip(shapes, points, strict=True)], object)
    return Candidates(table, geometry, lonlat[kept], _costs(table, ask),
                      _held(table, ask), spacing)


def _xyz(lonlat: Floats) -> Floats:
    return ecef(lonlat[:, 0], lonlat[:, 1])


def thin_out(lonlat: Floats, spacing_m: float) -> Ints:
    """Rows in order, none nearer than the spacing to one kept before it. Only cubes of that size around each are looked at."""
    xyz, least = _xyz(lonlat) if len(lonlat) else np.zeros((0, 3)), (spacing_m * (1 - 1e-9)) ** 2
    cubes = np.floor(xyz / spacing_m).astype(np.int64).tolist()
    held: dict[tuple[int, int, int], list[tuple[float, float, float]]] = {}
    kept = []
    for row, ((i, j, k), (x, y, z)) in enumerate(zip(cubes, xyz.tolist(), strict=True)):
        near = (one for step in AROUND for one in held.get((i + step[0], j + step[1], k + step[2]), ()))
        if all((x - a) ** 2 + (y - b) ** 2 + (z - c) ** 2 > least for a, b, c in near):
            kept.append(row)
            held.setdefault((i, j, k), []).append((x, y, z))
    return np.array(kept, np.int64)
