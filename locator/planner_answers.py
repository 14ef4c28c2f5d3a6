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
from locator.planning import CoverageAnswer
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


