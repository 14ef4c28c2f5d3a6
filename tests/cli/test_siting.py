"""locator siting: what is printed, what is written, what is refused."""
from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyogrio
import pytest
from pytest import approx

from tests.cli.conftest import Run

ASKED = ("siting", "--limit-s", 600, "--kind", "drivers_home", "--spacing-m", 6_000)


def test_sites_are_told_in_both_languages(locator: Run) -> None:
    done = locator(*ASKED, "--k", 2)
    assert done.exit_code == 0 and "已证明" in done.stdout and "【示意】" in done.stdout
    told = locator(*ASKED, "--k", 2, "--model", "median", "--lang", "en").stdout
    assert "Mean driving time" in told and "proven" in told and "SCHEMATIC" in told


def test_json_adds_up(locator: Run) -> None:
    told = json.loads(locator(*ASKED, "--k", 3, "--json").stdout)
    sites = [feature["properties"] for feature in told["features"]]
    assert [site["order"] for site in sites] == [1, 2, 3] and told["proven"] and told["gap"] == 0
    assert sum(site["gain"] for site in sites) == approx(told["value"], abs=0.01) == told["weight"]["gained"]
    assert sites[-1]["covered_m"] == approx(told["after"]["covered_m"], abs=0.2)
    weight = told["weight"]
    assert sum(weight[name] for name in ("served", "gained", "unserved", "never")) == approx(weight["total"], abs=0.1)


def test_files_hold_the_sites(locator: Run, tmp_path: Path) -> None:
    for name in ("sites.csv", "sites.geojson", "sites.gpkg"):
        done = locator(*ASKED, "--k", 2, "--out", tmp_path / name, "--lang", "en")
        assert (done.exit_code, done.stdout) == (0, "") and name in done.stderr
    rows = list(csv.DictReader(io.StringIO((tmp_path / "sites.csv").read_text(encoding="utf-8-sig"))))
    told = json.loads((tmp_path / "sites.geojson").read_text(encoding="utf-8"))
    assert [row["id"] for row in rows] == [feature["properties"]["id"] for feature in told["features"]]
    assert set(pyogrio.list_layers(tmp_path / "sites.gpkg")[:, 0]) == {"sites", "gaps"}


def test_a_budget_takes_what_has_a_cost(locator: Run, tmp_path: Path) -> None:
    names = [feature["properties"]["id"] for feature in json.loads(locator(*ASKED, "--k", 3, "--json").stdout)["features"]]
    (tmp_path / "costs.csv").write_text("id,cost\n" + "".join(f"{name},5\n" for name in names), encoding="utf-8")
    told = json.loads(locator(*ASKED, "--budget", 10, "--costs", tmp_path / "costs.csv", "--json").stdout)
    assert [feature["properties"]["cost"] for feature in told["features"]] == [5, 5] and told["candidates"]["n"] == 3


def test_capacities_come_by_number_and_by_table(locator: Run, tmp_path: Path) -> None:
    asked = (*ASKED, "--model", "capacitated", "--capacity", 9_000)
    told = json.loads(locator(*asked, "--k", 2, "--json").stdout)
    sites = [one["properties"] for one in told["features"]]
    assert [(one["capacity"], one["gain"]) for one in sites] == [(9_000, approx(9_000))] * 2
    first = sites[0]["id"]
    (tmp_path / "holds.csv").write_text(f"id,capacity\n{first},10000\n", encoding="utf-8")
    more = json.loads(locator(*asked, "--capacities", tmp_path / "holds.csv", "--k", 1, "--json").stdout)
    assert more["features"][0]["properties"]["capacity"] == 10_000 and more["value"] == approx(10_000) and more["proven"]


def test_a_bad_trip_stops_nothing(locator: Run, tmp_path: Path) -> None:
    table = "id,from_lon,from_lat,to_lon,to_lat\na,119.9446,31.7158,120.1115,31.7637\nb,119.9,x,120,31\n"
    (tmp_path / "trips.csv").write_text(table, encoding="utf-8")
    told = json.loads(locator(*ASKED, "--model", "trips", "--trips", tmp_path / "trips.csv", "--drive-s", 900, "--json").stdout)
    assert told["trips"]["asked"] == 2 and told["trips"]["skipped"] == 1
    assert [(one["id"], one["code"], one["field"]) for one in told["trips"]["findings"]] == [("b", "not_a_number", "from_lat")]


@pytest.mark.parametrize("table", ["id,cost\na,x\n", "id,cost\na,-1\n", "id,cost\na,nan\n", "id,cost\na,1\na,2\n",
                                   "id,price\na,1\n"])
def test_a_bad_table_of_costs_is_refused(locator: Run, tmp_path: Path, table: str) -> None:
    (tmp_path / "costs.csv").write_text(table, encoding="utf-8")
    assert locator(*ASKED, "--budget", 10, "--costs", tmp_path / "costs.csv").exit_code == 2


@pytest.mark.parametrize("args", [("--candidates", "nowhere"), ("--model", "trips"), ("--budget", 5), ("--out", "sites.pdf"),
                                  ("--k", 0)])
def test_what_cannot_be_asked_is_refused(locator: Run, args: tuple[object, ...]) -> None:
    assert locator(*ASKED, *args).exit_code == 2
