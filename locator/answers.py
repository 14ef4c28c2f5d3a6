"""Answers as plain dicts: exactly what the API sends and `--json` prints.

In: answers of Locator.    Out: dicts of JSON types, GeoJSON where there is geometry (RFC 7946, lon/lat WGS 84).
Never knows: HTTP, terminals, languages. Times are ISO 8601 in the region's zone; null is "not known".
"""
from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.columns import NAVIGABLE, services_of
from geodata.errors import BadInput
from geodata.hours import then
from geodata.layers import Layer, rows
from geodata.regions import Region
from locator.asks import after
from locator.atlas import Atlas
from locator.closing import Standing
from locator.engines.protocol import Route
from locator.links import nav_links
from locator.locator import AlongAnswer, Locator, NearestAnswer, RouteAnswer
from locator.rules import read_rules, rule_of

PLACE_FIELDS = ("id", "layer", "kind", "name", "name_en", "grid_cell", "hours", "lorry_bays", "phone", "road_ref", "direction",
                "max_height_m", "max_mass_t", "position_accuracy", "source", "updated", "demo", "note")
SNAPPED_FAR_M = 300.0                       # a route that begins or ends so far from where he said is approximate
SURE = frozenset({"A", "B", "C"})           # positions worse than these make an answer approximate


def route_json(answer: RouteAnswer) -> dict[str, Any]:
    return {**_route(answer.route, answer.depart), **_credits(answer.region)}


def _route(route: Route, depart: datetime) -> dict[str, Any]:
    return {
        "distance_m": round(route.distance_m, 1), "duration_s": round(route.duration_s, 3), "approximate": is_approximate(route),
        "engine": route.engine, "depart": depart.isoformat(timespec="seconds"),
        "doubts": list(route.doubts), "toll_m": None if route.toll_m is None else round(route.toll_m, 1),
        "snapped_m": [round(m, 1) for m in route.snapped_m], "via_m": [round(m, 1) for m in route.via_m],
        "unmatched": [[round(a, 1), round(b, 1)] for a, b in route.unmatched],
        "geometry": {"type": "LineString", "coordinates": np.round(route.line.lonlat, 7).tolist()},
    }


def is_approximate(route: Route) -> bool:
    """Not driven on known roads, or not from and to where he said."""
    return route.approximate or any(m > SNAPPED_FAR_M for m in route.snapped_m)


def _credits(region: Region) -> dict[str, Any]:
    return {"attribution": region.facts.attribution, "schematic": region.facts.schematic, "region": region.name}


def along_json(answer: AlongAnswer) -> dict[str, Any]:
    """A FeatureCollection of stops; beside it the route, what was omitted and why, credits."""
    place = rows(answer.atlas.frame)
    features = [_feature(answer.atlas, stop["row"], _stop(answer, place[stop["row"]], stop))
                for stop in answer.stops.to_dict("records")]
    return {"type": "FeatureCollection", "features": features, "route": _route(answer.route, answer.depart),
            "omitted": _omitted(answer.omitted, place, "off_route_m"), "omitted_more": answer.omitted_more,
            "stay_s": usual_stay_s(answer.region, answer.depart), **_credits(answer.region)}


def _omitted(omitted: pd.DataFrame, place: list[dict[str, Any]], off: str) -> list[dict[str, Any]]:
    """Places left out, nearest first, each with the reason and the value that decided (locator.omitted)."""
    return [{**{name: place[o["row"]][name] for name in ("id", "layer", "kind", "name", "name_en")}, off: metres(o["off_m"]),
             "reason": o["reason"], "value": _plain(o["value"])} for o in omitted.to_dict("records")]


def _stop(answer: AlongAnswer, place: dict[str, Any], stop: dict[str, Any]) -> dict[str, Any]:
    eta = after(answer.depart, stop["reach_s"])
    exact = {name: metres(stop[name]) for name in ("offset_m", "off_route_m", "detour_m", "leave_m", "rejoin_m")}
    seconds = {name: round(stop[name], 3) for name in ("reach_s", "return_s", "detour_s")}
    return {
        **_place(answer.region, answer.atlas, stop["row"], place, eta), "pass": stop["passing"], **exact, **seconds,
        "side": stop["side"], "leave_name": stop["leave_name"], "access": stop["access"],
        "side_confidence": None if stop["side_confidence"] is None else round(stop["side_confidence"], 3),
        "approximate": (is_approximate(answer.route) or bool(stop["guessed"]) or answer.region.facts.schematic
                        or place["position_accuracy"] not in SURE),
    }


def nearest_json(answer: NearestAnswer) -> dict[str, Any]:
    place, features = rows(answer.atlas.frame), []
    for near in answer.places.to_dict("records"):
        row = place[near["row"]]
        eta = after(answer.depart, near["drive_s"])
        said = {**_place(answer.region, answer.atlas, near["row"], row, eta), "drive_s": round(near["drive_s"], 3),
                "drive_m": metres(near["drive_m"]), "distance_m": metres(near["distance_m"]),
                "approximate": (answer.approximate or bool(near["guessed"]) or answer.region.facts.schematic
                                or row["position_accuracy"] not in SURE)}
        features.append(_feature(answer.atlas, near["row"], said))
    return {"type": "FeatureCollection", "features": features, "omitted": _omitted(answer.omitted, place, "distance_m"),
            "omitted_more": answer.omitted_more, "stay_s": usual_stay_s(answer.region, answer.depart), **_credits(answer.region)}


def _place(region: Region, atlas: Atlas, row: int, place: dict[str, Any], eta: datetime) -> dict[str, Any]:
    """What is known of a place, and what of it is open on arrival."""
    lonlat = (float(atlas.places.lonlat[row, 0]), float(atlas.places.lonlat[row, 1]))
    said = {name: place.get(name) for name in PLACE_FIELDS}
    stay_s = usual_stay_s(region, eta)
    said["services"] = services_then(region, atlas, row, eta, stay_s)
    said["eta"] = eta.isoformat(timespec="seconds")
    said |= _then(place["hours"], region, eta, lonlat, stay_s)
    said["navigable"] = place["position_accuracy"] in NAVIGABLE
    if not said["navigable"]:
        said["phone"] = None                                  # nobody is sent, called or linked to a place nobody is sure of
    said["links"] = nav_links(place["name"], *lonlat) if said["navigable"] else None
    return said


def services_then(region: Region, atlas: Atlas, row: int, eta: datetime, stay_s: float | None) -> list[dict[str, Any]]:
    """Each service of a place as it will be at a moment: open or not, until when, and whether a stay of `stay_s` fits."""
    lonlat, own = (float(atlas.places.lonlat[row, 0]), float(atlas.places.lonlat[row, 1])), atlas.frame["hours"].iloc[row]
    return [{**asdict(one), **_then(one.hours or own, region, eta, lonlat, stay_s)} for one in atlas.services[row]]


def _then(hours: object, region: Region, eta: datetime, lonlat: tuple[float, float], stay_s: float | None) -> dict[str, Any]:
    found = then(hours, eta, country=region.facts.country, lonlat=lonlat)
    until = None if found.until is None else found.until.isoformat(timespec="seconds")
    return {"open_at_eta": found.open, "closes": until if found.open else None, "opens": None if found.open else until,
            "fits": None if stay_s is None else found.fits(eta, stay_s)}


def usual_stay_s(region: Region, at: datetime) -> float | None:
    """The least break by the rules of the region's country; None where it has none of ours."""
    name = rule_of(region.facts.country)
    try:
        return None if name is None else float(read_rules(name, at.date()).break_)
    except BadInput:                                          # before the law began
        return None


def _feature(atlas: Atlas, row: int, properties: dict[str, Any]) -> dict[str, Any]:
    return _point(atlas.places.lonlat[row], properties)


def _point(lonlat: NDArray[np.float64], properties: dict[str, Any]) -> dict[str, Any]:
    place = {"type": "Point", "coordinates": np.round(lonlat, 7).tolist()}
    return {"type": "Feature", "id": properties["id"], "geometry": place, "properties": properties}


def metres(value: float | None) -> float | None:
    """To the centimetre; null is "not known"."""
    return None if value is None or value != value else round(float(value), 2)


def _plain(value: Any) -> Any:
    if isinstance(value, (float, np.floating)):
        return None if value != value else float(value)
    return int(value) if isinstance(value, np.integer) else value


def closures_json(locator: Locator) -> dict[str, Any]:
    """Every closed or limited road, as lines; no geometry where the roads have no such way."""
    features = [_closure(one, locator.region) for one in locator.closures()]
    return {"type": "FeatureCollection", "features": features, **_credits(locator.region)}


def _closure(one: Standing, region: Region) -> dict[str, Any]:
    closure = one.closure
    times = {name: None if at is None else at.astimezone(region.tz).isoformat(timespec="seconds")
             for name, at in (("from", closure.begins), ("until", closure.ends))}
    said = {"id": closure.id, "road": f"osm:way/{closure.way}", "name": one.name or None,
            "what": "limit" if closure.limits else "close", "limits": closure.limits, "direction": closure.direction,
            "at": closure.at, **times, "note": closure.note or None,
            "made": closure.made, "state": one.state}
    lines = {"type": "MultiLineString", "coordinates": [np.round(line, 7).tolist() for line in one.lines]}
    return {"type": "Feature", "id": closure.id, "geometry": lines if one.lines else None, "properties": said}


def unmet_json(region: Region, counts: pd.DataFrame) -> dict[str, Any]:
    """The counts of locator.unmet as they are."""
    return {"unmet": counts.to_dict("records"), **_credits(region)}


def layers_json(locator: Locator) -> dict[str, Any]:
    layers = [{"name": layer.name, "kind": layer.kind, "items": len(layer), "version": layer.version}
              for layer in locator.layers().values()]
    return {"layers": layers, **_credits(locator.region)}


def items_json(layer: Layer) -> dict[str, Any]:
    """A layer as points; the columns of its kind as properties, `services` read."""
    features = []
    for i, row in enumerate(rows(layer.frame)):
        said = {**row, "layer": layer.name}
        if "services" in row:
            said["services"] = [asdict(one) for one in services_of(row["services"])]
            said["navigable"] = row["position_accuracy"] in NAVIGABLE
            said["phone"] = row["phone"] if said["navigable"] else None
        features.append(_point(layer.points[i], said))
    return {"type": "FeatureCollection", "features": features}
