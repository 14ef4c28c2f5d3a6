"""Whatever is wrong is said at both doors, by the same code, in both languages, in one line; and nothing is changed by it."""
from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polyline
import pytest

from locator.settings import Settings
from locator.words import LANGS
from tests.cli.conftest import runner
from tests.doors import HOSTILE, LONG, TRIP, Doors, doors_of, left_in, one_line, tells

MILLION = 1_000_000


@pytest.fixture(scope="module")
def doors(wujin: Settings) -> Doors:
    return doors_of(wujin)


@pytest.fixture(autouse=True)
def untouched(wujin: Settings) -> Iterator[None]:
    """Bad input changes no file of the region it was asked of."""
    before = left_in(wujin.data / "regions" / "wujin")
    yield
    assert left_in(wujin.data / "regions" / "wujin") == before


# ---------------------------------------------------------------- places that cannot be meant

PLACES = [                                      # from, to, code, which of the two is wrong
    ("nan,31.7", "横山桥", "not_finite", "from"),
    ("119.9,inf", "横山桥", "not_finite", "from"),
    ("湖塘", "119.9,1e999", "not_finite", "to"),
    ("31.7206,119.9541", "横山桥", "swapped_lonlat", "from"),
    ("湖塘", "31.7637 120.1115", "swapped_lonlat", "to"),
    ("200,95", "横山桥", "bad_lonlat", "from"),
    ("湖唐", "横山桥", "unknown_place", "from"),
    ("湖塘", "武进西太湖度假村", "unknown_place", "to"),
    ("湖塘", "湖塘", "same_place", "to"),
    ("湖塘", "Hutang", "same_place", "to"),
    ("119.95,31.72", "119.950,31.7200", "same_place", "to"),
    ("0,0", "横山桥", "no_road_within_reach", "from"),
    ("湖塘", "119.5,31.7", "no_road_within_reach", "to"),
    ("-179.99,-89.99", "横山桥", "no_road_within_reach", "from"),
    ("", "横山桥", "missing", "from"),
    ("湖塘", " \t", "missing", "to"),
]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("origin", "destination", "code", "field"), PLACES)
def test_places_that_cannot_be_meant(doors: Doors, origin: str, destination: str, code: str, field: str, lang: str) -> None:
    typed = doors.typed("along", "--from", origin, "--to", destination, lang=lang)
    assert tells(typed.text, code, lang), typed
    for verb in ("along", "route"):
        sent = doors.sent(doors.client.post, f"/api/{verb}", json={"from": origin, "to": destination}, lang=lang)
        assert sent[:2] == (code, field) and tells(sent.text, code, lang)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("at", "code"), [(at, code) for at, _, code, field in PLACES if field == "from"])
def test_the_same_places_asked_what_is_near(doors: Doors, at: str, code: str, lang: str) -> None:
    assert tells(doors.typed("nearest", "--at", at, lang=lang).text, code, lang)
    sent = doors.sent(doors.client.get, "/api/nearest", query_string={"at": at}, lang=lang)
    assert sent[:2] == (code, "at")


@pytest.mark.parametrize(("typo", "meant"), [
    ("湖唐", "湖塘镇"), ("横山侨镇", "横山桥镇"), ("Hengshanqaio", "Hengshanqiao"), ("Luoyan9", "Luoyang"),
])
@pytest.mark.parametrize("lang", LANGS)
def test_an_unknown_name_is_answered_with_the_nearest_names(doors: Doors, typo: str, meant: str, lang: str) -> None:
    sent = doors.sent(doors.client.post, "/api/route", json=TRIP | {"to": typo}, lang=lang)
    typed = doors.typed("route", "--from", "湖塘", "--to", typo, lang=lang)
    assert meant in sent.text and sent.text == typed.text


def test_a_place_a_hair_from_the_equator_and_greenwich_is_a_position_not_a_name(doors: Doors) -> None:
    sent = doors.sent(doors.client.post, "/api/route", json={"from": [1e-05, -1e-06], "to": "湖塘"}, lang="en")
    assert sent[:2] == ("no_road_within_reach", "from")


@pytest.mark.parametrize("lang", LANGS)
def test_numbers_that_are_none(doors: Doors, lang: str) -> None:
    for name in ("max_detour_s", "start_m", "height_m", "mass_t"):
        for value in ("nan", "inf", "-inf"):
            typed = doors.typed("along", "--from", "湖塘", "--to", "横山桥", f"--{name.replace('_', '-')}", value, lang=lang)
            assert value in typed.text
            body = {"vehicle": {name: value}} if name in ("height_m", "mass_t") else {name: value}
            sent = doors.sent(doors.client.post, "/api/along", json=TRIP | body, lang=lang)
            assert sent.code == "not_finite" and sent.field == ".".join([*(["vehicle"] if "vehicle" in body else []), name])
    sent = doors.sent(doors.client.post, "/api/along", data=b'{"from": [NaN, 31.7], "to": "x"}', content_type="application/json",
                      lang=lang)
    assert sent.code == "bad_request"


# ---------------------------------------------------------------- lines that are none

def gpx(*lonlat: tuple[object, object]) -> bytes:
    points = "".join(f'<trkpt lon="{lon}" lat="{lat}"/>' for lon, lat in lonlat)
    return f'<gpx version="1.1"><trk><trkseg>{points}</trkseg></trk></gpx>'.encode()


A, B = (119.95, 31.72), (120.05, 31.75)
LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10 if i else "ha"}">' for i in range(12))
GPX = {
    "empty": (b"", "empty_file"), "blank": (b" \n\t", "empty_file"),
    "bomb": (f'<!DOCTYPE gpx [{LAUGHS}]><gpx><trk><name>&l11;</name></trk></gpx>'.encode(), "bad_gpx"),
    "file": (b'<!DOCTYPE gpx [<!ENTITY x SYSTEM "file:///etc/passwd">]><gpx>&x;</gpx>', "bad_gpx"),
    "dtd": (b'<!DOCTYPE gpx SYSTEM "http://127.0.0.1:9/x.dtd"><gpx/>', "bad_gpx"),
    "deep": (b"<gpx>" * 20_000 + b"</gpx>" * 20_000, "bad_gpx"),
    "cut": (gpx(A, B)[:-30], "bad_gpx"), "other": (b"<html/>", "bad_gpx"), "zip": (b"PK\x03\x04" + bytes(99), "bad_gpx"),
    "encoding": (b'<?xml version="1.0" encoding="utf-7"?><gpx/>', "bad_gpx"),
    "nan": (gpx(A, ("nan", 31.7), B), "not_finite"), "inf": (gpx(A, ("-inf", 31.7)), "not_finite"),
    "swapped": (gpx(A[::-1], B[::-1]), "swapped_lonlat"), "off": (gpx(A, (500, 500)), "bad_lonlat"),
    "word": (gpx(A, ("east", 31.7)), "bad_gpx"), "one": (gpx(A), "line_too_short"), "still": (gpx(A, A, A), "line_too_short"),
}
LINES: dict[str, tuple[Any, str]] = {
    "nan": ([[119.9, None], [120, 31]], "bad_geojson"), "swapped": ([A[::-1], B[::-1]], "swapped_lonlat"),
    "huge": ([A, [1e300, 31]], "bad_lonlat"), "one": ([A], "line_too_short"), "none": ([], "line_too_short"),
    "words": ([["a", "b"], ["c", "d"]], "bad_geojson"), "truth": ([[True, False], [False, True]], "bad_geojson"),
    "point": ({"type": "Point", "coordinates": A}, "bad_geojson"), "nothing": ({}, "bad_geojson"),
    "two": ({"type": "FeatureCollection", "features": [
        {"type": "Feature", "geometry": {"type": "LineString", "coordinates": [A, B]}}] * 2}, "bad_geojson"),
}


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("data", "code"), GPX.values(), ids=GPX)
def test_what_is_no_gpx(doors: Doors, tmp_path: Path, data: bytes, code: str, lang: str) -> None:
    (tmp_path / "route.gpx").write_bytes(data)
    from_file = doors.typed("along", "--gpx", tmp_path / "route.gpx", lang=lang)
    piped = doors.typed("route", "--gpx", "-", stdin=data, lang=lang)
    assert tells(from_file.text, code, lang) and from_file == piped and "root:" not in piped.text
    raw = doors.sent(doors.client.post, "/api/along", data=data, content_type="application/gpx+xml", lang=lang)
    upload = doors.sent(doors.client.post, "/api/route", data={"file": (tmp_path / "route.gpx").open("rb")}, lang=lang)
    assert raw == upload and raw.code == code and raw.field in ("gpx", "line") and tells(raw.text, code, lang)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("line", "code"), LINES.values(), ids=LINES)
def test_what_is_no_line(doors: Doors, tmp_path: Path, line: Any, code: str, lang: str) -> None:
    shape = line if isinstance(line, dict) else {"type": "LineString", "coordinates": line}
    (tmp_path / "route.geojson").write_text(json.dumps(shape))
    assert tells(doors.typed("along", "--geojson", tmp_path / "route.geojson", lang=lang).text, code, lang)
    assert doors.sent(doors.client.post, "/api/along", json={"line": line}, lang=lang).code == code


def test_a_geojson_file_with_nan_in_it(doors: Doors, tmp_path: Path) -> None:
    (tmp_path / "nan.geojson").write_text('{"type": "LineString", "coordinates": [[NaN, 31.7], [120, 31.7]]}')
    assert tells(doors.typed("route", "--geojson", tmp_path / "nan.geojson", lang="en").text, "bad_geojson", "en")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("text", "code"), [
    ("", "line_too_short"), ("_p~iF", "bad_polyline"), ("路", "bad_polyline"), ("\x00", "bad_polyline"),
    ("~" * 300, "bad_polyline"),
    (polyline.encode([A, B]), "swapped_lonlat"), (polyline.encode([(31.7, 119.9)] * 3), "line_too_short"),
])
def test_what_is_no_polyline(doors: Doors, text: str, code: str, lang: str) -> None:
    assert tells(doors.typed("route", "--polyline", text, lang=lang).text, code, lang)
    assert doors.sent(doors.client.post, "/api/route", json={"polyline": text}, lang=lang).code == code


def test_a_million_points_are_refused_by_bytes_and_where_those_may_come_by_their_number(wujin: Settings, tmp_path: Path) -> None:
    many, data = tmp_path / "many.gpx", gpx(*((lon / 1e7, 31.7) for lon in range(1_199_000_000, 1_199_000_000 + MILLION)))
    many.write_bytes(data)
    plain, wide = Settings(data=wujin.data), Settings(data=wujin.data, max_body_bytes=100_000_000)
    typed = runner(wujin.data)("along", "--gpx", many, "--lang", "en")
    assert typed.exit_code == 2 and tells(one_line(typed.stderr, "en"), "too_large", "en") and "8000000" in typed.stderr
    for settings, lang, limit in ((plain, "zh", plain.max_body_bytes), (wide, "en", plain.max_points)):
        doors = doors_of(settings)
        sent = doors.sent(doors.client.post, "/api/along", data=data, content_type="application/gpx+xml", lang=lang)
        assert sent.code == "too_large" and str(limit) in sent.text


# ---------------------------------------------------------------- hostile names

@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_name_as_a_question_is_an_unknown_name(doors: Doors, name: str, lang: str) -> None:
    code = "too_large" if name == LONG else "unknown_place"
    for args in (["route", "--from", name, "--to", "湖塘"], ["along", "--from", "湖塘", "--to", name],
                 ["route", "--from", "湖塘", "--to", "横山桥", "--via", name], ["nearest", "--at", name]):
        typed = doors.typed(*args, lang=lang)
        assert tells(typed.text, code, lang) and len(typed.text) < 300 and "49" not in typed.text
    for field in ("from", "to", "via"):
        sent = doors.sent(doors.client.post, "/api/along", json=TRIP | {field: [name] if field == "via" else name}, lang=lang)
        assert sent[:2] == (code, field) and len(sent.text) < 300 and "49" not in sent.text


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_name_of_anything_else_is_refused_as_that(doors: Doors, name: str, lang: str) -> None:
    for option, code in (("--region", "bad_name"), ("--kind", "not_allowed"), ("--service", "not_allowed"),
                         ("--vehicle", "not_allowed"), ("--datum", "not_allowed"), ("--depart", "bad_time")):
        typed = doors.typed("route" if option in ("--region", "--depart") else "along", "--from", "湖塘", "--to", "横山桥",
                            option, name, lang=lang)
        assert tells(typed.text, code, lang) and len(typed.text) < 500, option
    for field, code in (("region", "bad_name"), ("kinds", "not_allowed"), ("services", "not_allowed"), ("datum", "not_allowed"),
                        ("depart", "bad_time"), ("order", "not_allowed"), (name, "unknown_field")):
        sent = doors.sent(doors.client.post, "/api/along", json=TRIP | {field: name}, lang=lang)
        assert sent.code in {code, *(["too_large"] if name == LONG else [])} and len(sent.text) < 1_500, field
    page = doors.client.get("/", query_string={"region": name, "lang": lang})
    assert page.status_code in (413, 422) and "<script>alert" not in page.get_data(as_text=True).replace("“<script>", "")
