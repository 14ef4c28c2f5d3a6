"""Tables of places from files: what people have is understood, and what comes back is what went out."""
import io
from collections import Counter

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from shapely.geometry import MultiPolygon, Point, Polygon, box

from geodata.columns import SERVICES, TABLES, Service, services_text
from geodata.datum import DATUMS, from_wgs84
from geodata.errors import BadInput, NoRoom
from geodata.files import read_table, table_bytes, write_table
from geodata.layers import Layer, rows
from geodata.sheets import neutral, restored

FORMATS = ["geojson", "gpkg", "csv", "xlsx"]
HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "'=1", "''+1", "'quoted'", '"', "a,b;c\td", "a\nb", "{{7*7}}",
           "<script>alert(1)</script>", "=HYPERLINK(\"http://x\")", "＝1+1", "湖塘", "é", "🚛", "'; drop table x", "-8.74"]
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)


def layer_of(**columns):
    n_rows = len(next(iter(columns.values())))
    shapes = gpd.points_from_xy(119.9 + np.arange(n_rows) / 1000, np.full(n_rows, 31.7))
    frame = gpd.GeoDataFrame({"id": [f"h{row}" for row in range(n_rows)], **columns}, geometry=shapes, crs=4326)
    return Layer.of("homes", "drivers_home", frame)


def again(layer, what):
    return read_table(table_bytes(layer, what), kind=layer.kind, datum="wgs84", name=f"x.{what}")


def csv(*lines, encoding="utf-8"):
    return "\n".join(lines).encode(encoding)


def read(content, **options):
    frame, found = read_table(content, **{"kind": "drivers_home", "datum": "wgs84", **options})
    return rows(frame), [(one.code, one.row, one.column) for one in found if one.code != "empty_name"], frame


# there and back -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("what", FORMATS)
def test_every_column_of_every_kind_survives_the_way_out_and_in(what):
    services = services_text([Service("shower", "06:00-22:00", "10 元", False, "免费"), Service("bed")])
    shapes = [Point(119.95410123456789, 31.7206), box(119, 31, 120, 32), MultiPolygon([box(0, 0, 1, 1), box(2, 2, 3, 3)]),
              Polygon(box(0, 0, 9, 9).exterior.coords, [box(1, 1, 2, 2).exterior.coords])]
    frame = gpd.GeoDataFrame({
        "id": ["a", "12", "c", "d"], "name": ["湖塘", None, "x", "007"], "services": [services, None, None, None],
        "lorry_bays": [20, None, 0, 5], "max_height_m": [4.2, None, 4.0, 0.1 + 4.2], "demo": [True, False, None, None],
        "updated": ["2026-11-23", None, None, None], "position_accuracy": ["A", "invented", None, "E"],
        "phone": ["+86 519 88880000", None, None, "-"], "note": ["=1+1", None, "'=x", "a\nb"]}, geometry=shapes, crs=4326)
    layer = Layer.of("homes", "drivers_home", frame)
    back, found = again(layer, what)
    assert_frame_equal(pd.DataFrame(back.drop(columns="geometry")), pd.DataFrame(layer.frame.drop(columns="geometry")))
    assert back.geometry.geom_equals_exact(layer.frame.geometry, 1e-12).all()
    assert [one.severity for one in found if one.severity == "error"] == []


@pytest.mark.parametrize("what", FORMATS)
def test_cells_and_events_survive_too(what):
    cells = gpd.GeoDataFrame({"id": ["g1"], "name": ["网格"], "station": ["s1"], "drivers": [1200]},
                             geometry=[box(119, 31, 120, 32)], crs=4326)
    events = gpd.GeoDataFrame({"id": ["e1"], "name": ["端午"], "what": ["festival"], "place": ["c1"],
                               "starts": ["2026-06-19T09:00"], "ends": ["2026-06-19"]}, geometry=[Point(119, 31)], crs=4326)
    for kind, frame in {"grid_cells": cells, "events": events}.items():
        layer = Layer.of("x", kind, frame)
        back, found = again(layer, what)
        assert_frame_equal(pd.DataFrame(back), pd.DataFrame(layer.frame))
        assert found == []


@pytest.mark.parametrize("what", FORMATS)
def test_an_empty_layer_survives(what):
    layer = layer_of(name=[])
    back, found = again(layer, what)
    assert (len(back), found) == (0, [])


@pytest.mark.parametrize("what", FORMATS)
def test_hostile_texts_come_back_as_they_were(what):
    layer = layer_of(name=HOSTILE)
    back, _ = again(layer, what)
    assert back["name"].tolist() == HOSTILE


@settings(max_examples=20, deadline=None)
@given(st.lists(TEXT.filter(lambda text: text == text.strip()), min_size=1, max_size=4))
def test_any_text_survives_a_csv(names):
    layer = layer_of(name=names)
    assert again(layer, "csv")[0]["name"].tolist() == names


@given(st.text(max_size=8))
def test_neutral_texts_are_no_formulas_and_are_restored(text):
    assert restored(neutral(text)) == text
    assert neutral(text)[:1] not in {"=", "+", "-", "@", "\t", "\r", "\n"} or not text


def test_no_cell_that_leaves_is_a_formula():
    layer = layer_of(name=HOSTILE)
    book = openpyxl.load_workbook(io.BytesIO(table_bytes(layer, "xlsx")))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "b"}
    assert not [cell.value for cell in cells if cell.data_type == "s" and str(cell.value)[:1] in set("=+-@\t\r")]
    text = table_bytes(layer, "csv").decode("utf-8-sig")
    cells = pd.read_csv(io.BytesIO(text.encode()), dtype="str", keep_default_na=False)
    assert not [name for name in cells["name"] if name[:1] in set("=+-@\t\r")]
    assert text.startswith("id,kind,name,")


def test_numbers_leave_as_numbers():
    layer = Layer.of("x", "fuel", gpd.GeoDataFrame({"id": ["a"]}, geometry=[Point(-8.74, -41.375)], crs=4326))
    assert b",-8.74,-41.375" in table_bytes(layer, "csv")
    sheet = openpyxl.load_workbook(io.BytesIO(table_bytes(layer, "xlsx"))).active
    assert [cell.value for cell in sheet[2]][-2:] == [-8.74, -41.375]


def test_geojson_that_leaves_is_read_by_others():
    services = services_text([Service("shower", free=True)])
    layer = layer_of(name=["湖塘"], services=[services])
    other = pyogrio.read_dataframe(table_bytes(layer, "geojson"))
    assert other["name"].tolist() == ["湖塘"]
    assert "shower" in str(other["services"][0])


@pytest.mark.parametrize("what", FORMATS)
def test_a_file_is_written_whole(what, tmp_path):
    layer = layer_of(name=["湖塘"])
    write_table(layer, tmp_path / f"x.{what}")
    assert read_table(tmp_path / f"x.{what}", kind="drivers_home", datum="wgs84")[0]["name"].tolist() == ["湖塘"]
    assert [path.name for path in tmp_path.iterdir()] == [f"x.{what}"]


def test_a_file_of_another_ending_or_place_is_refused(tmp_path):
    with pytest.raises(BadInput, match="bad_file"):
        write_table(layer_of(name=["x"]), tmp_path / "x.shp")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(NoRoom, match="not_writable"):
        write_table(layer_of(name=["x"]), tmp_path / "file" / "x.csv")


# what people have -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("titles", [
    "id,name,lon,lat", "ID,Name,Longitude,Latitude", "编号,名称,经度,纬度", "序号,name_zh,lng,lat", "osm_id,NAME,X,Y",
    "\ufeffid,name,lon,lat", "id;name;lon;lat", "id\tname\tlon\tlat", " id , name , lon , lat ",
    "id,name,经度(WGS-84),纬度(WGS-84)",
])
def test_titles_are_understood(titles):
    between = next(mark for mark in ";\t," if mark in titles)
    told, found, frame = read(csv(titles, between.join(["a", "湖塘", "119.9", "31.7"])))
    assert (told[0]["id"], told[0]["name"], found) == ("a", "湖塘", [])
    assert frame.geometry[0] == Point(119.9, 31.7)


def test_every_title_in_both_languages_is_understood():
    columns = TABLES["drivers_home"][:-1]
    for titles in zip(*((one.name, one.title_zh, one.title_en, one.name.upper()) for one in columns), strict=True):
        _, found, _ = read(csv(",".join([*titles, "lon", "lat"])))
        assert found == []


def test_titles_nobody_knows_can_be_named():
    content = csv("NHS_Rest_S,Highway_Ro,Bays,lon,lat,id", "Grand Bay,I-10 EB,90,-88.39,30.47,1")
    told, found, _ = read(content, columns={"NHS_Rest_S": "name", "Highway_Ro": "road_ref", "Bays": "lorry_bays"})
    assert (told[0]["name"], told[0]["lorry_bays"]) == ("Grand Bay", 90)
    assert found == [("direction_in_road", 2, "road_ref")]
    _, found, _ = read(content)
    assert [column for code, _, column in found if code == "unknown_column"] == ["NHS_Rest_S", "Highway_Ro", "Bays"]
    for wrong in ({"Nowhere": "name"}, {"Bays": "castle"}):
        with pytest.raises(BadInput, match="not_allowed"):
            read(content, columns=wrong)


@pytest.mark.parametrize("datum", DATUMS)
@pytest.mark.parametrize("what", FORMATS)
def test_the_named_datum_is_taken_to_wgs84(datum, what):
    truth = np.array([(119.95, 31.72), (119.8, 31.6)])
    given_points = gpd.points_from_xy(*from_wgs84(truth, datum).T)
    layer = Layer.of("x", "fuel", gpd.GeoDataFrame({"id": ["a", "b"]}, geometry=given_points, crs=4326))
    frame, _ = read_table(table_bytes(layer, what), kind="fuel", datum=datum)
    assert np.column_stack([frame.geometry.x, frame.geometry.y]) == pytest.approx(truth, abs=1e-9)


def test_an_area_is_taken_to_wgs84_corner_by_corner():
    corners = np.array(box(119.9, 31.7, 119.91, 31.71).exterior.coords)
    text = Polygon(from_wgs84(corners, "gcj02")).wkt
    _, found, frame = read(csv("id,wkt", f'a,"{text}"'), datum="gcj02")
    assert found == []
    assert np.array(frame.geometry[0].exterior.coords) == pytest.approx(corners, abs=1e-9)


def test_a_datum_is_never_guessed():
    with pytest.raises(BadInput, match="bad_datum"):
        read(csv("id,lon,lat", "a,119.9,31.7"), datum="auto")
    for title, said in {"lng_gcj02": "gcj02", "百度经度": "bd09", "bd_lng": "bd09"}.items():
        frame, found = read_table(csv(f"id,{title},lat", "a,119.9,31.7"), kind="fuel", datum="wgs84")
        assert [(one.code, one.why_params) for one in found if one.column == title] == [("datum_in_title", {"datum": said})]
        assert frame.geometry[0] == Point(119.9, 31.7)
        assert not read_table(csv(f"id,{title},lat", "a,119.9,31.7"), kind="fuel", datum=said)[1][1:]


def test_chinese_from_an_old_spreadsheet_is_read_and_told():
    lines = ("编号,名称,经度,纬度,服务", "a,横山桥镇司机之家,119.9,31.7,淋浴、住宿")
    told, found, _ = read(csv(*lines, encoding="gbk"))
    assert told[0]["name"] == "横山桥镇司机之家"
    assert [service in told[0]["services"] for service in ("shower", "bed")] == [True, True]
    assert found == [("not_utf8", None, None)]
    assert read(csv(*lines, encoding="utf-16"))[1] == []
    assert read(csv(*lines, encoding="utf-8-sig"))[1] == []


@pytest.mark.parametrize(("name", "encoding"), [
    ("Café à côté", "cp1252"), ("Gašper Čížek", "cp1250"), ("Москва Тверь", "cp1251"), ("みやぎ道の駅", "shift_jis"),
])
def test_another_encoding_is_refused_not_garbled(name, encoding):
    with pytest.raises(BadInput, match="encoding"):
        read(csv("id,name,lon,lat", f"a,{name},2.3,48.8", encoding=encoding))


def test_rows_are_numbered_as_the_spreadsheet_shows_them():
    lines = ("id,lon,lat,hours", "a,119.9,31.7,24/7", "", ",,,", "b,119.8,31.7,always")
    told, found, _ = read(csv(*lines))
    assert len(told) == 2
    assert found == [("bad_hours", 5, "hours")]


@pytest.mark.parametrize(("cells", "found"), [
    ("a,,", [("missing_position", 2, "geometry")]),
    ("a,119.9,", [("missing_position", 2, "geometry")]),
    ("a,x,31.7", [("not_a_number", 2, "lon")]),
    ("a,nan,31.7", [("not_finite", 2, "lon")]),
    ("a,119.9,-inf", [("not_finite", 2, "lat")]),
    ("a,1e999,31.7", [("not_finite", 2, "lon")]),
    ("a,31.7,119.9", [("swapped_lonlat", 2, "geometry")]),
    ("a,13350000,3720000", [("bad_lonlat", 2, "geometry")]),
    ("a,\"119,9\",31.7", [("not_a_number", 2, "lon")]),
    ("a,119°57',31.7", [("not_a_number", 2, "lon")]),
    ("a,119.9,31.7,x", [("ragged_row", 2, None)]),
    (",119.9,31.7", [("missing", 2, "id")]),
])
def test_a_fault_in_a_row_is_told_once_with_its_row(cells, found):
    assert read(csv("id,lon,lat", cells))[1] == found


def test_a_table_without_positions_is_told_once():
    assert read(csv("id,name", "a,x", "b,y"))[1] == [("missing_column", None, "lon"), ("missing_column", None, "lat")]


def test_points_and_areas_share_a_table():
    content = csv("id,lon,lat,wkt", "a,119.9,31.7,", 'b,,,"POLYGON((119 31,120 31,120 32,119 31))"', "c,1,2,POLYGON((x))",
                  'd,,,"LINESTRING(0 0,1 1)"')
    _, found, frame = read(content)
    assert frame.geometry.geom_type.tolist()[:2] == ["Point", "Polygon"]
    assert found == [("bad_geometry", 4, "wkt"), ("bad_geometry", 5, "wkt")]


def test_a_workbook_is_read_with_its_dates_numbers_and_saved_formula_values(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["编号", "名称", "货车车位", "经度", "纬度", "更新日期", "演示数据", "备注"])
    sheet.append([1, "湖塘", 20.0, 119.9, 31.7, pd.Timestamp("2026-01-05").to_pydatetime(), True, "=1+1"])
    book.save(tmp_path / "x.xlsx")
    frame, found = read_table(tmp_path / "x.xlsx", kind="drivers_home", datum="wgs84")
    first = rows(frame)[0]
    assert found == []
    assert (first["id"], first["lorry_bays"], first["updated"], first["demo"]) == ("1", 20, "2026-01-05", True)
    assert first["note"] is None                                 # a formula nobody has computed has no value


def test_a_geopackage_in_metres_comes_home(tmp_path):
    frame = gpd.GeoDataFrame({"id": ["a"], "lorry_bays": [7], "demo": [True]}, geometry=[Point(119.9, 31.7)], crs=4326)
    frame.to_crs(32651).to_file(tmp_path / "utm.gpkg", layer="x")
    back, found = read_table(tmp_path / "utm.gpkg", kind="fuel", datum="wgs84")
    assert [one.code for one in found] == ["empty_name"]
    assert (back.geometry.x[0], back.geometry.y[0]) == pytest.approx((119.9, 31.7), abs=1e-8)
    assert (rows(back)[0]["lorry_bays"], rows(back)[0]["demo"]) == (7, True)


def test_the_services_of_a_spreadsheet_are_a_list_of_words():
    told, found, _ = read(csv("id,lon,lat,services", "a,119.9,31.7,淋浴;bed | Hot water"))
    assert (told[0]["services"], found) == ('[{"what":"shower"},{"what":"bed"},{"what":"hot_water"}]', [])
    all_of_them = ";".join(term.zh for term in SERVICES.values())
    assert read(csv("id,lon,lat,services", f"a,119.9,31.7,{all_of_them}"))[1] == []


# real tables ----------------------------------------------------------------------------------------------------

def test_the_american_survey(shared):
    """1 915 rest areas; a byte-order mark, metres in X and Y beside degrees, 67 repeated spots, bounds in road names."""
    frame, found = read_table(shared / "data/world/us_ntad_truck_stop_parking.csv", kind="lorry_park", datum="wgs84",
                              columns={"NHS_Rest_S": "name", "Highway_Ro": "road_ref", "Number_of": "lorry_bays"},
                              box=(-180, 15, -60, 72))
    counts = Counter(one.code for one in found)
    assert len(frame) == 1_915
    assert counts["same_spot"] == 67
    assert counts["direction_in_road"] > 1_400
    assert not [one for one in found if one.severity == "error"]
    assert {one.column for one in found if one.code == "unknown_column"} >= {"X", "Y", "State"}
    first = rows(frame)[0]
    assert (first["id"], first["name"], first["lorry_bays"]) == ("1", "Grand Bay Welcome Center", 90)
    assert frame.geometry.x.between(-180, -60).all()


def test_the_american_survey_with_its_columns_exchanged(shared):
    swapped = {"Latitude": "lon", "Longitude": "lat", "NHS_Rest_S": "name"}
    path = shared / "data/world/us_ntad_truck_stop_parking.csv"
    frame, found = read_table(path, kind="lorry_park", datum="wgs84", columns=swapped, box=(-180, 15, -60, 72))
    told = Counter(one.code for one in found)
    assert told["suspected_swap"] + told["swapped_lonlat"] == 1_915
    assert frame.geometry.x[0] == 30.477238                      # told, not repaired


def test_the_service_areas_of_anhui(shared):
    path = shared / "data/world/cn_anhui_service_areas_osm_wgs84.geojson"
    frame, found = read_table(path, kind="service_area", datum="wgs84")
    assert len(frame) == 215
    assert set(frame.geometry.geom_type) <= {"Point", "Polygon", "MultiPolygon"}
    assert frame["id"].str.startswith("way/").any()
    assert not [one for one in found if one.severity == "error"]
    known = frame.dropna(subset="name")
    slipped, found = read_table(path, kind="service_area", datum="gcj02", known=known)
    assert [one.value for one in found if one.code == "suspected_datum_slip"] == ["wgs84"]
    assert len(slipped) == 215
    assert not [one for one in read_table(path, kind="service_area", datum="wgs84", known=known)[1]
                if one.code == "suspected_datum_slip"]
