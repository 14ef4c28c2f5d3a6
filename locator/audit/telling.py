"""An audit as plain dicts, the same for every door, and as rows of a table.

In: a Tally, what was asked, the Locator it was asked of.    Out: dicts of JSON types; rows.
Never knows: languages, doors.
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from geodata.layers import rows
from locator.audit.depths import Auditor
from locator.audit.tally import HOURS, STOP_COLUMNS, Tally

MOST_TOLD = 1_000                    # places on the road, and last chances, the heaviest first


def audit_json(auditor: Auditor, tally: Tally) -> dict[str, Any]:
    """What was found, by place on the road, by last chance, by hour; the trips that could not be judged; what it was asked of."""
    ask, region, atlas = auditor.ask, auditor.locator.region, auditor.atlas
    gaps = sorted(tally.gaps.items(), key=lambda one: (-one[1][1], one[0]))
    chances = sorted(tally.chances.items(), key=lambda one: (-one[1][1], one[0]))
    place = rows(atlas.frame)
    return {
        "depth": ask.depth, "rule": ask.rule, "on": ask.on.isoformat(), "drive_s": ask.drive_s, "break_s": ask.break_s,
        "behind_s": ask.behind_s, "corridor_m": ask.within_m, "max_detour_s": None if ask.depth == "quick" else ask.detour_s,
        "kinds": list(ask.want.kinds), "services": list(ask.want.services), "approximate": auditor.approximate,
        "places": len(auditor.rows), "layers": layer_versions(auditor),
        "built": region.facts.built, **{name: _figure(value) for name, value in tally.sums.items()},
        "without_place": [_gap(key, gap) for key, gap in gaps[:MOST_TOLD]], "without_place_more": max(len(gaps) - MOST_TOLD, 0),
        "last_chances": [_chance(atlas.places.lonlat[row].tolist(), place[row], values) for row, values in chances[:MOST_TOLD]],
        "last_chances_more": max(len(chances) - MOST_TOLD, 0),
        "hours": [{"hour": None if hour < 0 else hour, "forced": _figure(values[0]), "without": _figure(values[1]),
                   "without_weight": _figure(values[2])} for hour in HOURS if (values := tally.hours.get(hour)) is not None],
        "refused": tally.codes, "findings": tally.findings, "findings_more": int(tally.sums["bad"]) - len(tally.findings),
        "attribution": region.facts.attribution, "schematic": region.facts.schematic, "region": region.name,
    }


def layer_versions(auditor: Auditor) -> dict[str, int]:
    return {layer.name: layer.version for layer in auditor.locator.layers().places.values()}


def _gap(key: tuple[int, str, float, float, int], gap: list[float]) -> dict[str, Any]:
    way, road, cell_lon, cell_lat, hour = key
    forced, weight, lon, lat = gap
    return {"way": way or None, "road": road or None, "cell_lon": cell_lon, "cell_lat": cell_lat,
            "hour": None if hour < 0 else hour, "forced": _figure(forced), "weight": _figure(weight),
            "lon": round(lon, 6), "lat": round(lat, 6)}


def _chance(lonlat: list[float], place: dict[str, Any], values: list[float]) -> dict[str, Any]:
    said = {name: place[name] for name in ("id", "layer", "kind", "name", "name_en")}
    return {**said, "lon": round(lonlat[0], 7), "lat": round(lonlat[1], 7), "forced": _figure(values[0]),
            "weight": _figure(values[1])}


def _figure(value: float) -> float | int:
    return int(value) if float(value).is_integer() else round(float(value), 6)


def stop_rows(auditor: Auditor, kept: dict[str, Any]) -> Iterator[list[Any]]:
    """STOP_COLUMNS of a kept tally's forced stops, the last chance by its layer and id."""
    frame, at = auditor.atlas.frame, STOP_COLUMNS.index("last_chance")
    for line in kept["stops"]:
        row = line[at]
        name = None if row is None else f"{frame['layer'].iloc[row]}/{frame['id'].iloc[row]}"
        yield [*line[:at], name, *line[at + 1:]]
