"""The questions as the doors ask them, on a real region: what is refused, and why."""
from __future__ import annotations

import numpy as np
import pytest

from geodata.errors import LocatorError
from locator.answers import along_json, nearest_json, route_json
from locator.asks import RouteAsk, Want
from locator.locator import Locator
from locator.settings import Settings
from locator.vehicles import vehicle
from locator.wiring import open_locator

VADUZ, ESCHEN = (9.5215, 47.1410), (9.5233, 47.2126)


@pytest.fixture(scope="module")
def here(liechtenstein: Settings) -> Locator:
    return open_locator(liechtenstein, "liechtenstein")


@pytest.mark.parametrize(("asked", "code", "field"), [
    ({"origin": VADUZ, "destination": VADUZ}, "same_place", "to"),
    ({"origin": "47.1410,9.5215", "destination": ESCHEN}, "swapped_lonlat", "from"),
    ({"origin": (float("nan"), 47.1), "destination": ESCHEN}, "not_finite", "from"),
    ({"origin": VADUZ, "destination": (9.5, float("inf"))}, "not_finite", "to"),
    ({"origin": VADUZ, "via": ((0.0, 0.0),), "destination": ESCHEN}, "no_road_within_reach", "via"),
    ({"origin": "Schaann", "destination": ESCHEN}, "unknown_place", "from"),
    ({"line": np.array([[47.14, 9.52], [47.21, 9.52]])}, "swapped_lonlat", "line"),
], ids=str)
def test_a_wrong_route_is_refused(here: Locator, asked: dict[str, object], code: str, field: str) -> None:
    with pytest.raises(LocatorError) as caught:
        here.along(RouteAsk(**asked), Want())  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.field) == (code, field)


def test_an_unknown_name_suggests_the_nearest_ones(here: Locator) -> None:
    with pytest.raises(LocatorError) as caught:
        here.route(RouteAsk(origin="Schaann", destination="Eschen"))
    assert "Schaan" in caught.value.params["suggestions"]


def test_names_and_coordinates_lead_to_the_same_place(here: Locator) -> None:
    named = here.route(RouteAsk(origin="Vaduz", destination="Eschen")).route
    lon, lat = here.where("Vaduz", "wgs84", field="from")
    same = here.route(RouteAsk(origin=(lon, lat), destination="Eschen")).route
    assert named.duration_s == same.duration_s and (named.line.lonlat == same.line.lonlat).all()


def test_a_start_beyond_the_end_is_refused(here: Locator) -> None:
    ask = RouteAsk(origin=VADUZ, destination=ESCHEN)
    length = here.route(ask).route.distance_m
    assert here.along(ask, Want(start_m=length - 1)).start_m == length - 1
    with pytest.raises(LocatorError) as caught:
        here.along(ask, Want(start_m=length))
    assert (caught.value.code, caught.value.field) == ("out_of_range", "start_m")


def test_answers_keep_their_sums_and_their_order(here: Locator) -> None:
    answer = along_json(here.along(RouteAsk(origin=VADUZ, destination=ESCHEN), Want()))
    stops = [f["properties"] for f in answer["features"]]
    assert stops and [p["offset_m"] for p in stops] == sorted(p["offset_m"] for p in stops)
    for p in stops:
        assert p["reach_s"] + p["return_s"] == pytest.approx(answer["route"]["duration_s"] + p["detour_s"], abs=0.002)
        assert p["detour_s"] >= 0 and p["access"] in ("same", "opposite", "off_route")
    known = {o["id"] for o in answer["omitted"]} | {p["id"] for p in stops}
    assert len(known) == len(answer["omitted"]) + len({p["id"] for p in stops})


def test_the_route_by_json_is_the_route(here: Locator) -> None:
    answer = here.route(RouteAsk(origin=VADUZ, destination=ESCHEN))
    said = route_json(answer)
    assert said["distance_m"] == round(answer.route.distance_m, 1) and said["geometry"]["type"] == "LineString"
    assert answer.route.line.length_m == pytest.approx(answer.route.distance_m, rel=1e-4)


def test_the_soonest_place_is_the_first(here: Locator) -> None:
    said = nearest_json(here.nearest(VADUZ, vehicle(), Want(limit=5)))
    times = [f["properties"]["drive_s"] for f in said["features"]]
    assert len(times) == 5 and times == sorted(times)
    assert all(f["properties"]["drive_m"] >= f["properties"]["distance_m"] - 30 for f in said["features"])
