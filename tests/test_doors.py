"""Two doors, one house: what the command line prints is what the API answers, and both keep the contract."""
from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import openpyxl
import polyline
import pytest
import shapely
from flask.testing import FlaskClient

from geodata.datum import from_wgs84
from geodata.regions import Facts, build_region
from locator.settings import Settings
from locator.web import create_app
from locator.wiring import open_locator
from tests.cli.conftest import Run, runner
from tests.conftest import copied

WHEN = "2026-11-23T08:30"
HUTANG, HENGSHANQIAO = (119.94458, 31.71581), (120.1115, 31.76373)
Json = dict[str, Any]
Contract = dict[str, Callable[[Any], bool]]


class Doors(NamedTuple):
    """Both doors of one data folder."""

    run: Run
    client: FlaskClient

    def typed(self, *args: object, **env: str) -> Json:
        """What `--json` prints; exit code 3 says that nothing was found."""
        done = self.run(*args, "--json", **env)
        told = dict(json.loads(done.stdout))
        assert (done.exit_code, done.stderr) == (3 if told.get("features") == [] else 0, "")
        return told

    def sent(self, verb: str, body: Json | None = None, *, query: Json | None = None, **more: Any) -> Json:
        """What the API answers."""
        how = {"json": body, **more} if body is not None else more
        send = self.client.post if how else self.client.get
        answer = send(f"/api/{verb}", query_string=query, **how)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return dict(answer.get_json())


def both(settings: Settings) -> Doors:
    return Doors(runner(settings.data), create_app(settings, open_locator).test_client())


@pytest.fixture(scope="module")
def doors(wujin: Settings) -> Doors:
    return both(wujin)


@pytest.fixture(scope="module")
def flat(tmp_path_factory: pytest.TempPathFactory) -> Doors:
    """A region without roads: ten partners in a row north of the equator, and two names."""
    settings = Settings(data=tmp_path_factory.mktemp("flat") / "var", region="flat")
    region = build_region(settings.data, Facts("flat", "CN", "Asia/Shanghai", has_roads=False), [])
    lon = np.linspace(119.9, 120.1, 10)
    region.layers.add("partner", "partner", gpd.GeoDataFrame({
        "id": [f"p{i}" for i in range(10)], "kind": "partner", "name": [f"点{i}" for i in range(10)], "position_accuracy": "A",
        "hours": ["24/7", None] * 5}, geometry=shapely.points(lon, 31.71), crs=4326))
    return Doors(runner(settings.data, LOCATOR_REGION="flat"), create_app(settings, open_locator).test_client())


# ---------------------------------------------------------------- the same ask, the same answer

@pytest.mark.parametrize(("args", "body"), [
    ("", {}),
    ("--kind drivers_home --kind service_area", {"kinds": ["drivers_home", "service_area"]}),
    ("--kind drivers_home,fuel --service shower,parking", {"kinds": "drivers_home,fuel", "services": ["shower", "parking"]}),
    ("--max-detour-s 240.5 --limit 3", {"max_detour_s": 240.5, "limit": 3}),
    ("--order detour --limit 4", {"order": "detour", "limit": 4}),
    ("--start-m 9000 --order offset", {"start_m": 9000, "order": "offset"}),
    ("--vehicle lorry49 --height-m 4.2 --mass-t 38", {"vehicle": {"preset": "lorry49", "height_m": 4.2, "mass_t": 38}}),
    ("--vehicle van", {"vehicle": "van"}),
    ("--via 洛阳 --via 119.98,31.75", {"via": ["洛阳", [119.98, 31.75]]}),
    ("--min-bays 20", {"min_bays": 20}),
    ("--kind lorry_park", {"kinds": ["lorry_park"]}),
    ("--lang en", {"lang": "en"}),
], ids=lambda said: said if isinstance(said, str) else "")
def test_along_is_the_same_at_both_doors(doors: Doors, args: str, body: Json) -> None:
    typed = doors.typed("along", "--from", "湖塘", "--to", "横山桥", "--depart", WHEN, *args.split())
    assert typed == doors.sent("along", {"from": "湖塘", "to": "横山桥", "depart": WHEN, **body})


@pytest.mark.parametrize(("args", "query"), [
    ("--at 湖塘", {"at": "湖塘"}),
    ("--at 119.95,31.7", {"lon": 119.95, "lat": 31.7}),
    ("--at 119.95,31.7 --datum bd09 --limit 5", {"at": "119.95,31.7", "datum": "bd09", "limit": 5}),
    ("--at 湖塘 --kind partner,fuel --service repair", {"at": "湖塘", "kind": "partner,fuel", "service": "repair"}),
    ("--at 湖塘 --max-drive-s 400 --vehicle rigid --height-m 3.8",
     {"at": "湖塘", "max_drive_s": 400, "vehicle": "rigid", "height_m": 3.8}),
    ("--at 湖塘 --kind lorry_park", {"at": "湖塘", "kind": "lorry_park"}),
], ids=lambda said: said if isinstance(said, str) else "")
def test_nearest_is_the_same_at_both_doors(doors: Doors, args: str, query: Json) -> None:
    assert doors.typed("nearest", *args.split(), "--depart", WHEN) == doors.sent("nearest", query={**query, "depart": WHEN})


@pytest.mark.parametrize(("args", "body"), [
    ("", {}), ("--via 洛阳", {"via": ["洛阳"]}),
    ("--vehicle van --depart 2026-11-23T00:30Z", {"vehicle": "van", "depart": f"{WHEN}+08:00"}),
], ids=["plain", "via", "van"])
def test_route_and_layers_are_the_same_at_both_doors(doors: Doors, args: str, body: Json) -> None:
    typed = doors.typed("route", "--depart", WHEN, "--from", "湖塘", "--to", "横山桥", *args.split())
    assert typed == doors.sent("route", {"from": "湖塘", "to": "横山桥", "depart": WHEN, **body})
    assert doors.typed("layer", "list") == doors.sent("layers")


def test_what_cannot_be_answered_is_said_in_the_same_words(doors: Doors) -> None:
    for lang in ("zh", "en"):
        typed = doors.run("--lang", lang, "route", "--from", "湖唐", "--to", "横山桥").stderr
        sent = doors.client.post("/api/route", json={"from": "湖唐", "to": "横山桥", "lang": lang}).get_json()
        assert typed.partition("：" if lang == "zh" else ": ")[2].rstrip("\n") == sent["detail"]


# ---------------------------------------------------------------- a line, whatever it comes as

@pytest.fixture(scope="module")
def line(doors: Doors) -> list[list[float]]:
    """The way from 湖塘 to 横山桥, to five decimal places so that every form carries the same points."""
    route = doors.sent("route", {"from": "湖塘", "to": "横山桥"})
    return [[round(lon, 5), round(lat, 5)] for lon, lat in route["geometry"]["coordinates"]]


def as_gpx(line: list[list[float]]) -> bytes:
    return ("<gpx><trk><trkseg>" + "".join(f'<trkpt lon="{x}" lat="{y}"/>' for x, y in line) + "</trkseg></trk></gpx>").encode()


@pytest.mark.parametrize("verb", ["along", "route"])
def test_a_line_is_the_same_as_gpx_geojson_and_polyline_at_both_doors(doors: Doors, line: list[list[float]], tmp_path: Path,
                                                                      verb: str) -> None:
    gpx, shape = as_gpx(line), {"type": "LineString", "coordinates": line}
    (tmp_path / "line.gpx").write_bytes(gpx)
    (tmp_path / "line.geojson").write_text(json.dumps({"type": "Feature", "properties": {}, "geometry": shape}))
    five, six = (polyline.encode([(lon, lat) for lon, lat in line], places, geojson=True) for places in (5, 6))
    when, query = ("--depart", WHEN), {"depart": WHEN}
    answers = [
        doors.typed(verb, "--gpx", tmp_path / "line.gpx", *when),
        doors.typed(verb, "--geojson", tmp_path / "line.geojson", *when),
        doors.typed(verb, "--polyline", five, *when), doors.typed(verb, "--polyline", six, "--precision", 6, *when),
        doors.sent(verb, {"line": line, **query}), doors.sent(verb, {"line": shape, **query}),
        doors.sent(verb, {"polyline": five, **query}), doors.sent(verb, {"polyline": six, "precision": 6, **query}),
        doors.sent(verb, query=query, data={"file": (io.BytesIO(gpx), "line.gpx")}),
        doors.sent(verb, data={"file": (io.BytesIO(gpx), "line.gpx"), **query}),
        doors.sent(verb, query=query, data=gpx, content_type="application/gpx+xml"),
    ]
    assert all(answer == answers[0] for answer in answers) and not answers[0].get("route", answers[0])["approximate"]


def test_a_line_along_the_roads_is_matched_to_them(doors: Doors, line: list[list[float]]) -> None:
    by_places, by_line = doors.sent("along", {"from": "湖塘", "to": "横山桥"}), doors.sent("along", {"line": line})
    assert by_line["route"]["distance_m"] == pytest.approx(by_places["route"]["distance_m"], rel=1e-3)
    assert by_line["route"]["unmatched"] == [] and by_line["route"]["engine"] == "embedded"
    lined, placed = ({f["id"]: f["properties"] for f in told["features"]} for told in (by_line, by_places))
    later = {key: stop for key, stop in placed.items() if stop["leave_m"] > 0}     # at the very start a line says where he heads
    assert len(later) > 5 and set(later) <= set(lined)
    for key, stop in later.items():
        assert lined[key]["detour_s"] == pytest.approx(stop["detour_s"], abs=1), key


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_what_is_asked_in_another_datum_is_the_shifted_ask(doors: Doors, line: list[list[float]], tmp_path: Path,
                                                           datum: str) -> None:
    ends = from_wgs84(np.array([HUTANG, HENGSHANQIAO]), datum)
    start, end = (",".join(map(repr, point)) for point in ends.tolist())
    typed = doors.typed("along", "--from", start, "--to", end, "--datum", datum, "--depart", WHEN)
    assert typed == doors.sent("along", {"from": ends[0].tolist(), "to": ends[1].tolist(), "datum": datum, "depart": WHEN})
    plain = doors.sent("along", {"from": HUTANG, "to": HENGSHANQIAO, "depart": WHEN})
    assert [f["id"] for f in typed["features"]] == [f["id"] for f in plain["features"]]
    for moved, there in zip(typed["features"], plain["features"], strict=True):
        assert moved["geometry"] == there["geometry"]                                       # answers are WGS 84
        assert moved["properties"]["detour_s"] == pytest.approx(there["properties"]["detour_s"], abs=0.1)
    (tmp_path / "moved.gpx").write_bytes(as_gpx(from_wgs84(np.array(line), datum).tolist()))
    by_gpx = doors.typed("route", "--gpx", tmp_path / "moved.gpx", "--datum", datum)
    assert by_gpx["distance_m"] == pytest.approx(plain["route"]["distance_m"], rel=1e-3) and by_gpx["unmatched"] == []
    misread = doors.typed("route", "--gpx", tmp_path / "moved.gpx")
    assert misread["geometry"] != by_gpx["geometry"]                                        # the datum is named, never guessed


# ---------------------------------------------------------------- where options stand, what codes mean

def test_the_region_stands_before_or_after_the_verb_or_in_the_body(flat: Doors, doors: Doors) -> None:
    trip, body = ("--from", "119.9,31.7", "--to", "120.1,31.72", "--depart", WHEN), {"from": "119.9,31.7", "to": "120.1,31.72"}
    data = {"LOCATOR_REGION": "wujin"}
    before = flat.typed("--region", "flat", "along", *trip, **data)
    after = flat.typed("along", *trip, "--region", "flat", **data)
    by_setting = flat.typed("along", *trip)
    assert before == after == by_setting == flat.sent("along", {**body, "depart": WHEN, "region": "flat"})
    assert before == flat.sent("along", {**body, "depart": WHEN}, query={"region": "flat"}) and before["region"] == "flat"
    assert doors.run("along", *trip, "--region", "flat").exit_code == 2
    assert doors.client.post("/api/along", json={**body, "region": "flat"}).status_code == 404


def test_the_language_stands_before_or_after_and_changes_words_not_answers(doors: Doors) -> None:
    trip = ("--from", "湖塘", "--to", "横山桥", "--depart", WHEN)
    before, after = doors.run("--lang", "en", "along", *trip), doors.run("along", *trip, "--lang", "en")
    assert before.stdout == after.stdout == doors.run("along", *trip, LOCATOR_LANG="en").stdout and "SCHEMATIC" in before.stdout
    assert doors.typed("along", *trip, "--lang", "en") == doors.typed("along", *trip, "--lang", "zh")
    said = {lang: doors.client.post(f"/api/along?lang={lang}", json={"from": "湖塘"}).get_json() for lang in ("zh", "en")}
    assert said["zh"]["detail"] != said["en"]["detail"] and said["zh"]["code"] == said["en"]["code"]


def test_exit_codes(doors: Doors) -> None:
    ask = ("--from", "湖塘", "--to", "横山桥")
    codes = [doors.run(*args).exit_code for args in (
        ("along", *ask), ("along", *ask, "--kind", "lorry_park"), ("along", *ask, "--max-detour-s", 0, "--kind", "service_area"),
        ("nearest", "湖塘", "--max-drive-s", 1), ("along", "--from", "湖塘"), ("along", *ask, "--limit", 0), ("route", *ask))]
    assert codes == [0, 3, 3, 3, 2, 2, 0]


@pytest.mark.parametrize("which", ["doors", "flat"])
def test_limit_and_order(which: str, request: pytest.FixtureRequest) -> None:
    door: Doors = request.getfixturevalue(which)
    ask: Json = {"from": "119.9446,31.7158", "to": "120.09,31.76", "max_detour_s": 3600}

    def stops(**more: Any) -> list[Json]:
        return [feature["properties"] for feature in door.sent("along", {**ask, **more})["features"]]
    whole, cheapest = stops(), stops(order="detour")
    assert [s["offset_m"] for s in whole] == sorted(s["offset_m"] for s in whole) and len(whole) > 4
    assert [s["detour_s"] for s in cheapest] == sorted(s["detour_s"] for s in whole)
    first, best = stops(limit=3), stops(limit=3, order="detour")
    kept = {s["id"] for s in cheapest[:3]}                      # the limit keeps the cheapest, in whatever order they are told
    assert [s["id"] for s in first] == [s["id"] for s in whole if s["id"] in kept] and {s["id"] for s in best} == kept
    assert [s["detour_s"] for s in best] == [s["detour_s"] for s in cheapest[:3]]
    assert "limit_reached" in {one["reason"] for one in door.sent("along", {**ask, "limit": 3})["omitted"]}
    near = door.sent("nearest", query={"at": "119.9446,31.7158", "limit": 4})["features"]
    assert len(near) == 4 and sorted(f["properties"]["drive_s"] for f in near) == [f["properties"]["drive_s"] for f in near]


# ---------------------------------------------------------------- a layer of one's own, seen by a server that runs

def sheet(path: Path, rows: list[tuple[str, str, float, float]]) -> Path:
    """A table as a person has it: Chinese heads, Excel."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["编号", "类型", "名称", "经度", "纬度"])
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path


def test_a_sheet_in_bd_09_is_seen_by_the_next_answer_of_a_running_server(wujin: Settings, tmp_path: Path) -> None:
    settings = copied(wujin, tmp_path / "var")
    doors = both(settings)

    def mine() -> dict[str, Any]:
        found = doors.sent("nearest", query={"at": "湖塘", "kind": "lorry_park", "depart": WHEN})
        assert found == doors.typed("nearest", "湖塘", "--kind", "lorry_park", "--depart", WHEN)
        return {f["id"]: (f["properties"]["name"], f["geometry"]["coordinates"]) for f in found["features"]}

    assert mine() == {}
    baidu = from_wgs84(np.array([HUTANG, HENGSHANQIAO]), "bd09").tolist()
    one = sheet(tmp_path / "one.xlsx", [("t1", "lorry_park", "自家停车场", *baidu[0])])
    assert doors.run("layer", "add", "mine", one, "--datum", "bd09").exit_code == 0
    assert mine() == {"t1": ("自家停车场", pytest.approx(HUTANG, abs=1e-6))}
    two = sheet(tmp_path / "two.xlsx", [("t1", "lorry_park", "新名", *baidu[0]), ("t2", "lorry_park", "第二处", *baidu[1])])
    assert doors.run("layer", "replace", "mine", two, "--datum", "bd09").exit_code == 0
    assert mine() == {"t1": ("新名", pytest.approx(HUTANG, abs=1e-6)), "t2": ("第二处", pytest.approx(HENGSHANQIAO, abs=1e-6))}
    assert {"name": "mine", "kind": "places", "items": 2, "version": 2} in doors.sent("layers")["layers"]
    assert doors.run("layer", "remove", "mine").exit_code == 0
    assert mine() == {} and doors.client.get("/api/layers/mine/items").status_code == 404
    assert doors.run("layer", "add", "mine", two).exit_code == 0           # no datum named: none is guessed
    assert mine()["t1"][1] == pytest.approx(baidu[0], abs=1e-6)


# ---------------------------------------------------------------- the contract

def text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def credit(value: Any) -> bool:
    """Empty where everything is the region's own."""
    return isinstance(value, str)


def figure(value: Any) -> bool:
    return type(value) in (int, float) and isfinite(value)


def truth(value: Any) -> bool:
    return isinstance(value, bool)


def aware(value: Any) -> bool:
    return text(value) and datetime.fromisoformat(value).utcoffset() is not None


def is_list(value: Any) -> bool:
    return isinstance(value, list)


def one_of(*known: Any) -> Callable[[Any], bool]:
    return lambda value: value in known


def maybe(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or check(value)


PLACE: Contract = {"id": text, "layer": text, "kind": text, "name": maybe(text), "position_accuracy": maybe(text),
                   "approximate": truth,
                   "open_at_eta": one_of(True, False, None), "eta": aware, "services": is_list, "navigable": truth}
STOP: Contract = PLACE | {"pass": lambda value: type(value) is int and value >= 1, "offset_m": figure, "off_route_m": figure,
                "reach_s": figure, "return_s": figure, "detour_s": figure, "detour_m": maybe(figure), "leave_m": maybe(figure),
                "rejoin_m": maybe(figure), "leave_name": maybe(text), "access": one_of("same", "opposite", "off_route", None)}
NEAR: Contract = PLACE | {"drive_s": figure, "drive_m": maybe(figure), "distance_m": figure}
ROUTE: Contract = {"distance_m": figure, "duration_s": figure, "approximate": truth, "engine": one_of("embedded", "straight"),
         "geometry": lambda value: value["type"] == "LineString" and len(value["coordinates"]) >= 2}
OMITTED: Contract = {"id": text, "layer": text, "name": maybe(text), "reason": text,
                     "value": maybe(lambda value: figure(value) or text(value))}
CREDITS: Contract = {"attribution": credit, "schematic": truth, "region": text}
SERVICE: Contract = {"what": text, "open_at_eta": one_of(True, False, None), "free": one_of(True, False, None)}


def keeps(said: Json, contract: Contract) -> None:
    wrong = {name: said.get(name, "absent") for name, check in contract.items() if name not in said or not check(said[name])}
    assert not wrong, said


@pytest.mark.parametrize("which", ["doors", "flat"])
def test_every_field_of_the_contract_is_there_with_its_type(which: str, request: pytest.FixtureRequest) -> None:
    door: Doors = request.getfixturevalue(which)
    told = door.sent("along", {"from": "119.9446,31.7158", "to": "120.1115,31.7637", "limit": 9, "depart": WHEN})
    keeps(told, CREDITS)
    keeps(told["route"], ROUTE)
    assert told["type"] == "FeatureCollection" and told["features"] and is_list(told["omitted"])
    assert told["omitted"] or which == "flat"
    for omitted in told["omitted"]:
        keeps(omitted, OMITTED)
    for feature in told["features"]:
        keeps(feature["properties"], STOP)
        assert (feature["type"], feature["geometry"]["type"], feature["id"]) == ("Feature", "Point", feature["properties"]["id"])
        for service in feature["properties"]["services"]:
            keeps(service, SERVICE)
        stop, route = feature["properties"], told["route"]
        assert stop["reach_s"] + stop["return_s"] == pytest.approx(route["duration_s"] + stop["detour_s"], abs=0.01)
        assert stop["detour_s"] >= 0 and 0 <= stop["offset_m"] <= route["distance_m"] + 0.1
    near = door.sent("nearest", query={"at": "119.9446,31.7158", "depart": WHEN})
    keeps(near, CREDITS)
    for feature in near["features"]:
        keeps(feature["properties"], NEAR)
    keeps(door.sent("route", {"from": "119.9446,31.7158", "to": "120.1115,31.7637"}), ROUTE | CREDITS)


def test_without_roads_everything_is_approximate_to_the_last_screen(flat: Doors) -> None:
    ask = ("--from", "119.9,31.7", "--to", "120.1,31.72")
    along, near, route = flat.typed("along", *ask), flat.typed("nearest", "119.95,31.71"), flat.typed("route", *ask)
    assert along["route"]["engine"] == route["engine"] == "straight" and along["route"]["approximate"] and route["approximate"]
    stops = [feature["properties"] for feature in [*along["features"], *near["features"]]]
    assert len(stops) > 10 and all(stop["approximate"] for stop in stops)
    assert {feature["properties"]["access"] for feature in along["features"]} <= {"off_route", None}
    assert {feature["properties"]["leave_name"] for feature in along["features"]} == {None}
    shown = flat.run("along", *ask, "--lang", "en").stdout
    assert shown.count("≈") >= len(along["features"]) and "approx" in shown.splitlines()[0].lower()
    assert all("≈" in row for row in flat.run("nearest", "119.95,31.71").stdout.splitlines() if "点" in row)
    assert "近似" in flat.run("route", *ask).stdout
