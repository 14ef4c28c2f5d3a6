"""Planners' answers as plain dicts: exactly what the API sends and `--json` prints.

In: answers of Planning.    Out: dicts of JSON types; gaps as GeoJSON features (RFC 7946).
Never knows: HTTP, terminals, languages. null is "not known", or "nobody counted".
"""
from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.layers import rows
from geodata.regions import Region
from locator.answers import SURE
from locator.atlas import Atlas
from locator.bands import find_bands
from locator.coverage import Coverage, CoverAsk, Share
from locator.norms import Norm
from locator.planning import CoverageAnswer, CriticalityAnswer, SpacingAnswer
from locator.spacing import Direction
from locator.usable import Usable

DIGITS = 7                    # of degrees: a centimetre


def coverage_json(answer: CoverageAnswer, *, lines: bool = False) -> dict[str, Any]:
    """A FeatureCollection of the gaps, beside it the shares. lines: the roads by band as well, for a map."""
    found, ask = answer.coverage, answer.coverage.ask
    told = {"type": "FeatureCollection", "features": [_gap(gap) for gap in found.gaps.head(ask.gaps).to_dict("records")],
            "gaps_total": len(found.gaps), "unreachable_m": _m(float(found.gaps["unreachable_m"].sum())),
            **_asked(ask), "at": None if found.at is None else found.at.isoformat(timespec="minutes"),
            "places": places_json(found.usable), "total": share_json(found.share()),
            "if_unknown_open": share_json(found.share_if_unknown_open()),
            "bands": [{"limit_s": band, **_share(found.share(band))} for band in ask.bands_s],
            "by_class": [{"road_class": name, **_share(share)} for name, share in found.by_class().items()],
            "by_zone": _zones(answer), **trust_json(answer.region, answer.atlas, found.usable)}
    return told | {"lines": _lines(found)} if lines else told


def _asked(ask: CoverAsk) -> dict[str, Any]:
    return {"limit_s": ask.limit_s, "direction": ask.direction, "vehicle": ask.vehicle.preset, "classes": list(ask.classes),
            "kinds": list(ask.want.kinds), "services": list(ask.want.services), "weekday": ask.weekday, "hour": ask.hour,
            "zones": ask.zones}


def places_json(usable: Usable) -> dict[str, int]:
    return {"open": len(usable.open), "unknown": len(usable.unknown), "closed": len(usable.closed), "left_out": usable.left_out}


def share_json(share: Share | None) -> dict[str, Any] | None:
    return None if share is None else _share(share)


def _share(share: Share) -> dict[str, Any]:
    return {"total_m": _m(share.total_m), "covered_m": _m(share.covered_m), "share": _ratio(share.share),
            "counted_m": _m(share.counted_m), "lorry_km_day": _m(share.lorry_km_day),
            "covered_lorry_km_day": _m(share.covered_lorry_km_day), "lorry_share": _ratio(share.lorry_share)}


def _zones(answer: CoverageAnswer) -> list[dict[str, Any]] | None:
    if answer.zones is None:
        return None
    frame, shares = answer.zones
    return [{"id": row["id"], "name": row.get("name"), "name_en": row.get("name_en"), **_share(share)}
            for row, share in zip(rows(frame), shares, strict=True)]


def _gap(gap: dict[str, Any]) -> dict[str, Any]:
    said = {name: gap[name] for name in ("gap", "refs", "names", "classes")}
    said |= {name: list(said[name]) for name in ("refs", "names", "classes")}
    said |= {name: _m(gap[name]) for name in ("length_m", "road_m", "lorry_km_day", "worst_s", "unreachable_m")}
    said |= {"lon": round(gap["lon"], DIGITS), "lat": round(gap["lat"], DIGITS)}
    return {"type": "Feature", "id": gap["gap"], "geometry": lines_json(gap["geometry"]), "properties": said}


def _lines(found: Coverage) -> dict[str, Any]:
    frame = find_bands(found, found.ask.bands_s)
    features = [{"type": "Feature", "geometry": lines_json(row["geometry"]),
                 "properties": {name: row[name] for name in ("band", "begin_s", "road_class")}
                 | {"end_s": None if row["end_s"] is None or np.isnan(row["end_s"]) else row["end_s"]}}
                for row in frame.to_dict("records")]
    return {"type": "FeatureCollection", "features": features}


def lines_json(shape: shapely.MultiLineString) -> dict[str, Any]:
    parts = [np.round(shapely.get_coordinates(part), DIGITS).tolist() for part in shapely.get_parts(shape)]
    return {"type": "MultiLineString", "coordinates": parts}


def trust_json(region: Region, atlas: Atlas, usable: Usable) -> dict[str, Any]:
    """Whose data, and whether the figures hang on positions nobody is sure of."""
    rows_used = np.concatenate([usable.open, usable.unknown])
    unsure = uncertain(atlas, rows_used)
    return {"places_unsure": int(unsure.sum()), "approximate": bool(region.facts.schematic or unsure.any()),
            "attribution": region.facts.attribution, "schematic": region.facts.schematic, "region": region.name}


def uncertain(atlas: Atlas, of: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of these places stand nobody knows quite where (worse than about 2 km, or unknown)."""
    if not len(of):
        return np.zeros(0, bool)
    return ~np.isin(atlas.frame["position_accuracy"].iloc[of].astype("object").to_numpy(), list(SURE))


def _m(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else round(float(value), 1)


def _ratio(value: float | None) -> float | None:
    return None if value is None else round(float(value), 6)




def spacing_json(answer: SpacingAnswer, *, lines: bool = False) -> dict[str, Any]:
    """The directions of every road with their stops and stretches; lines: where they run, as geometry."""
    found = answer.spacing
    ask, place = found.ask, rows(answer.atlas.frame)
    return {"directions": [_direction(answer.atlas, one, place, lines=lines) for one in found.directions],
            "norms": [_norm(norm) for norm in found.norms], "classes": list(ask.classes), "refs": list(ask.refs),
            "kinds": list(ask.want.kinds), "services": list(ask.want.services), "vehicle": ask.vehicle.preset,
            "weekday": ask.weekday, "hour": ask.hour, "least_m": ask.least_m, "max_detour_s": ask.max_detour_s,
            "at": None if found.at is None else found.at.isoformat(timespec="minutes"),
            "places": places_json(found.usable), **trust_json(answer.region, answer.atlas, found.usable)}


def _norm(norm: Norm) -> dict[str, Any]:
    said = {"norm": norm.name, "measure": norm.measure, "limit_m": norm.limit_m, "low_m": norm.low_m}
    said |= {name: list(getattr(norm, name)) for name in ("kinds", "services", "classes")}
    return said | {"says": norm.says or None, "source": norm.source or None}


def _direction(atlas: Atlas, one: Direction, place: list[dict[str, Any]], *, lines: bool) -> dict[str, Any]:
    chain, route, longest = one.chain, one.route, one.stretches.loc[one.stretches["length_m"].idxmax()]
    stops = [{**called_json(place, int(stop["row"])), "lon": round(float(atlas.places.lonlat[int(stop["row"]), 0]), DIGITS),
              "lat": round(float(atlas.places.lonlat[int(stop["row"]), 1]), DIGITS),
              **{name: _m(stop[name]) for name in ("offset_m", "drive_s", "detour_s", "leave_m", "rejoin_m")}}
             for stop in one.stops.to_dict("records")]
    stretches = [{**{name: _m(part[name]) for name in ("from_m", "to_m", "length_m", "drive_s")}, "open": bool(part["open"]),
                  "from_id": _id(place, part["from_row"]), "to_id": _id(place, part["to_row"])}
                 for part in one.stretches.to_dict("records")]
    said: dict[str, Any] = {
        "ref": chain.ref, "name": chain.name, "heading": chain.heading, "road_class": chain.road_class,
        "length_m": _m(route.distance_m), "drive_s": _m(route.duration_s), "begin": _end(route.line.lonlat[0]),
        "end": _end(route.line.lonlat[-1]), "stops": stops, "stretches": stretches, "longest_m": _m(longest["length_m"]),
        "longest_s": _m(longest["drive_s"]), "longest_from_m": _m(longest["from_m"]),
        "verdicts": [{"norm": v.norm, "value_m": _m(v.value_m), "verdict": v.verdict} for v in one.verdicts]}
    if lines:
        said["geometry"] = {"type": "LineString", "coordinates": np.round(route.line.lonlat, DIGITS).tolist()}
    return said


def _end(lonlat: NDArray[np.float64]) -> list[float]:
    return [round(float(part), DIGITS) for part in lonlat]


def _id(place: list[dict[str, Any]], row: int) -> str | None:
    return None if row < 0 else str(place[row]["id"])


def called_json(place: list[dict[str, Any]], row: int) -> dict[str, Any]:
    """What a place is called."""
    return {name: place[row].get(name) for name in ("id", "layer", "kind", "name", "name_en", "position_accuracy")}


def criticality_json(answer: CriticalityAnswer, *, limit: int | None = None) -> dict[str, Any]:
    """A FeatureCollection of the places, the dearest loss first; beside it the order of gains. limit: at most so many places."""
    found = answer.criticality
    ask, place = found.coverage.ask, rows(answer.atlas.frame)
    features = [_critical(answer.atlas, one, place, rank) for rank, one in enumerate(found.places.head(
        len(found.places) if limit is None else limit).to_dict("records"), start=1)]
    gains = [{"k": one.k, **called_json(place, one.row), "gain_m": _m(one.gain_m), "covered_m": _m(one.covered_m),
              "gain_lorry_km_day": _m(one.gain_lorry_km_day)} for one in found.gains]
    return {"type": "FeatureCollection", "features": features, "places_total": len(found.places), "gains": gains, **_asked(ask),
            "at": None if found.coverage.at is None else found.coverage.at.isoformat(timespec="minutes"),
            "places": places_json(found.coverage.usable), "total": share_json(found.share()),
            **trust_json(answer.region, answer.atlas, found.coverage.usable)}


def _critical(atlas: Atlas, one: dict[str, Any], place: list[dict[str, Any]], rank: int) -> dict[str, Any]:
    row, metres = int(one["row"]), ("served_m", "lost_m", "lost_lorry_km_day", "taken_m", "extra_s", "worst_extra_s")
    heirs = [{**called_json(place, heir), "taken_m": _m(taken)} for heir, taken in zip(one["heirs"], one["heirs_m"], strict=True)]
    said = {"rank": rank, **called_json(place, row), **{name: _m(one[name]) for name in metres}, "heirs": heirs}
    lon, lat = atlas.places.lonlat[row].tolist()
    point = {"type": "Point", "coordinates": [round(lon, DIGITS), round(lat, DIGITS)]}
    return {"type": "Feature", "id": said["id"], "geometry": point, "properties": said}
