"""Closures at rest: bounds, two writers at once, broken files; how they lie on a drawn town's roads."""
from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from geodata.errors import BadInput, LocatorError, NotFound, NotReachable
from geodata.roads.closures import Closure, Closures, ClosureStore
from locator.closing import read_limits, read_way
from locator.engines.embedded import EmbeddedEngine
from locator.vehicles import Vehicle, vehicle
from tests.drawing import Town, draw

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ROADS = {"AxB": "unclassified", "AC": "unclassified", "CD": "unclassified", "DB": "unclassified"}         # ways 1 to 4


def closed(*closures: Closure) -> Town:
    town = draw("A--x--B\n|     |\nC-----D", roads=ROADS)
    engine = EmbeddedEngine(town.engine.graph, town.engine.snapper.grid, town.engine._hierarchy,
                            closures=lambda: Closures(closures))
    return Town(town.at, engine, town.atlas)


def trip(town: Town, way: str = "AB", who: Vehicle | None = None, at: datetime = NOON) -> str:
    return Town(town.at, town.engine.at(at), town.atlas).trip(way, who)


@pytest.mark.parametrize(("closure", "there", "back"), [
    (Closure(1), "ACDB", "BDCA"), (Closure(2), "AB", "BA"), (Closure(999), "AB", "BA"),
    (Closure(1, direction="forward"), "ACDB", "BA"), (Closure(1, direction="backward"), "AB", "BDCA"),
    (Closure(1, {"height_m": 4.0}), "AB", "BA"), (Closure(1, {"height_m": 3.99}), "ACDB", "BDCA"),
    (Closure(1, {"mass_t": 40.0}), "AB", "BA"), (Closure(1, {"mass_t": 39.9}), "ACDB", "BDCA"),
    (Closure(1, {"mass_t": 39.9}, "forward"), "ACDB", "BA"), (Closure(1, {"kmh": 10.0}), "ACDB", "BDCA"),
    (Closure(1, {"kmh": 29.0}), "AB", "BA"),
    (Closure(1, at=(10.0001, 0.0)), "ACDB", "BDCA"),
    (Closure(1, ends=NOON), "AB", "BA"), (Closure(1, ends=NOON + timedelta(minutes=1)), "ACDB", "BDCA"),
    (Closure(1, begins=NOON), "ACDB", "BDCA"), (Closure(1, begins=NOON + timedelta(minutes=1)), "AB", "BA"),
], ids=lambda given: str(given)[8:70] if isinstance(given, Closure) else given)
def test_a_closed_or_limited_road(closure: Closure, there: str, back: str) -> None:
    town = closed(closure)
    assert (trip(town), trip(town, "BA")) == (there, back)


def test_what_a_vehicle_fits_under_makes_no_network_of_its_own() -> None:
    standing: list[Closure] = []
    town = draw("A--x--B\n|     |\nC-----D", roads=ROADS)
    engine = EmbeddedEngine(town.engine.graph, town.engine.snapper.grid, town.engine._hierarchy,
                            closures=lambda: Closures(tuple(standing)))
    town = Town(town.at, engine, town.atlas)
    assert trip(town) == "AB" and engine.networks.made == 1
    standing.append(Closure(1, {"height_m": 4.5}))
    assert trip(town) == "AB" and engine.networks.made == 1
    standing.append(Closure(1))
    assert trip(town) == "ACDB" and engine.networks.made == 2
    standing.clear()
    assert trip(town) == "AB" and engine.networks.made == 2          # the old one is still there


def test_a_pointed_at_stretch_is_closed_alone_and_both_ways_closed_is_no_way() -> None:
    town = draw("A--X--B\n   |\n   C", roads={"AXB": "unclassified", "XC": "unclassified"})

    def at(point: str) -> Town:
        lon, lat = town.at[point]
        one = Closure(1, at=((lon + town.at["X"][0]) / 2, lat + 1e-6))
        return Town(town.at, EmbeddedEngine(town.engine.graph, town.engine.snapper.grid, town.engine._hierarchy,
                                            closures=lambda: Closures((one,))), town.atlas)
    assert trip(at("A"), "BC") == "BXC" and trip(at("B"), "AC") == "AXC"
    with pytest.raises(NotReachable):
        at("A").engine.at(NOON).route(np.array([town.at["A"], town.at["B"]]), vehicle())


@pytest.mark.parametrize(("given", "code", "field"), [
    ({"direction": "left"}, "not_allowed", "direction"), ({"limits": {"height": 3.0}}, "not_allowed", "limit"),
    ({"limits": {"height_m": float("nan")}}, "out_of_range", "height_m"),
    ({"limits": {"height_m": 0.49}}, "out_of_range", "height_m"),
    ({"limits": {"kmh": 151.0}}, "out_of_range", "kmh"), ({"begins": NOON, "ends": NOON}, "out_of_range", "until"),
    ({"note": "x" * 501}, "too_large", "note"),
])
def test_what_is_no_closure_is_refused(given: dict[str, object], code: str, field: str) -> None:
    with pytest.raises(BadInput) as said:
        Closure(1, **given)  # type: ignore[arg-type]
    assert (said.value.code, said.value.field) == (code, field)


@pytest.mark.parametrize("text", ["", "osm:node/1", "way/", "12x", "1.5", "١٢", "9" * 19, "osm:way/1; rm"])
def test_what_is_no_way_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_way(text)


def test_ways_and_limits_are_read() -> None:
    assert [read_way(text) for text in ("osm:way/123", "way/123", "123", " 123 ", "-5")] == [123, 123, 123, 123, -5]
    assert read_limits(["height_m=3.5", "kmh=30"]) == {"height_m": 3.5, "kmh": 30.0}
    for bad, code in (("height_m=x", "not_a_number"), ("height_m", "not_a_number"), ("height_m=nan", "not_finite"),
                      ("kmh=inf", "not_finite"), ("size=3", "not_allowed")):
        with pytest.raises(BadInput) as said:
            read_limits([bad])
        assert said.value.code == code


def test_what_is_put_down_is_read_again_and_lifted(tmp_path: Path) -> None:
    store = ClosureStore(tmp_path)
    assert store.read() == Closures()
    one = store.add(Closure(7, {"height_m": 3.5}, "forward", (10.0, 1.0), NOON, NOON + timedelta(days=1), "<b>{{7*7}}</b>\n路"))
    two = store.add(Closure(7))
    store.add(Closure(8))
    assert ClosureStore(tmp_path).read().all[:2] == (one, two) and (one.id, two.id) == (1, 2)
    assert [c.id for c in store.lift(7, direction="backward")] == [2]                  # it goes on in the other direction
    assert [(c.id, c.direction) for c in store.read().all] == [(1, "forward"), (2, "forward"), (3, "both")]
    assert [c.id for c in store.lift(7)] == [1, 2]
    with pytest.raises(NotFound) as said:
        store.lift(7)
    assert said.value.code == "unknown_closure"
    assert [c.id for c in store.read().all] == [3] and store.add(Closure(9)).id > 3


def _put(folder: Path, first: int) -> None:
    for way in range(first, first + 25):
        ClosureStore(folder).add(Closure(way))


def test_two_writers_do_not_lose_each_other_s(tmp_path: Path) -> None:
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(_put, [tmp_path] * 2, [0, 100]))
    standing = ClosureStore(tmp_path).read()
    assert {c.way for c in standing.all} == {*range(25), *range(100, 125)}
    assert len({c.id for c in standing.all}) == 50 == standing.version
    assert {p.name for p in tmp_path.iterdir()} == {"closures.json", ".closures.lock"}


@pytest.mark.parametrize("text", ["", "[]", "{", '{"format": 2, "version": 1, "closures": []}',
                                  '{"format": 1, "version": 1, "closures": [{}]}',
                                  '{"format": 1, "version": 1, "closures": [5]}'])
def test_a_broken_file_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "closures.json").write_text(text)
    for ask in (ClosureStore(tmp_path).read, lambda: ClosureStore(tmp_path).add(Closure(1))):
        with pytest.raises(LocatorError) as said:
            ask()
        assert said.value.code == "bad_file"
    assert (tmp_path / "closures.json").read_text() == text
