"""`locator audit`: what it prints, what it writes, what it refuses."""
from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from locator.settings import Settings
from locator.wiring import open_locator
from tests.cli.conftest import Run


def test_the_command_writes_every_forced_stop_and_neutralises_formulas(locator: Run, wujin: Settings, tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    nodes = open_locator(wujin).engine.graph.node_lonlat  # type: ignore[attr-defined]
    rows = [",".join(["=cmd|' /C calc'!A0", *map(str, nodes[rng.integers(len(nodes), size=2)].ravel())]) for _ in range(40)]
    hostile, out = tmp_path / "=hostile.csv", tmp_path / "out"
    hostile.write_text("\n".join(["id,from_lon,from_lat,to_lon,to_lat", *rows]))
    asked = ("audit", hostile, "--depth", "routed", "--behind-s", 13_500, "--workers", 1, "--out", out)
    done = locator(*asked, "--json")
    assert done.exit_code == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["trips"] + said["bad"] == 40 and said["without"] > 0
    assert json.loads((out / "audit.json").read_bytes()) == said
    with (out / "stops.csv").open(encoding="utf-8-sig", newline="") as file:
        written = list(csv.DictReader(file))
    assert len(written) == said["forced"] and all(row["id"].startswith("'=cmd") for row in written)
    assert sum(row["last_chance"] == "" for row in written) == said["without"] and written[0]["file"] == "'=hostile.csv"
    again = locator(*asked, "--resume", "--lang", "en")
    assert again.exit_code == 0 and f"{said['trips']} trips" in again.stdout and "SCHEMATIC" in again.stdout
    assert f"{said['forced']} forced stops" in again.stdout


@pytest.mark.parametrize(("args", "code"), [(("nowhere.csv",), 2), (("x.csv", "--resume"), 2), (("x.csv", "--depth", "deep"), 2)])
def test_what_the_command_refuses(locator: Run, args: tuple[str, ...], code: int) -> None:
    assert locator("audit", *args).exit_code == code


def test_a_table_without_one_trip_that_can_be_judged_is_nothing_found(locator: Run, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,from_lon,from_lat,to_lon,to_lat\na,1,2,3,4\n")
    done = locator("audit", tmp_path / "t.csv", "--depth", "routed", "--workers", 1)
    assert done.exit_code == 3 and "t.csv:2" in done.stdout
