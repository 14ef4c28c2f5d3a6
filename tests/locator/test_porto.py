"""Three pairs of motorway areas near Porto, 130-160 m apart: the right one costs minutes, the wrong one a journey."""
from __future__ import annotations

import pytest
import shapely

from locator.along import find_stops
from locator.answers import along_json
from locator.asks import RouteAsk, Want
from locator.settings import Settings
from locator.wiring import open_locator
from tests.drawing import atlas_of

PAIRS = {                                     # from, to, right, wrong; on the A41 and A4 from and to lie on the carriageway meant
    "A28 south": ((-8.74, 41.375), (-8.66, 41.175), "osm:way/288722014", "osm:way/288722015"),
    "A28 north": ((-8.66, 41.175), (-8.74, 41.375), "osm:way/288722015", "osm:way/288722014"),
    "A41 east": ((-8.697026, 41.233019), (-8.60045, 41.239704), "osm:way/168970963", "osm:way/168970873"),
    "A41 west": ((-8.600324, 41.239866), (-8.692736, 41.232415), "osm:way/168970873", "osm:way/168970963"),
    "A4 east": ((-8.675267, 41.18456), (-8.599672, 41.198385), "osm:way/168970881", "osm:way/62252097"),
    "A4 west": ((-8.600384, 41.198783), (-8.676632, 41.183287), "osm:way/62252097", "osm:way/168970881"),
}


@pytest.mark.parametrize("pair", PAIRS)
def test_the_right_area_costs_minutes_and_the_wrong_one_a_journey(porto: Settings, pair: str) -> None:
    origin, destination, right, wrong = PAIRS[pair]
    answer = along_json(open_locator(porto, "porto").along(RouteAsk(origin=origin, destination=destination),
                                                           Want(kinds=("service_area",), max_detour_s=3_600.0)))
    stops = {f["id"]: f["properties"] for f in answer["features"]}
    near, far = stops[right], stops[wrong]
    assert 60 <= near["detour_s"] <= 300 and (near["access"], near["side"]) == ("same", "right")
    assert far["detour_s"] > 420 and (far["access"], far["side"]) == ("opposite", "left")
    assert near["leave_m"] < near["offset_m"] < near["rejoin_m"] < near["leave_m"] + 1_000
    assert far["leave_m"] > far["offset_m"] > far["rejoin_m"]          # past it, off, back on the other side, and round again
    for stop in (near, far):
        assert stop["reach_s"] + stop["return_s"] == pytest.approx(answer["route"]["duration_s"] + stop["detour_s"], abs=0.002)


@pytest.mark.parametrize("pair", PAIRS)
def test_the_pairs_hold_where_only_a_point_is_known_of_each(porto: Settings, pair: str) -> None:
    """Without its polygon each takes a road on its own side, and says that its side is not quite sure."""
    origin, destination, right, wrong = PAIRS[pair]
    here = open_locator(porto, "porto")
    ids, areas = here.atlas.frame["id"].tolist(), here.atlas.places.geometry
    every = sorted({one for _, _, *both in PAIRS.values() for one in both})
    atlas = atlas_of({one: shapely.point_on_surface(areas[ids.index(one)]) for one in every})
    atlas.frame["position_accuracy"] = "A"
    route = here.route(RouteAsk(origin=origin, destination=destination)).route
    found = find_stops(route, atlas, here.engine, Want(max_detour_s=3_600.0)).stops
    near, far = (found[atlas.frame["id"].iloc[found["row"]].to_numpy() == one].iloc[0] for one in (right, wrong))
    assert near["access"] == "same" and far["access"] == "opposite" and near["detour_s"] < 300 < far["detour_s"]
    assert all(0.8 < stop["side_confidence"] <= 1.0 for stop in (near, far))
