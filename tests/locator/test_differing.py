"""What two kept answers show on one map: each its own; of spacing what is not the same, where it lies on the road."""
from __future__ import annotations

import pytest
from pyproj import Geod

from locator.differing import Json, shown_features

LINE = [[119.0, 31.0], [119.1, 31.0], [119.2, 31.0]]
LENGTH_M = Geod(ellps="WGS84").line_length(*zip(*LINE, strict=True))


def stop(name: str, offset_m: float) -> Json:
    lon = 119.0 + 0.2 * offset_m / LENGTH_M
    return {"id": name, "layer": "homes", "lon": lon, "lat": 31.0, "offset_m": offset_m, "name": "<b>"}


def road(stops: list[Json], longest: tuple[float, float], *, ref: str = "G42", line: bool = True) -> Json:
    told: Json = {"ref": ref, "heading": "east", "length_m": LENGTH_M, "begin": LINE[0], "end": LINE[-1], "stops": stops,
                  "longest_from_m": longest[0], "longest_m": longest[1]}
    return told | ({"geometry": {"type": "LineString", "coordinates": LINE}} if line else {})


def shown(a: list[Json], b: list[Json]) -> list[Json]:
    return shown_features("spacing", {"directions": a}, {"directions": b})


def test_the_same_spacing_twice_shows_nothing() -> None:
    one = road([stop("s", 9_000)], (9_000, LENGTH_M - 9_000))
    assert shown([one], [one]) == []
    assert shown([one], [one | {"longest_m": one["longest_m"] + 0.5}]) == []


@pytest.mark.parametrize("line", [True, False], ids=["along its line", "straight between stops"])
def test_a_stop_more_is_shown_with_both_longest_stretches(line: bool) -> None:
    a = road([], (0.0, LENGTH_M), line=line)
    b = road([stop("s", 6_000)], (6_000, LENGTH_M - 6_000), line=line)
    features = shown([a], [b])
    assert [(one["properties"]["what"], one["properties"]["side"]) for one in features] == [
        ("stretch", "a"), ("stretch", "b"), ("stop", "b")]
    for feature, metres in zip(features[:2], (LENGTH_M, LENGTH_M - 6_000), strict=True):
        assert feature["properties"]["straight"] is not line
        drawn_m = Geod(ellps="WGS84").line_length(*zip(*feature["geometry"]["coordinates"], strict=True))
        assert drawn_m == pytest.approx(metres, abs=2)
    assert features[2]["geometry"]["coordinates"][0] == pytest.approx(119.0 + 0.2 * 6_000 / LENGTH_M)
    assert [one["properties"]["side"] for one in shown([b], [a])] == ["a", "b", "a"]


def test_a_road_only_one_of_them_has() -> None:
    features = shown([], [road([stop("s", 6_000)], (6_000, LENGTH_M - 6_000), ref="S39")])
    assert [(one["properties"]["ref"], one["properties"]["side"]) for one in features] == [("S39", "b"), ("S39", "b")]


def test_two_pieces_of_one_road_with_one_heading_stay_two() -> None:
    """EN 104 near Porto begins twice: what is told of one piece is not told of the other."""
    near = road([], (0.0, LENGTH_M))
    far = {**near, "begin": [121.0, 31.0], "longest_m": LENGTH_M - 9.0}
    features = shown([near, far], [{**one, "longest_m": one["longest_m"] - 2_000} for one in (near, far)])
    roads = [(one["properties"]["road"], one["properties"]["side"]) for one in features]
    assert roads == [(0, "a"), (0, "b"), (1, "a"), (1, "b")]


def test_other_questions_show_what_each_has() -> None:
    gap = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 2]}, "properties": {"gap": 0}}
    forced = {"lon": 1.0, "lat": 2.0, "forced": 3}
    assert [one["properties"]["side"] for one in shown_features("coverage", {"features": [gap]}, {"features": [gap, gap]})] == [
        "a", "b", "b"]
    assert shown_features("report", {"coverage": {"features": [gap]}}, {"coverage": {"features": []}})[0]["properties"] == {
        "gap": 0, "side": "a"}
    both = shown_features("audit", {"without_place": [forced]}, {"without_place": []})
    assert both == [{"type": "Feature", "geometry": {"type": "Point", "coordinates": [1.0, 2.0]},
                     "properties": forced | {"side": "a"}}]
