"""The planner's verbs: what is printed, what is written, what is refused."""
from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyogrio
import pytest
from pytest import approx

from tests.cli.conftest import Run

COUNTS = "ref,lorries_day\nG42,18000\nS39,9000\n"


def test_coverage_is_told_in_both_languages(locator: Run) -> None:
    done = locator("coverage", "--limit-s", 600, "--zones", "grid_cells")
    assert done.exit_code == 0 and "货运道路" in done.stdout and "示意网格 1" in done.stdout and "【示意】" in done.stdout
    told = locator("coverage", "--limit-s", 600, "--lang", "en").stdout
    assert "per direction" in told and "Motorway" in told and "approximate" in told


def test_json_is_what_the_api_sends(locator: Run) -> None:
    told = json.loads(locator("coverage", "--limit-s", 600, "--json").stdout)
    assert told["total"]["total_m"] == approx(sum(one["total_m"] for one in told["by_class"]), abs=1)
    uncovered_m = sum(one["properties"]["length_m"] for one in told["features"])
    assert told["total"]["covered_m"] + uncovered_m == approx(told["total"]["total_m"], abs=20)
    assert [one["properties"]["gap"] for one in told["features"]] == list(range(1, len(told["features"]) + 1))
    lengths = [one["properties"]["length_m"] for one in told["features"]]
    assert lengths == sorted(lengths, reverse=True)


def test_traffic_weighs_the_shares_and_ranks_the_gaps(locator: Run, tmp_path: Path) -> None:
    (tmp_path / "counts.csv").write_text(COUNTS, encoding="utf-8")
    told = json.loads(locator("coverage", "--limit-s", 600, "--traffic", tmp_path / "counts.csv", "--json").stdout)
    total = told["total"]
    assert 0 < total["counted_m"] < total["total_m"] and 0 < total["covered_lorry_km_day"] < total["lorry_km_day"]
    heavy = [one["properties"]["lorry_km_day"] or 0 for one in told["features"]]
    assert heavy == sorted(heavy, reverse=True) and heavy[0] > 0
    assert told["features"][0]["properties"]["refs"]


def test_files_hold_the_gaps(locator: Run, tmp_path: Path) -> None:
    for name in ("gaps.csv", "gaps.geojson", "gaps.gpkg"):
        done = locator("coverage", "--limit-s", 600, "--out", tmp_path / name, "--lang", "en")
        assert (done.exit_code, done.stdout) == (0, "") and name in done.stderr
    rows = list(csv.DictReader(io.StringIO((tmp_path / "gaps.csv").read_text(encoding="utf-8-sig"))))
    told = json.loads((tmp_path / "gaps.geojson").read_text(encoding="utf-8"))
    assert len(rows) == told["gaps_total"] == pyogrio.read_info(tmp_path / "gaps.gpkg", layer="gaps")["features"]
    assert set(pyogrio.list_layers(tmp_path / "gaps.gpkg")[:, 0]) == {"gaps", "roads"}


@pytest.mark.parametrize("table", ["way,lorries_day\nx,5\n", "ref,lorries_day\nG42,many\n", "ref,lorries_day\nG42,-1\n",
                                   "ref,lorries_day\nG42,nan\n", "ref,lorries_day\nG42,1\nG42,2\n", "ref,lorries_day\n,3\n",
                                   "ref,cars\nG42,3\n", "lorries_day\n3\n"])
def test_a_bad_traffic_table_is_refused(locator: Run, tmp_path: Path, table: str) -> None:
    (tmp_path / "counts.csv").write_text(table, encoding="utf-8")
    done = locator("coverage", "--traffic", tmp_path / "counts.csv", "--lang", "en")
    assert (done.exit_code, done.stdout) == (2, "") and done.stderr.count("\n") == 1


def test_spacing_names_the_longest_stretch_and_the_norms(locator: Run) -> None:
    done = locator("spacing", "--lang", "en")
    assert done.exit_code == 0 and "JTG B01-2014" in done.stdout and "exceeded" in done.stdout
    told = json.loads(locator("spacing", "--ref", "G312", "--json").stdout)
    assert {(one["ref"], one["heading"]) for one in told["directions"]} == {("G312", "E"), ("G312", "W")}
    for one in told["directions"]:
        assert sum(part["length_m"] for part in one["stretches"]) == approx(one["length_m"], abs=1)
        assert one["longest_m"] == max(part["length_m"] for part in one["stretches"])
        assert [stop["offset_m"] for stop in one["stops"]] == sorted(stop["offset_m"] for stop in one["stops"])
    slip = locator("spacing", "--ref", "X1", "--lang", "en")
    assert slip.exit_code == 2 and "--ref" in slip.stderr and "“X1”" in slip.stderr and "G312" in slip.stderr
    assert locator("spacing", "--ref", "G312", "--least-m", "10000000").exit_code == 3


def test_service_areas_of_one_carriageway_are_not_the_others(locator: Run) -> None:
    """Of the sample's facts: 芳茂山 and 滆湖 have an area a side, each named by where its own carriageway leads."""
    told = json.loads(locator("spacing", "--kind", "service_area", "--classes", "motorway", "--json").stdout)
    sides = {(one["ref"], one["heading"]): [stop["name"] for stop in one["stops"]] for one in told["directions"]}
    assert sides["G42", "SE"] == ["芳茂山服务区(上海方向)"] and sides["G42", "NW"] == ["芳茂山服务区(成都方向)"]
    assert sides["G4221", "W"] == ["滆湖服务区(武汉方向)"] and sides["G4221", "E"] == ["滆湖服务区(上海方向)"]


def test_criticality_ranks_what_is_lost(locator: Run) -> None:
    told = json.loads(locator("criticality", "--limit-s", 900, "--json").stdout)
    lost = [one["properties"]["lost_m"] for one in told["features"]]
    assert lost == sorted(lost, reverse=True) and lost[0] > 0
    assert told["places_total"] == len(told["gains"]) == told["places"]["open"]
    assert told["gains"][-1]["covered_m"] == approx(told["total"]["covered_m"], abs=1)
    done = locator("criticality", "--limit", 3, "--no-gains")
    assert done.exit_code == 0 and "失去覆盖" in done.stdout and "按每次增加最多的次序" not in done.stdout


@pytest.mark.parametrize("verb", ["spacing", "criticality"])
def test_the_other_answers_as_files(locator: Run, tmp_path: Path, verb: str) -> None:
    for form in ("csv", "geojson", "gpkg"):
        done = locator(verb, "--out", tmp_path / f"it.{form}", "--lang", "en")
        assert (done.exit_code, done.stdout) == (0, "") and (tmp_path / f"it.{form}").stat().st_size > 1_000
    assert json.loads((tmp_path / "it.geojson").read_text(encoding="utf-8"))["type"] == "FeatureCollection"
    layers = {"spacing": {"directions", "stops"}, "criticality": {"places"}}[verb]
    assert set(pyogrio.list_layers(tmp_path / "it.gpkg")[:, 0]) == layers


@pytest.mark.parametrize("args", [("--norm", "none"), ("--own-m", 0), ("--least-m", "x"), ("--max-detour-s", -1),
                                  ("--out", "x.pdf")])
def test_a_wrong_wish_of_spacing_is_one_line(locator: Run, args: tuple[object, ...]) -> None:
    done = locator("spacing", *args, "--lang", "en")
    assert (done.exit_code, done.stdout) == (2, "") and done.stderr.count("\n") == 1


@pytest.mark.parametrize("args", [("--out", "x.doc"), ("--bands", "1,x"), ("--bands", "0"), ("--hour", 24), ("--classes", "path"),
                                  ("--zones", "nothing"), ("--zones", "partner"), ("--weekday", "someday"), ("--limit-s", "nan"),
                                  ("--traffic", "nowhere.csv"), ("--direction", "up")])
def test_a_wrong_wish_is_one_line(locator: Run, args: tuple[object, ...]) -> None:
    done = locator("coverage", *args, "--lang", "en")
    assert (done.exit_code, done.stdout) == (2, "") and done.stderr.count("\n") == 1
