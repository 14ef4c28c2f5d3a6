"""Every fault is told once, with its row, column and value; good tables are silent; suspicions repair nothing."""
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from shapely.geometry import LineString, Point, Polygon

from geodata.checks import check
from geodata.columns import SERVICES, Service, services_text
from geodata.datum import from_wgs84
from geodata.findings import FINDINGS, finding
from geodata.layers import Layer

TODAY = date(2026, 11, 23)
GOOD = {
    "id": "h1", "kind": "drivers_home", "name": "司机之家", "name_en": "Drivers' home", "grid_cell": "g1",
    "services": services_text([Service("shower", "06:00-22:00", "10 元", False, "免费")]), "hours": "24/7",
    "lorry_bays": 20, "phone": "+86 519 8888 0000", "road_ref": "G42", "direction": "E", "max_height_m": 4.5,
    "max_mass_t": 49, "position_accuracy": "B", "source": "survey", "updated": "2026-11-23", "demo": False, "note": "x",
}
WUJIN = np.array([(119.94458, 31.71581), (119.89431, 31.73425), (120.07651, 31.647), (120.03159, 31.69844),
                  (120.09554, 31.69846), (120.1115, 31.76373), (120.09471, 31.51006), (119.96121, 31.59696),
                  (120.01051, 31.62973), (119.7857, 31.68659)])
TOWNS = [f"镇{number}" for number in range(len(WUJIN))]


def table(*changes, shapes=None):
    """Good rows with these changes, at places of their own."""
    cells = [{**GOOD, "id": f"h{number}", **change} for number, change in enumerate(changes or ({},), 1)]
    shapes = shapes or [Point(119.9 + number / 100, 31.7) for number in range(len(cells))]
    return gpd.GeoDataFrame(pd.DataFrame(cells), geometry=shapes, crs=4326)


def told(frame, kind="drivers_home", **options):
    return [(one.code, one.row, one.column) for one in check(frame, kind, today=TODAY, **options)]


def points(lonlat, **columns):
    cells = {"id": [f"p{number}" for number in range(len(lonlat))], "name": TOWNS[:len(lonlat)], **columns}
    return gpd.GeoDataFrame(cells, geometry=gpd.points_from_xy(*np.asarray(lonlat).T), crs=4326)


def test_a_good_table_is_silent():
    assert told(table({}, {})) == []
    assert told(Layer.of("homes", "drivers_home", table({}, {})).frame) == []
    assert told(table({}, {}), "places") == []


def test_an_empty_table_is_silent():
    assert told(table()[:0]) == []
    assert told(gpd.GeoDataFrame({"id": []}, geometry=[], crs=4326)) == []


@pytest.mark.parametrize(("change", "code"), [
    ({"id": None}, "missing"), ({"id": "  "}, "missing"),
    ({"kind": "castle"}, "not_allowed"), ({"kind": "fuel"}, "not_allowed"),       # another kind than this layer's
    ({"position_accuracy": "F"}, "not_allowed"),
    ({"services": '[{"what":"sauna"}]'}, "bad_services"), ({"services": "shower;sauna"}, "bad_services"),
    ({"services": "[" * 3000}, "bad_services"), ({"services": "{{7*7}}"}, "bad_services"),
    ({"services": '[{"what":"shower","hours":"8 to 5"}]'}, "bad_hours"),
    ({"hours": "8 to 5"}, "bad_hours"), ({"hours": "全天"}, "bad_hours"),
    ({"lorry_bays": "many"}, "not_a_number"), ({"lorry_bays": 2.5}, "not_a_whole_number"),
    ({"lorry_bays": -1}, "out_of_range"), ({"lorry_bays": 1e300}, "not_a_whole_number"),
    ({"max_height_m": "inf"}, "not_finite"), ({"max_height_m": 45}, "out_of_range"), ({"max_mass_t": 0.4}, "out_of_range"),
    ({"phone": "call us"}, "bad_phone"), ({"phone": "12"}, "bad_phone"), ({"phone": "=1+1"}, "bad_phone"),
    ({"updated": "2026-11-24"}, "future_date"), ({"updated": "11/23/2026"}, "bad_date"),
    ({"updated": "2026-02-30"}, "bad_date"), ({"updated": "soon"}, "bad_date"),
    ({"demo": "perhaps"}, "not_yes_or_no"),
    ({"name": None}, "empty_name"), ({"name": " "}, "empty_name"), ({"note": "a\x07b"}, "control_character"),
    ({"road_ref": "I-10 EB", "direction": None}, "direction_in_road"),
], ids=lambda case: str(case)[:40])
def test_a_bad_cell_is_told_once_with_its_row_and_column(change, code):
    column = next(iter(change))
    frame = table({}, change)
    assert told(frame) == [(code, 2, column)]
    found = check(frame, "drivers_home", today=TODAY)[0]
    assert found.severity == FINDINGS[code][0]
    assert found.value is None or len(found.value) <= 80


@pytest.mark.parametrize("change", [
    {"kind": "司机之家"}, {"kind": "Drivers' Home"}, {"kind": None}, {"position_accuracy": "b"},
    {"services": "shower; bed"}, {"services": "淋浴、住宿，热水"}, {"services": "Hot water | Shower"}, {"services": ["bed"]},
    {"services": [{"what": "bed", "free": True}]}, {"services": None},
    {"hours": "Mo-Fr 08:00-17:00; PH off"}, {"hours": None},
    {"lorry_bays": "20"}, {"lorry_bays": 20.0}, {"lorry_bays": 0}, {"lorry_bays": 20_000},
    {"phone": "0519-88880000; 13800000000"}, {"phone": "400 800 1234 转 12"}, {"phone": "110"},
    {"updated": "2026/1/5"}, {"updated": "2026年1月5日"}, {"updated": date(2026, 1, 5)}, {"updated": "2026-01-05T10:00"},
    {"demo": "是"}, {"demo": 0}, {"demo": "TRUE"}, {"max_height_m": "4.2"},
    {"road_ref": "G42", "direction": None}, {"road_ref": "S39", "direction": None}, {"road_ref": "I-10 EB"},
], ids=lambda case: str(case)[:40])
def test_what_people_write_is_understood(change):
    assert told(table({}, change)) == []


def test_the_same_id_twice_names_the_first():
    found = check(table({"id": "a"}, {"id": "b"}, {"id": "a"}), "drivers_home", today=TODAY)
    assert [(one.code, one.row, one.value, one.why_params) for one in found] == [("duplicate_id", 3, "a", {"first": 1})]


def test_a_column_that_is_needed_is_told_once():
    assert told(table({}, {}).drop(columns="id")) == [("missing_column", None, "id")]


def test_kind_is_filled_in_where_the_layer_says_it():
    assert told(table({}, {}).drop(columns="kind")) == []
    assert told(table({}, {}).drop(columns="kind"), "places") == [("missing_column", None, "kind")]


def test_rows_are_numbered_as_the_file_shows_them():
    assert told(table({"hours": "x"}, {}, {"hours": "y"}), rows=[2, 3, 9]) == [("bad_hours", 2, "hours"),
                                                                              ("bad_hours", 9, "hours")]


@pytest.mark.parametrize(("shape", "code"), [
    (None, "missing_position"), (Point(), "missing_position"), (Polygon(), "missing_position"),
    (LineString([(119, 31), (120, 32)]), "wrong_geometry"),
    (Point(float("nan"), 31.7), "not_finite"), (Point(119.9, float("inf")), "not_finite"),
    (Point(31.7, 119.9), "swapped_lonlat"), (Point(31.7, 90.001), "swapped_lonlat"),
    (Point(190, 31.7), "bad_lonlat"), (Point(13_000_000, 3_700_000), "bad_lonlat"), (Point(180.001, 0), "bad_lonlat"),
    (Polygon([(31.7, 119.9), (31.8, 119.9), (31.8, 120)]), "swapped_lonlat"),
    (Polygon([(119, 31), (121, 33), (121, 31), (119, 33)]), "invalid_area"),
    (Point(0, 0), "null_island"),
])
def test_a_bad_position_is_told(shape, code):
    frame = table({}, {}, shapes=[Point(119.9, 31.7), shape])
    assert told(frame) == [(code, 2, "geometry")]


@pytest.mark.parametrize("shape", [Point(180, 90), Point(-180, -90), Point(119.8, 31.7, 12.0), Point(0, 31)])
def test_good_positions_at_the_edge_are_silent(shape):
    assert told(table({}, {}, shapes=[Point(119.9, 31.7), shape])) == []


def test_two_places_at_one_spot_are_told_two_events_are_not():
    shapes = [Point(119.9, 31.7), Point(119.8, 31.7), Point(119.9, 31.7)]
    found = check(table({}, {}, {}, shapes=shapes), "drivers_home", today=TODAY)
    assert [(one.code, one.row, one.value, one.why_params) for one in found] == \
        [("same_spot", 3, "119.900000,31.700000", {"first": 1})]
    events = gpd.GeoDataFrame({"id": ["a", "b", "c"], "name": ["x", "y", "z"]}, geometry=shapes, crs=4326)
    assert told(events, "events") == []


def test_an_event_ends_after_it_starts():
    events = gpd.GeoDataFrame({"id": ["a", "b"], "name": ["x", "y"], "what": ["festival", "rave"],
                               "starts": ["2026-06-19T09:00", "2026-06-19"], "ends": ["2026-06-19T08:00", None]},
                              geometry=[Point(119, 31), Point(119.1, 31)], crs=4326)
    assert told(events, "events") == [("ends_before_start", 1, "ends"), ("not_allowed", 2, "what")]


@pytest.mark.parametrize(("starts", "ends", "bad"), [
    ("2026-06-19", "2026-06-19", False), ("2026-06-19T09:00", "2026-06-19", False),      # a whole day
    ("2026-06-19T09:00", "2026-06-18", True), ("2026-06-19T09:00", "2026-06-19T09:00", False),
    ("2026-06-19T09:00+08:00", "2026-06-19T02:00+00:00", False), ("2026-06-19T09:00+08:00", "2026-06-19T00:59Z", True),
    ("2026-06-19T09:00+08:00", "2026-06-19T08:00", False), (None, "2026-06-19", False),
])
def test_moments_are_compared_as_far_as_they_are_known(starts, ends, bad):
    event = gpd.GeoDataFrame({"id": ["a"], "name": ["x"], "starts": [starts], "ends": [ends]},
                             geometry=[Point(119, 31)], crs=4326)
    assert bool(told(event, "events")) is bad


def test_every_fault_of_a_row_is_told():
    bad = {"hours": "x", "phone": "y", "lorry_bays": "z", "services": "?", "updated": "?", "name": None}
    assert {code for code, *_ in told(table(bad))} == {"bad_hours", "bad_phone", "not_a_number", "bad_services", "bad_date",
                                                       "empty_name"}


# suspicions ---------------------------------------------------------------------------------------------------

def test_in_a_declared_box_a_swap_is_suspected_though_both_numbers_are_possible():
    alabama = (-88.5, 30.2, -84.8, 35.0)
    frame = points([(-88.39, 30.47), (30.57, -87.41), (-80.0, 40.0)])
    assert told(frame, "lorry_park", box=alabama) == [("suspected_swap", 2, "geometry"), ("outside_region", 3, "geometry")]
    assert told(frame, "lorry_park") == []                   # three rows alone prove nothing


def test_one_row_swapped_among_many_is_suspected():
    lonlat = np.column_stack([np.linspace(-88, -85, 20), np.linspace(30.5, 34, 20)])
    lonlat[7] = lonlat[7, ::-1]
    frame = points(lonlat, name=[f"n{number}" for number in range(20)])
    assert told(frame, "lorry_park") == [("suspected_swap", 8, "geometry")]


def test_a_place_far_from_the_others_is_not_called_swapped():
    lonlat = np.column_stack([np.linspace(-88, -85, 20), np.linspace(30.5, 34, 20)])
    lonlat[7] = (-150.0, 61.0)
    assert told(points(lonlat, name=[f"n{number}" for number in range(20)]), "lorry_park") == []


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
@pytest.mark.parametrize("named", [True, False], ids=["by name", "by neighbour"])
def test_a_datum_slip_is_suspected_and_not_repaired(datum, named):
    slipped = points(from_wgs84(WUJIN, datum), name=TOWNS if named else [f"司机之家{number}" for number in range(10)])
    before = slipped.copy(deep=True)
    found = check(slipped, "drivers_home", known=points(WUJIN), today=TODAY)
    assert [(one.code, one.severity, one.value) for one in found] == [("suspected_datum_slip", "warning", datum)]
    assert found[0].why_params["pairs"] == 10
    assert found[0].why_params["before_m"] > 400
    assert found[0].why_params["after_m"] == 0
    assert_frame_equal(slipped, before)


def test_a_file_in_wgs84_declared_as_gcj02_is_suspected_too():
    shifted_back = 2 * WUJIN - from_wgs84(WUJIN, "gcj02")
    found = check(points(shifted_back), "drivers_home", known=points(WUJIN), today=TODAY)
    assert [(one.code, one.value) for one in found] == [("suspected_datum_slip", "wgs84")]


@pytest.mark.parametrize("moved", [
    WUJIN,                                                        # right as it is
    WUJIN + np.random.default_rng(3).normal(0, 0.005, (10, 2)),   # 700 m off, in every direction
    WUJIN + (0.005, 0.002),                                       # off by something like a shift, the other way
], ids=["right", "scattered", "moved"])
def test_no_slip_is_suspected_without_evidence(moved):
    assert "suspected_datum_slip" not in {code for code, *_ in told(points(moved), known=points(WUJIN))}


def test_two_places_are_too_few_for_a_suspicion():
    slipped = points(from_wgs84(WUJIN[:2], "gcj02"))
    assert told(slipped, known=points(WUJIN)) == []
    assert told(slipped, known=points(WUJIN[:0])) == []


def test_the_table_handed_over_stands():
    frame = table({}, {"lorry_bays": "many", "hours": "x"})
    before = frame.copy(deep=True)
    check(frame, "drivers_home")
    assert_frame_equal(frame, before)


def test_a_finding_carries_what_its_words_need():
    with pytest.raises(AssertionError):
        finding("duplicate_id", 1, "id", "a")
    assert finding("missing", 1, "id").why_params == {}
    assert {severity for severity, _ in FINDINGS.values()} == {"error", "warning"}
    allowed = check(table({"services": "x"}), "drivers_home")[0].why_params["allowed"]
    assert allowed == ", ".join(SERVICES)
