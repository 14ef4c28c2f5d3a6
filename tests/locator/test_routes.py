"""Lines people send: GPX, GeoJSON, polylines; good ones read, hostile and wrong ones refused with a code that says why."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polyline
import pytest

from geodata.errors import BadInput
from locator.routes import check_line, read_geojson_line, read_gpx, read_polyline

LINE = np.array([[9.5209, 47.1391], [9.53, 47.15], [9.51, 47.2]])


def gpx(*points: tuple[object, object], kind: str = "trkpt", head: str = "") -> bytes:
    inner = "".join(f'<{kind} lat="{lat}" lon="{lon}"/>' for lon, lat in points)
    wrapped = f"<trk><trkseg>{inner}</trkseg></trk>" if kind == "trkpt" else f"<rte>{inner}</rte>"
    return f'<?xml version="1.0"?>{head}<gpx xmlns="http://www.topografix.com/GPX/1/1">{wrapped}</gpx>'.encode()


def geojson(coordinates: object, kind: str = "LineString") -> dict[str, Any]:
    return {"type": kind, "coordinates": coordinates}


def refused(read: Callable[..., object], *given: Any, **options: Any) -> str:
    with pytest.raises(BadInput) as caught:
        read(*given, **options)
    return caught.value.code


PAIRS = [tuple(pair) for pair in LINE.tolist()]
NESTED = "[" * 100_000 + "]" * 100_000
BOMB = ('<!DOCTYPE gpx [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>')
OUTSIDE = '<!DOCTYPE gpx [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("data", [
    gpx(*PAIRS), gpx(*PAIRS, kind="rtept"), gpx(*PAIRS).replace(b' xmlns="http://www.topografix.com/GPX/1/1"', b""),
    gpx(*PAIRS).decode().replace('<?xml version="1.0"?>', '<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16"),
    b"\xef\xbb\xbf" + gpx(*PAIRS),
    gpx(*PAIRS).replace(b"/><trkpt", b"><ele>3</ele></trkpt></trkseg><trkseg><trkpt", 1),
], ids=["track", "route", "no namespace", "UTF-16", "byte order mark", "two segments"])
def test_gpx_is_read(data: bytes) -> None:
    assert np.allclose(read_gpx(data), LINE)


def timed(*points: tuple[float, float, str | None]) -> bytes:
    times = ["" if time is None else f"<time>2026-05-01T{time}</time>" for _, _, time in points]
    inner = "".join(f'<trkpt lat="{lat}" lon="{lon}">{time}</trkpt>' for (lon, lat, _), time in zip(points, times, strict=True))
    return f"<gpx><trk><trkseg>{inner}</trkseg></trk></gpx>".encode()


@pytest.mark.parametrize(("times", "rows"), [
    (("08:00:00Z", "08:00:05Z", "08:00:10Z"), (0, 1, 2)), (("08:00:10Z", "08:00:00Z", "08:00:05Z"), (1, 2, 0)),
    (("10:00:10+02:00", "08:00:00.5", "08:00:05Z"), (1, 2, 0)), (("08:00:00Z", "08:00:00Z", "08:00:00Z"), (0, 1, 2)),
    (("08:00:10Z", None, "08:00:05Z"), (0, 1, 2)), (("08:00:10Z", "at eight", ""), (0, 1, 2)),
], ids=["in order", "out of order", "zones", "one time for all", "one without", "not a time"])
def test_points_are_put_in_order_of_time_where_all_have_one(times: tuple[str | None, ...], rows: tuple[int, ...]) -> None:
    data = timed(*((lon, lat, time) for (lon, lat), time in zip(PAIRS, times, strict=True)))
    assert np.allclose(read_gpx(data), LINE[list(rows)])


@pytest.mark.parametrize(("data", "code"), [
    (b"", "empty_file"), (b" \n ", "empty_file"), (b"<gpx", "bad_gpx"), (b"PK\x03\x04zip", "bad_gpx"),
    (b"\x00" * 50, "bad_gpx"),
    (b"<kml/>", "bad_gpx"), (b"<gpx/>", "bad_gpx"), (gpx(head=BOMB), "bad_gpx"), (gpx(*PAIRS, head=BOMB), "bad_gpx"),
    (gpx(*PAIRS, head=OUTSIDE), "bad_gpx"), (gpx(("9.5", "nan"), *PAIRS), "not_finite"),
    (gpx(("inf", "47"), *PAIRS), "not_finite"),
    (gpx(*[(lat, lon + 110) for lon, lat in PAIRS]), "swapped_lonlat"), (gpx((200, 95), (9, 47)), "bad_lonlat"),
    (gpx((9, 47)), "line_too_short"), (gpx((9, 47), (9, 47), (9, 47)), "line_too_short"), (gpx(("", "47"), *PAIRS), "bad_gpx"),
    (gpx(("9,5", "47"), *PAIRS), "bad_gpx"), (gpx(*PAIRS).replace(b'lon="9.53"', b""), "bad_gpx"),
    (b'<?xml version="1.0" encoding="no-such"?><gpx/>', "bad_gpx"),
], ids=str)
def test_bad_gpx_is_refused(data: bytes, code: str) -> None:
    assert refused(read_gpx, data) == code


def test_a_million_points_are_too_many() -> None:
    point = b'<trkpt lat="47.1" lon="9.5"/>'
    assert refused(read_gpx, gpx().replace(b"</trkseg>", point * 1_000_000 + b"</trkseg>")) == "too_large"
    line = b'{"type":"LineString","coordinates":[[9.5,47.1]' + b",[9.5,47.1]" * 999_999 + b"]}"
    assert refused(read_geojson_line, line) == "too_large"
    assert refused(read_polyline, "??" * 1_000_000) == "too_large"
    assert refused(check_line, np.zeros((1_000_000, 2))) == "too_large"


def test_more_bytes_than_any_drive_are_not_even_parsed() -> None:
    assert refused(read_gpx, b"<gpx>" + b" " * 64_000_000) == "too_large"


def test_deep_nesting_is_refused_and_harmless() -> None:
    assert refused(read_gpx, b"<gpx>" + b"<a>" * 200_000 + b"</a>" * 200_000 + b"</gpx>") == "bad_gpx"
    for text in (NESTED, '{"type":"LineString","coordinates":' + NESTED + "}", '{"type":' * 50_000):
        assert refused(read_geojson_line, text) == "bad_geojson"


FEATURE = {"type": "Feature", "properties": None, "geometry": geojson(LINE.tolist())}


@pytest.mark.parametrize("data", [
    geojson(LINE.tolist()), geojson([[*pair, 440.0] for pair in PAIRS]), FEATURE,
    {"type": "FeatureCollection", "features": [FEATURE]},
    geojson([LINE[:2].tolist(), LINE[2:].tolist()], "MultiLineString"),
], ids=["line", "with heights", "feature", "collection", "parts"])
def test_geojson_is_read(data: dict[str, Any]) -> None:
    assert np.allclose(read_geojson_line(data), LINE)


@pytest.mark.parametrize(("data", "code"), [
    (b"", "empty_file"), ("{", "bad_geojson"), ("[1,2]", "bad_geojson"), ("null", "bad_geojson"),
    ('{"type":"LineString","coordinates":[[NaN,47],[9,47]]}', "bad_geojson"),
    ('{"type":"LineString","coordinates":[[1e999,47],[9,47]]}', "bad_geojson"),
    (geojson([[float("nan"), 47.0], [9.0, 47.0]]), "not_finite"), (geojson([[float("inf"), 47.0], [9.0, 47.0]]), "not_finite"),
    (geojson([[10**400, 47], [9, 47]]), "bad_geojson"), (geojson([["9", "47"], ["9.1", "47"]]), "bad_geojson"),
    (geojson([[True, False], [9, 47]]), "bad_geojson"), (geojson([[9], [9, 47]]), "bad_geojson"),
    (geojson([9, 47]), "bad_geojson"), (geojson(None), "bad_geojson"), (geojson("9,47"), "bad_geojson"),
    (geojson(5), "bad_geojson"), (geojson([]), "line_too_short"),
    (geojson([[9, 47]]), "line_too_short"), (geojson([[31.7, 119.9], [31.8, 120.0]]), "swapped_lonlat"),
    (geojson([[500.0, 9.0], [9.0, 47.0]]), "bad_lonlat"), (geojson([[9, 47]], "Point"), "bad_geojson"),
    (geojson([9, [9, 47]], "MultiLineString"), "bad_geojson"), ({"type": "Feature", "geometry": None}, "bad_geojson"),
    ({"type": "FeatureCollection", "features": [FEATURE, FEATURE]}, "bad_geojson"), ({"type": ["LineString"]}, "bad_geojson"),
    ({"type": "FeatureCollection", "features": None}, "bad_geojson"), ({}, "bad_geojson"),
], ids=lambda given: str(given)[:60])
def test_bad_geojson_is_refused(data: Any, code: str) -> None:
    assert refused(read_geojson_line, data) == code


@pytest.mark.parametrize("precision", [5, 6])
def test_polylines_keep_their_precision(precision: int) -> None:
    text = polyline.encode(LINE.tolist(), precision, geojson=True)
    assert np.allclose(read_polyline(text, precision), LINE, atol=0.6 * 10.0**-precision)


@pytest.mark.parametrize(("text", "precision", "code"), [
    ("", 5, "line_too_short"), ("?", 5, "bad_polyline"), ("_p~iF~ps|U_", 5, "bad_polyline"), ("\x00\x01", 5, "bad_polyline"),
    ("😀😀", 5, "bad_polyline"), ("~" * 5_000, 5, "bad_polyline"), ("_p~iF~ps|U", 5, "line_too_short"),
    ("_p~iF~ps|U_ulL", 7, "not_allowed"),
    (polyline.encode(LINE.tolist(), 6, geojson=True), 5, "bad_lonlat"),
], ids=lambda given: repr(given)[:30])
def test_bad_polylines_are_refused(text: str, precision: int, code: str) -> None:
    assert refused(read_polyline, text, precision) == code


def test_the_first_wrong_point_is_named() -> None:
    with pytest.raises(BadInput) as caught:
        read_gpx(gpx(*PAIRS, (9.5, 95.5), (9.5, float("nan"))))
    assert (caught.value.code, caught.value.field) == ("not_finite", "gpx") and str(caught.value.value).startswith("#5")
