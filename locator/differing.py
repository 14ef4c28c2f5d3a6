"""Two answers of one question on one map: what each has, or, for spacing, where the two are not the same.

In: two answers as dicts.    Out: GeoJSON features, each with its `side`, a or b.
Never knows: how an answer is found, HTTP, languages.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from geodata.measured import MeasuredLine

Json = dict[str, Any]
SAME_M = 1.0                         # stretches that differ by less are the same
DIGITS = 6


def shown_features(kind: str, a: Mapping[str, Any], b: Mapping[str, Any]) -> list[Json]:
    """What two answers have for a map. Of spacing only what differs: longest stretches, and stops only one of them has."""
    if kind == "spacing":
        return list(_spacing(a["directions"], b["directions"]))
    return [*_all(a, "a"), *_all(b, "b")]


def _all(answer: Mapping[str, Any], side: str) -> Iterator[Json]:
    features = answer.get("features") or answer.get("coverage", {}).get("features") or [
        {"type": "Feature", "geometry": _point(gap), "properties": gap} for gap in answer.get("without_place", ())]
    for one in features:
        yield {**one, "properties": {**one["properties"], "side": side}}


def _spacing(a: list[Json], b: list[Json]) -> Iterator[Json]:
    first, second = ({_key(one): one for one in directions} for directions in (a, b))
    for number, key in enumerate(dict.fromkeys([*first, *second])):       # a road may have a heading twice, apart
        pair = {"a": first.get(key), "b": second.get(key)}
        found = [] if _same_stretch(*pair.values()) else [_stretch(one, side) for side, one in pair.items() if one is not None]
        for feature in (*found, *_only_in(pair["a"], pair["b"], "a"), *_only_in(pair["b"], pair["a"], "b")):
            yield {**feature, "properties": {**feature["properties"], "road": number}}


def _only_in(one: Json | None, other: Json | None, side: str) -> Iterator[Json]:
    """The stops of a direction that the other's has not."""
    if one is None:
        return
    others = {_id(stop) for stop in other["stops"]} if other else set[tuple[str, str]]()
    for stop in one["stops"]:
        if _id(stop) not in others:
            said = {"what": "stop", "side": side, **{name: stop.get(name) for name in ("id", "kind", "name", "name_en")}}
            yield {"type": "Feature", "geometry": _point(stop), "properties": said | _road(one)}


def _key(one: Json) -> tuple[Any, ...]:
    return (one["ref"], one["heading"], *(round(part, 3) for part in one["begin"]))


def _id(stop: Json) -> tuple[str, str]:
    return str(stop.get("layer")), str(stop["id"])


def _same_stretch(a: Json | None, b: Json | None) -> bool:
    return a is not None and b is not None and all(abs(a[name] - b[name]) < SAME_M for name in ("longest_m", "longest_from_m"))


def _road(one: Json) -> Json:
    return {name: one[name] for name in ("ref", "heading", "length_m", "longest_m")}


def _stretch(one: Json, side: str) -> Json:
    """The longest stretch of a direction: along its line where that was kept, else straight from stop to stop."""
    begin, end = one["longest_from_m"], one["longest_from_m"] + one["longest_m"]
    if (line := one.get("geometry")) is not None:
        measured = MeasuredLine(line["coordinates"])
        scale = measured.length_m / one["length_m"] if one["length_m"] else 1.0
        coordinates = measured.cut(begin * scale, end * scale).lonlat.round(DIGITS).tolist()
    else:
        marks = [(0.0, *one["begin"]), *((stop["offset_m"], stop["lon"], stop["lat"]) for stop in one["stops"]),
                 (one["length_m"], *one["end"])]
        coordinates = [list(min(marks, key=lambda mark: abs(mark[0] - at))[1:]) for at in (begin, end)]
    return {"type": "Feature", "geometry": {"type": "LineString", "coordinates": coordinates},
            "properties": {"what": "stretch", "side": side, "straight": line is None, **_road(one)}}


def _point(one: Mapping[str, Any]) -> Json:
    return {"type": "Point", "coordinates": [one["lon"], one["lat"]]}
