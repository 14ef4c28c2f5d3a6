"""Files made to break something: each is a clear error or finding, quickly, and reads nothing but itself."""
import io
import os
import sqlite3
import struct
import zipfile

import geopandas as gpd
import openpyxl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, box

from geodata import files, geofiles, sheets
from geodata.errors import BadInput, LocatorError
from geodata.files import read_table, table_bytes
from geodata.geofiles import read_geopackage
from geodata.layers import Layer

VRT = b"""<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>%s</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"""
HEADERS = "id,lon,lat\n"


def read(content, **options):
    return read_table(content, **{"kind": "fuel", "datum": "wgs84", **options})


def refused(content, **options):
    with pytest.raises(BadInput) as caught:
        read(content, **options)
    return caught.value


def layer(n_rows=3):
    shapes = gpd.points_from_xy([119.9] * n_rows, [31.7] * n_rows)
    return Layer.of("x", "fuel", gpd.GeoDataFrame({"id": [f"p{row}" for row in range(n_rows)]}, geometry=shapes, crs=4326))


def features(*geometries):
    each = ",".join(f'{{"type":"Feature","properties":{{"id":"{row}"}},"geometry":{shape}}}'
                    for row, shape in enumerate(geometries, 1))
    return f'{{"type":"FeatureCollection","features":[{each}]}}'.encode()


def zipped(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def geopackage(*statements, shapes=()):
    """A GeoPackage made by hand, with these geometry cells and statements of somebody else's."""
    base = sqlite3.connect(":memory:")
    base.executescript("""
        create table gpkg_geometry_columns (table_name, column_name, geometry_type_name, srs_id, z, m);
        create table gpkg_spatial_ref_sys (srs_name, srs_id, organization, organization_coordsys_id, definition);
        create table t (fid integer primary key, id text, geom blob);
        insert into gpkg_geometry_columns values ('t', 'geom', 'POINT', 4326, 0, 0);""")
    base.executemany("insert into t (id, geom) values (?, ?)", [(str(row), cell) for row, cell in enumerate(shapes, 1)])
    for statement in statements:
        base.execute(statement)
    base.commit()
    return base.serialize()


def cell(wkb, flags=1):
    return b"GP\0" + bytes([flags]) + struct.pack("<i", 4326) + wkb


# what it is -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ["x.gpkg", "x.geojson", "x.csv", "x.xlsx", None])
def test_a_vrt_is_refused_whatever_it_is_called(name, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text(HEADERS + "secret,119.9,31.7\n")
    assert refused(VRT % str(secret).encode(), name=name).code == "bad_file"


def test_a_vrt_on_disk_reads_no_other_file(tmp_path):
    (tmp_path / "secret.csv").write_text(HEADERS + "secret,119.9,31.7\n")
    (tmp_path / "x.gpkg").write_bytes(VRT % str(tmp_path / "secret.csv").encode())
    with pytest.raises(BadInput, match="bad_file"):
        read_table(tmp_path / "x.gpkg", kind="fuel", datum="wgs84")


@pytest.mark.parametrize("path", ["/vsicurl/http://127.0.0.1:9/x.csv", "/vsizip/x.zip/x.csv", "/dev/stdin", "/dev/zero", "/proc",
                                  "CSV:/etc/passwd", "http://127.0.0.1:9/x.csv"])
def test_a_path_is_a_file_on_this_disk_or_nothing(path):
    with pytest.raises(BadInput, match="file_not_found"):
        read_table(files.Path(path), kind="fuel", datum="wgs84")


def test_a_pipe_is_no_file(tmp_path):
    os.mkfifo(tmp_path / "x.csv")
    with pytest.raises(BadInput, match="file_not_found"):
        read_table(tmp_path / "x.csv", kind="fuel", datum="wgs84")


@pytest.mark.parametrize(("content", "code"), [
    (b"", "empty_file"), (b" \n\t", "empty_file"),
    (b"<?xml version='1.0'?><kml/>", "bad_file"), (b"\xef\xbb\xbf  <html>", "bad_file"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "bad_file"),          # the old .xls
    (b"%PDF-1.7\0", "bad_file"), (b"\x89PNG\r\n\x1a\n\0", "bad_file"), (b"\x1f\x8b\x08\0", "bad_file"),
])
def test_what_is_no_table_is_refused(content, code):
    assert refused(content).code == code


@pytest.mark.parametrize(("name", "content"), [
    ("x.gpkg", HEADERS.encode()), ("x.csv", features()), ("x.xlsx", HEADERS.encode()), ("x.geojson", HEADERS.encode()),
    ("x.shp", HEADERS.encode()), ("x", HEADERS.encode()),
])
def test_name_and_content_must_agree(name, content):
    assert refused(content, name=name).code == "bad_file"


# GeoJSON --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("content", [
    b"{" * 100_000, b'{"features":' * 2_000, b'{"features":[' + b"[" * 100_000, b'{"a":' * 1_020 + b"1" + b"}" * 1_020,
    features('{"type":"GeometryCollection","geometries":[' * 300 + "]}" * 300),
    b'{"features":[{"properties":{"name":' + b"[" * 500 + b"]" * 500 + b"}}]}",
    b'{"features":[{"id":' + b"[" * 500 + b"]" * 500 + b"}]}",
    features('{"type":"Point","coordinates":[NaN,31.7]}'), features('{"type":"Point","coordinates":[1e999,31.7]}'),
    features('{"type":"Point","coordinates":[Infinity,31.7]}'),
    b'{"type":"FeatureCollection","features":{}}', b'{"type":"FeatureCollection","features":[1]}', b"[]", b"[1,2]",
    b'{"type":"FeatureCollection"', b'{"type":"FeatureCollection","features":null}', b'{"\xb0\xa1":1}', b"{}",
    b'{"crs":{"properties":{"name":"EPSG:3857"}},"features":[]}',
], ids=lambda content: repr(content[:40]))
def test_broken_geojson_is_refused(content):
    assert refused(content).code == "bad_geojson"


@pytest.mark.parametrize(("geometry", "code"), [
    ('{"type":"Point","coordinates":["a",31.7]}', "bad_geometry"), ('{"type":"Point","coordinates":[119.9]}', "bad_geometry"),
    ('{"type":"Point","coordinates":[null,31.7]}', "bad_geometry"), ('{"type":"Castle"}', "bad_geometry"),
    ('"POINT(1 2)"', "bad_geometry"), ("7", "bad_geometry"), ("[]", "bad_geometry"),
    ('{"type":"Polygon","coordinates":[[[0,0],[1,1]]]}', "bad_geometry"),
    ("null", "missing_position"), ('{"type":"Point","coordinates":[]}', "missing_position"),
    ('{"type":"LineString","coordinates":[[0,0],[1,1]]}', "wrong_geometry"),
    ('{"type":"GeometryCollection","geometries":[]}', "missing_position"),
    ('{"type":"GeometryCollection","geometries":[' * 100 + "]}" * 100, "missing_position"),
    ('{"type":"Point","coordinates":[31.7,119.9]}', "swapped_lonlat"),
])
def test_a_bad_geometry_is_told_with_its_row(geometry, code):
    good = '{"type":"Point","coordinates":[119.9,31.7]}'
    frame, found = read(features(good, geometry))
    assert [(one.code, one.row) for one in found if one.severity == "error"] == [(code, 2)]
    assert frame.geometry[0] == Point(119.9, 31.7)


def test_properties_of_any_shape_are_cells():
    content = (b'{"type":"FeatureCollection","features":[{"type":"Feature","id":7,"properties":null,"geometry":null},'
               b'{"properties":{"id":{"a":1},"name":["x"],"services":[{"what":"bed"}],"lorry_bays":[1],"geometry":"x"}}]}')
    frame, found = read(content)
    assert frame["id"][0] == "7"
    assert frame["services"][1] == '[{"what":"bed"}]'
    assert ("not_a_number", 2, "lorry_bays") in [(one.code, one.row, one.column) for one in found]


# GeoPackage -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("kept", [16, 99, 100, 4_096, 20_000, 0.5, -1])
def test_a_truncated_geopackage_is_refused(kept):
    whole = table_bytes(layer(), "gpkg")
    cut = whole[:kept if isinstance(kept, int) else int(len(whole) * kept)]
    assert refused(cut, name="x.gpkg").code == "bad_file"


def test_a_geopackage_with_its_middle_overwritten_is_refused_or_told():
    whole = bytearray(table_bytes(layer(2_000), "gpkg"))
    whole[8_192:len(whole) - 8_192] = b"\xff" * (len(whole) - 16_384)
    assert refused(bytes(whole)).code == "bad_file"


def test_a_database_that_is_no_geopackage_is_refused():
    base = sqlite3.connect(":memory:")
    base.execute("create table secrets (x)")
    base.commit()
    assert refused(base.serialize()).code == "bad_file"


@pytest.mark.parametrize("statements", [
    ("insert into gpkg_geometry_columns values ('v', 'geom', 'POINT', 4326, 0, 0)",
     "create view v as with recursive c(n) as (select 1 union all select n + 1 from c) select n id, null geom from c"),
    ("insert into gpkg_geometry_columns values ('f', 'geom', 'POINT', 4326, 0, 0)",
     "create virtual table f using fts5(geom)"),
    ("insert into gpkg_geometry_columns values ('sqlite_master', 'sql', 'POINT', 4326, 0, 0)",),
], ids=["a view without end", "a virtual table", "its own schema"])
def test_only_plain_tables_are_read(statements):
    frame, _ = read(geopackage(*statements, shapes=[cell(shapely.to_wkb(Point(119.9, 31.7)))]))
    assert frame["id"].tolist() == ["1"]


def test_columns_that_are_computed_are_not_computed():
    frame, found = read(geopackage("alter table t add column huge as (hex(zeroblob(200000000)))",
                                   shapes=[cell(shapely.to_wkb(Point(119.9, 31.7)))]))
    assert len(frame) == 1
    assert [one.code for one in found if one.severity == "error"] == []


def test_two_layers_are_refused_not_chosen_from():
    two = geopackage("create table u (id, geom)", "insert into gpkg_geometry_columns values ('u', 'geom', 'POINT', 4326, 0, 0)")
    assert "2 layers" in refused(two).params["reason"]


@pytest.mark.parametrize("srs", [99_999_999, -1, "'x'", "null"])
def test_a_coordinate_system_nobody_knows_is_refused(srs):
    assert refused(geopackage(f"update gpkg_geometry_columns set srs_id = {srs}")).code == "bad_file"


@pytest.mark.parametrize("kind", [6, 7], ids=["MultiPolygon", "GeometryCollection"])
def test_geometries_nested_without_end_do_not_reach_geos(kind):
    nested = struct.pack("<BII", 1, kind, 1) * 200_000 + shapely.to_wkb(Point(1, 2))     # GEOS alone: segmentation fault
    frame, found = read(geopackage(shapes=[cell(nested), cell(shapely.to_wkb(Point(119.9, 31.7)))]))
    assert [(one.code, one.row) for one in found if one.severity == "error"] == [("bad_geometry", 1)]
    assert frame.geometry[1] == Point(119.9, 31.7)


def test_a_nest_inside_a_sound_multipolygon_is_refused_too():
    nested = struct.pack("<BII", 1, 7, 1) * 200_000
    sound = shapely.to_wkb(box(0, 0, 1, 1))
    hidden = struct.pack("<BII", 1, 6, 2) + sound + nested
    _, found = read(geopackage(shapes=[cell(hidden)]))
    assert [one.code for one in found if one.severity == "error"] == ["bad_geometry"]


def test_a_text_nested_without_end_does_not_reach_geos():
    text = "GEOMETRYCOLLECTION(" * 20_000
    for start in ("", "POINT(1 2)", "MULTIPOLYGON("):
        _, found = read(f'id,wkt\na,"{start}{text}"\n'.encode())
        assert [one.code for one in found if one.severity == "error"] == ["bad_geometry"]


@pytest.mark.parametrize("blob", [
    b"", b"GP", b"x" * 50, b"GP\0\1\0\0\0\0" + b"\1", cell(b"\1\3\0\0\0\xff\xff\xff\xff"), cell(b"\1\6\0\0\0\xff\xff\xff\xff"),
    cell(shapely.to_wkb(Point(1, 2))[:-1]), cell(shapely.to_wkb(Point(1, 2)), flags=0b1111), "text", 7, 1.5,
])
def test_a_broken_geometry_cell_is_told(blob):
    _, found = read(geopackage(shapes=[blob]))
    assert [one.code for one in found if one.severity == "error"] == ["bad_geometry"]


@pytest.mark.parametrize("shape", [Point(1, 2), Point(1, 2, 3), box(0, 0, 1, 1), MultiPolygon([box(0, 0, 1, 1), box(2, 2, 3, 3)]),
                                   box(0, 0, 9, 9).difference(box(1, 1, 2, 2))])
@pytest.mark.parametrize("order", [0, 1], ids=["big endian", "little endian"])
@pytest.mark.parametrize("flavor", ["iso"])
def test_every_sound_geometry_cell_is_read(shape, order, flavor):
    frame, _ = read_geopackage(geopackage(shapes=[cell(shapely.to_wkb(shape, byte_order=order, flavor=flavor))]))
    assert frame.geometry[0].equals(shape)


# XLSX -----------------------------------------------------------------------------------------------------------

def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    assert refused(zipped(xl__workbook="<x/>", xl__sheet=b"\0" * (sheets.MAX_UNZIPPED + 1))).code == "too_large"


def test_a_bomb_that_lies_about_its_size_is_not_unpacked_either():
    honest = _workbook(strings=b"<sst>" + b" " * 50_000_000 + b"</sst>")
    lying = honest.replace(struct.pack("<I", 50_000_011), struct.pack("<I", 11))
    assert lying != honest
    assert refused(lying).code == "bad_file"


def test_a_workbook_as_spreadsheets_save_it_is_read():
    frame, found = read(_workbook())
    assert frame["id"].tolist() == ["a"]
    assert not [one for one in found if one.severity == "error"]


def test_a_thousand_parts_are_refused():
    assert refused(zipped(**{f"p{number}": "" for number in range(sheets.MAX_PARTS + 1)})).code == "too_large"


@pytest.mark.parametrize("content", [b"PK\3\4", b"PK\3\4" + b"\0" * 100, zipped(a="x"), zipped(xl__workbook="<x/>")])
def test_a_zip_that_is_no_workbook_is_refused(content):
    assert refused(content).code == "bad_file"


def test_a_truncated_workbook_is_refused():
    whole = table_bytes(layer(), "xlsx")
    assert {refused(whole[:cut]).code for cut in (10, 100, len(whole) // 2, len(whole) - 10)} == {"bad_file"}


@pytest.mark.parametrize("entity", [b'"' + b"lol" * 100 + b'"', b'SYSTEM "file:///etc/passwd"', b'SYSTEM "http://127.0.0.1:9"'])
@pytest.mark.parametrize("part", ["strings", "sheet", "book", "types"])
def test_entities_in_a_workbook_are_refused(part, entity):
    bomb = b"<!DOCTYPE x [<!ENTITY a " + entity + b'><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
    assert refused(_workbook(**{part: bomb})).code == "bad_file"


def test_one_cell_in_the_last_corner_is_no_work():
    book = openpyxl.Workbook()
    book.active.append(["id", "lon", "lat"])
    book.active.append(["a", 119.9, 31.7])
    book.active.cell(1_048_576, 16_384, "x")
    out = io.BytesIO()
    book.save(out)
    frame, _ = read(out.getvalue())
    assert frame["id"].tolist() == ["a"]


def _workbook(**parts):
    """A workbook by hand, its texts shared as spreadsheets save them; any part can be another."""
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rels = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml."
    whole = {
        "types": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
                 b'<Override PartName="/xl/workbook.xml" ContentType="' + kind + b'sheet.main+xml"/>'
                 b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + kind + b'sharedStrings+xml"/></Types>',
        "book": b'<workbook xmlns="' + main + b'" xmlns:r="' + rels + b'"><sheets>'
                b'<sheet name="x" sheetId="1" r:id="r1"/></sheets></workbook>',
        "links": b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                 b'<Relationship Id="r1" Type="' + rels + b'/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "strings": b'<sst xmlns="' + main + b'"><si><t>id</t></si><si><t>lon</t></si><si><t>lat</t></si><si><t>a</t></si></sst>',
        "sheet": b'<worksheet xmlns="' + main + b'"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c>'
                 b'<c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c></row><row r="2"><c r="A2" t="s"><v>3</v></c>'
                 b'<c r="B2"><v>119.9</v></c><c r="C2"><v>31.7</v></c></row></sheetData></worksheet>',
    } | parts
    names = {"types": "[Content_Types].xml", "book": "xl/workbook.xml", "links": "xl/_rels/workbook.xml.rels",
             "strings": "xl/sharedStrings.xml", "sheet": "xl/worksheets/sheet1.xml"}
    return zipped(**{names[part]: content for part, content in whole.items()})


# too much -------------------------------------------------------------------------------------------------------

def test_too_many_bytes_rows_columns_cells_and_corners_are_refused(monkeypatch, tmp_path):
    assert refused(b"x" * (files.MAX_BYTES + 1)).code == "too_large"
    with (tmp_path / "x.csv").open("wb") as file:
        file.truncate(50 * 2**30)                    # fifty sparse gigabytes: read no farther than the limit
    with pytest.raises(BadInput, match="too_large"):
        read_table(tmp_path / "x.csv", kind="fuel", datum="wgs84")
    assert refused(",".join(["x"] * (sheets.MAX_COLUMNS + 1)).encode() + b"\n").code == "too_large"
    assert refused(b"id,lon,lat\n" + b"x" * (sheets.MAX_CELL + 1)).code == "bad_file"
    for module in (sheets, geofiles):
        monkeypatch.setattr(module, "MAX_ROWS", 2)
    for what in ("csv", "xlsx", "geojson", "gpkg"):
        assert read(table_bytes(layer(2), what))[0].shape[0] == 2
        value = refused(table_bytes(layer(3), what))
        assert (value.code, value.params) == ("too_large", {"limit": 2, "unit": "rows"})
    monkeypatch.setattr(files, "MAX_POINTS", 4)
    assert refused(b'id,wkt\na,"POLYGON((0 0,0 1,1 1,1 0,0 0))"\n').params["unit"] == "points"


# anything -------------------------------------------------------------------------------------------------------

@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_break_it(content):
    try:
        read(content)
    except LocatorError as why:
        assert why.code in {"bad_file", "bad_geojson", "empty_file", "too_large"}


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(["csv", "geojson", "gpkg", "xlsx"]), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=8))
def test_no_damage_breaks_it(what, damage):
    content = bytearray(table_bytes(layer(), what))
    for where, byte in damage:
        content[16 + int(where * (len(content) - 17))] = byte
    try:
        read(bytes(content))
    except LocatorError as why:
        assert why.code in {"bad_file", "bad_geojson", "empty_file", "too_large"}


def test_a_geopackage_whose_names_are_no_text_is_refused():
    content = table_bytes(layer(), "gpkg")
    with pytest.raises(BadInput) as refused:
        read(content.replace(layer().name.encode(), b"\x80" * len(layer().name)))
    assert refused.value.code == "bad_file"
