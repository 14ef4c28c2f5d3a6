"""Siting as plain dicts: exactly what the API sends and `--json` prints; and as a frame for files.

In: SitingAnswer.    Out: a dict of JSON types, sites as GeoJSON features; a GeoDataFrame.
Never knows: HTTP, terminals, languages. null is "not known".
"""
from __future__ import annotations

from dataclasses import asdict
from typing import Any

import geopandas as gpd
import numpy as np

from locator.planner_answers import DIGITS, places_json, share_json, trust_json
from locator.planning import SitingAnswer
from locator.siting.question import Siting

SKIPPED_TOLD = 50
SITE_COLUMNS = ("order", "id", "kind", "name", "name_en", "refs", "lon", "lat", "position_accuracy", "cost", "capacity", "gain",
                "gain_share", "covered_m", "share", "lorry_share")


def siting_json(answer: SitingAnswer) -> dict[str, Any]:
    """A FeatureCollection of the sites in order; beside it what they reach, the bound, who is left out and why."""
    found, choice, ask = answer.siting, answer.siting.choice, answer.siting.ask
    trust = trust_json(answer.region, answer.atlas, found.ground.usable)
    return {
        "type": "FeatureCollection", "features": [_feature(site) for site in site_rows(found)],
        "model": ask.model, "k": ask.k, "budget": ask.budget, "apart_m": ask.apart_m, "piece_m": ask.piece_m,
        "limit_s": ask.cover.limit_s, "direction": ask.cover.direction, "vehicle": ask.cover.vehicle.preset,
        "classes": list(ask.cover.classes), "kinds": list(ask.cover.want.kinds), "services": list(ask.cover.want.services),
        "at": None if found.ground.at is None else found.ground.at.isoformat(timespec="minutes"),
        "value": _plain(choice.value), "bound": _plain(choice.bound), "gap": _plain(choice.gap), "proven": choice.proven,
        "stopped": choice.stopped, "possible": choice.value is not None, "unit": value_unit(found), "weight": _weight(found),
        "before": share_json(found.shares[0]), "after": share_json(found.shares[-1]),
        "candidates": {"layer": ask.candidates, "n": len(found.candidates), "off_road": found.off_road,
                       "spacing_m": _plain(found.candidates.spacing_m)},
        "gaps_left": len(found.gaps), "gaps_left_m": _plain(float(found.gaps["length_m"].sum())) if len(found.gaps) else 0.0,
        "trips": _trips(found), "places": places_json(found.ground.usable), **trust,
    }


def value_unit(found: Siting) -> str:
    """Of value, bound and gains: m, lorry_km_day, s, sites, cost, trips; of the median metres times seconds and the like."""
    model, unit = found.ask.model, found.weight.unit
    return {"covering": unit, "capacitated": unit, "median": f"{unit}_s", "center": "s", "trips": "trips",
            "cover": "cost" if found.candidates.cost is not None else "sites"}[model]


def site_rows(found: Siting) -> list[dict[str, Any]]:
    choice, spots = found.choice, found.candidates
    total = found.weight.total
    rows = []
    for n, (site, gain) in enumerate(zip(choice.sites.tolist(), choice.gains.tolist(), strict=True), start=1):
        row, share = spots.table.iloc[site], found.shares[n]
        of_all = gain / total if found.ask.model in ("covering", "capacitated", "trips") and total > 0 else None
        lon, lat = np.round(spots.lonlat[site], DIGITS).tolist()
        texts = {name: _text(row[name]) for name in ("id", "kind", "name", "name_en", "position_accuracy")}
        said = {"order": n, **texts, "cost": None if spots.cost is None else float(spots.cost[site]),
                "capacity": None if spots.capacity is None else float(spots.capacity[site]),
                "refs": list(row["refs"]), "lon": lon, "lat": lat,
                "gain": _plain(gain), "gain_share": _plain(of_all, 6), "covered_m": _plain(share.covered_m),
                "share": _plain(share.share, 6), "lorry_share": _plain(share.lorry_share, 6)}
        rows.append({name: said[name] for name in SITE_COLUMNS})
    return rows


def sites_frame(found: Siting) -> gpd.GeoDataFrame:
    """The sites for a file; columns as the features' properties."""
    rows = site_rows(found)
    points = gpd.points_from_xy([row["lon"] for row in rows], [row["lat"] for row in rows])
    return gpd.GeoDataFrame({name: [row[name] for row in rows] for name in SITE_COLUMNS}, geometry=points, crs=4326)


def _feature(site: dict[str, Any]) -> dict[str, Any]:
    point = {"type": "Point", "coordinates": [site["lon"], site["lat"]]}
    return {"type": "Feature", "id": site["order"], "geometry": point, "properties": site}


def _weight(found: Siting) -> dict[str, Any]:
    return {name: value if name == "unit" else _plain(value) for name, value in asdict(found.weight).items()}


def _trips(found: Siting) -> dict[str, Any] | None:
    if found.trips is None or found.trip_choice is None:
        return None
    states = {state: int((found.trip_choice.state == state).sum()) for state in ("served", "gained", "unserved", "never")}
    never = [found.trips.trips[i].id for i in np.flatnonzero(found.trip_choice.state == "never").tolist()]
    asked = len(found.ask.trips) + len(found.ask.unread)
    return {"asked": asked, "rule": found.ask.rule, "longest_s": found.trips.longest_s, **states,
            "never_ids": never[:SKIPPED_TOLD], "skipped": len(found.trips.skipped),
            "findings": [asdict(one) for one in found.trips.skipped[:SKIPPED_TOLD]]}


def _plain(value: float | None, digits: int = 3) -> float | None:
    return None if value is None or not np.isfinite(value) else round(float(value), digits)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
