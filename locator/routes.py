"""A driver's own line, however he has it: GPX, GeoJSON, encoded polyline.

In: bytes or text somebody sent.    Out: (n, 2) lon/lat float64, as given (whatever its datum).
Never knows: roads, files, doors. Everything here is hostile until read: sizes, depth and numbers are bounded.
"""
from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import orjson
import polyline as google
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from numpy.typing import NDArray

from geodata.errors import BadInput

MAX_POINTS = 200_000
MAX_BYTES = 64_000_000
ALPHABET = frozenset(map(chr, range(63, 127)))       # of Google's encoding
Floats = NDArray[np.float64]


def read_gpx(data: bytes, *, max_points: int = MAX_POINTS) -> Floats:
    """The points of all tracks and segments as one line, else of the first route, of a GPX file.

    In order of time where every point has one and the file is in another (tracks saved last first); else as they stand.
    Raises BadInput: empty_file, too_large, bad_gpx (not XML, entities, no track), and what check_line raises.
    """
    return read_gpx_fixes(data, max_points=max_points)[0]


def read_gpx_fixes(data: bytes, *, max_points: int = MAX_POINTS) -> tuple[Floats, Floats | None]:
    """The same, and (n,) seconds since 1970 of each point; None unless every point has a time that can be read."""
    _bounded(data, "gpx")
    _few(max(data.count(b"<trkpt"), data.count(b"<rtept")), "gpx", max_points)          # before a tree of them is built
    try:
        root = fromstring(data, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except DefusedXmlException as wrong:
        raise BadInput("bad_gpx", field="gpx", value="", reason=f"DTD or entities: {type(wrong).__name__}") from wrong
    except (ParseError, ValueError, LookupError, RecursionError) as wrong:
        raise BadInput("bad_gpx", field="gpx", value="", reason=str(wrong)[:120]) from wrong
    if _local(root.tag) != "gpx":
        raise BadInput("bad_gpx", field="gpx", value=_local(root.tag)[:40], reason="<gpx>")
    points = [p for p in root.iter() if _local(p.tag) == "trkpt"]
    if not points:
        routes = [r for r in root if _local(r.tag) == "rte"]
        points = [p for p in routes[0] if _local(p.tag) == "rtept"] if routes else []
    if not points:
        raise BadInput("bad_gpx", field="gpx", value="", reason="trkpt, rtept")
    _few(len(points), "gpx", max_points)
    try:
        lonlat = np.array([(float(p.attrib["lon"]), float(p.attrib["lat"])) for p in points])
    except (KeyError, ValueError) as wrong:
        raise BadInput("bad_gpx", field="gpx", value=str(wrong)[:60], reason="lon, lat") from wrong
    seconds = _times(points)
    order = np.arange(len(points)) if seconds is None else np.argsort(seconds, kind="stable")
    return check_line(lonlat[order], "gpx", max_points=max_points), None if seconds is None else seconds[order]


def _times(points: list[Any]) -> Floats | None:
    """Seconds since 1970 of every point; None unless each has a time that can be read."""
    try:
        told = [next(child.text for child in point if _local(child.tag) == "time") for point in points]
        times = [datetime.fromisoformat((text or "").strip()) for text in told]
    except (StopIteration, ValueError):
        return None
    return np.array([(time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp() for time in times])


def _local(tag: Any) -> str:
    return str(tag).rpartition("}")[2]


def read_geojson_line(data: bytes | str | dict[str, Any], *, max_points: int = MAX_POINTS) -> Floats:
    """The LineString (or MultiLineString, its parts in order) of a geometry, a Feature or a FeatureCollection of one line.

    Raises BadInput: empty_file, too_large, bad_geojson, and what check_line raises.
    """
    if not isinstance(data, dict):
        raw = data.encode() if isinstance(data, str) else data
        _bounded(raw, "geojson")
        try:
            data = orjson.loads(raw)
        except (orjson.JSONDecodeError, RecursionError) as wrong:
            raise BadInput("bad_geojson", field="geojson", value="", reason=str(wrong)[:120]) from wrong
    geometry = _line_geometry(data)
    parts = geometry["coordinates"] if geometry["type"] == "MultiLineString" else [geometry["coordinates"]]
    try:
        _few(sum(len(part) for part in parts), "geojson", max_points)
        lonlat = np.array([(_number(p[0]), _number(p[1])) for part in parts for p in part], np.float64).reshape(-1, 2)
    except (TypeError, ValueError, IndexError, KeyError, OverflowError) as wrong:
        raise BadInput("bad_geojson", field="geojson", value=str(wrong)[:60], reason="coordinates") from wrong
    return check_line(lonlat, "geojson", max_points=max_points)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(str(value)[:30])
    return float(value)


def _line_geometry(data: Any) -> dict[str, Any]:
    if isinstance(data, dict) and data.get("type") == "FeatureCollection" and isinstance(data.get("features"), list):
        lines = [f for f in data["features"] if isinstance(f, dict) and isinstance(f.get("geometry"), dict)
                 and f["geometry"].get("type") in ("LineString", "MultiLineString")]
        data = lines[0] if len(lines) == 1 else {"type": f"FeatureCollection, {len(lines)} lines"}
    if isinstance(data, dict) and data.get("type") == "Feature":
        data = data.get("geometry")
    if not isinstance(data, dict) or data.get("type") not in ("LineString", "MultiLineString") or "coordinates" not in data:
        said = data.get("type") if isinstance(data, dict) else type(data).__name__
        raise BadInput("bad_geojson", field="geojson", value=str(said)[:40], reason="LineString")
    return data


def read_polyline(text: str, precision: int = 5, *, max_points: int = MAX_POINTS) -> Floats:
    """An encoded polyline (Google's format), precision 5 or 6. Raises BadInput bad_polyline, not_allowed, too_large."""
    if precision not in (5, 6):
        raise BadInput("not_allowed", field="precision", value=precision, allowed="5, 6")
    if len(text) > 20 * max_points:
        raise BadInput("too_large", field="polyline", value=len(text), limit=max_points, unit="points")
    try:
        if strange := set(text.strip()) - ALPHABET:
            raise ValueError(f"no such letter: {min(strange)!r}")
        lonlat = np.array(google.decode(text.strip(), precision, geojson=True), np.float64).reshape(-1, 2)
    except (IndexError, ValueError, TypeError) as wrong:
        raise BadInput("bad_polyline", field="polyline", value=text[:40], reason=str(wrong)[:80]) from wrong
    return check_line(lonlat, "polyline", max_points=max_points)


EARTH = np.array([180.0, 90.0])


def check_line(lonlat: Floats, field: str = "line", *, max_points: int = MAX_POINTS) -> Floats:
    """The line when every point is on the earth and two differ. Raises BadInput: too_large, not_finite, swapped_lonlat,
    bad_lonlat, line_too_short; `value` names the first wrong point, counted from 1."""
    _few(len(lonlat), field, max_points)
    good = len(lonlat) > 1 and bool((np.abs(lonlat) <= EARTH).all())             # nothing that is not finite either
    if good and (lonlat[0] != lonlat[-1]).any():
        return lonlat
    for code, bad in (("not_finite", ~np.isfinite(lonlat).all(axis=1)), ("bad_lonlat", _off_earth(lonlat))):
        if bad.any():
            row = int(bad.argmax())
            swapped = code == "bad_lonlat" and not _off_earth(lonlat[:, ::-1]).any()
            first = f"#{row + 1}: {lonlat[row, 0]},{lonlat[row, 1]}"
            raise BadInput("swapped_lonlat" if swapped else code, field=field, value=first)
    if len(lonlat) < 2 or (lonlat == lonlat[0]).all():
        raise BadInput("line_too_short", field=field, value=len(lonlat))
    return lonlat


def _off_earth(lonlat: Floats) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = (np.abs(lonlat[:, 0]) <= 180) & (np.abs(lonlat[:, 1]) <= 90)
    return ~inside


def _few(count: int, field: str, most: int) -> None:
    if count > most:
        raise BadInput("too_large", field=field, value=count, limit=most, unit="points")


def _bounded(data: bytes, field: str) -> None:
    if not data.strip():
        raise BadInput("empty_file", field=field, value="")
    if len(data) > MAX_BYTES:
        raise BadInput("too_large", field=field, value=len(data), limit=MAX_BYTES, unit="bytes")
