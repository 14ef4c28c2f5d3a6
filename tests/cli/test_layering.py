"""layer and check: a table comes in, faults are told by row and column, versions stay."""
from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from geodata.files import read_table
from tests.cli.conftest import Run

GOOD = """id,kind,name,lon,lat,services,hours,position_accuracy
a,partner,"常州,东站",119.9446,31.7158,,24/7,B
b,fuel,加油站,120.01,31.72,,,C
"""
BAD = """id,kind,name,lon,lat
a,partner,一,119.95,31.70
a,partner,二,31.70,119.95
c,castle,三,120,nan
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    (tmp_path / "good.csv").write_text(GOOD, encoding="utf-8-sig")
    return tmp_path / "good.csv"


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    (tmp_path / "bad.csv").write_text(BAD, encoding="utf-8")
    return tmp_path / "bad.csv"


def test_a_layer_is_added_asked_replaced_removed_and_its_history_stays(own: Run, table: Path) -> None:
    assert own("layer", "add", "mine", table).exit_code == 0
    assert "mine" in own("layer", "list").stdout
    near = orjson.loads(own("nearest", "湖塘", "--kind", "partner,fuel", "--json").stdout_bytes)
    assert {"a", "b"} <= {one["id"] for one in near["features"] if one["properties"]["layer"] == "mine"}
    table.write_text(GOOD.replace("加油站", "新站"), encoding="utf-8")
    assert own("layer", "replace", "mine", table, "--version", 1).exit_code == 0
    assert own("layer", "remove", "mine").exit_code == 0
    assert "mine" not in own("layer", "list").stdout
    history = orjson.loads(own("layer", "history", "mine", "--json").stdout_bytes)["history"]
    assert [(one["version"], one["what"], one["rows"]) for one in history] == [(1, "add", 2), (2, "replace", 2), (3, "remove", 0)]
    assert "移除" in own("layer", "history", "mine").stdout


def test_somebody_elses_change_is_not_lost(own: Run, table: Path) -> None:
    own("layer", "add", "mine", table)
    own("layer", "replace", "mine", table)
    for verb in (("replace", "mine", table), ("remove", "mine")):
        late = own("layer", *verb, "--version", 1)
        assert late.exit_code == 2 and "2" in late.stderr
    assert len(orjson.loads(own("layer", "history", "mine", "--json").stdout_bytes)["history"]) == 2


@pytest.mark.parametrize(("args", "said"), [
    (("add", "drivers_home"), "drivers_home"), (("add", "../mine"), "../mine"), (("replace", "nobody"), "nobody"),
])
def test_a_layer_that_cannot_be_written_is_said(own: Run, table: Path, args: tuple[str, ...], said: str) -> None:
    result = own("layer", *args, table)
    assert result.exit_code == 2 and said in result.stderr and result.stderr.count("\n") == 1


def test_check_tells_every_fault_by_row_and_column_and_exits_2(nowhere: Run, bad: Path) -> None:
    result = nowhere("check", bad, "--json", "--lang", "en")
    said = orjson.loads(result.stdout_bytes)
    assert result.exit_code == 2 and said["rows"] == 3 and said["errors"] >= 3
    found = {(one["code"], one["row"], one["column"]) for one in said["findings"]}
    expected = read_table(bad, kind="places", datum="wgs84")[1]
    assert found == {(one.code, one.row, one.column) for one in expected}
    assert {"duplicate_id", "swapped_lonlat", "not_allowed"} <= {code for code, _, _ in found}
    assert all(one["detail"] and one["severity"] in ("error", "warning") for one in said["findings"])


def test_check_prints_a_table_and_good_data_is_silent(nowhere: Run, table: Path, bad: Path) -> None:
    shown = nowhere("check", bad)
    assert shown.exit_code == 2 and "castle" in shown.stdout and "错误" in shown.stdout and not shown.stderr
    fine = nowhere("check", table)
    assert fine.exit_code == 0 and fine.stdout == "2 行：0 个错误，0 个提醒。\n"


def test_a_table_with_errors_is_not_taken_and_its_faults_are_shown(own: Run, bad: Path) -> None:
    result = own("layer", "add", "mine", bad)
    assert result.exit_code == 2 and "castle" in result.stderr
    assert "mine" not in own("layer", "list").stdout


@pytest.mark.parametrize("ending", ["csv", "xlsx", "geojson", "gpkg"])
def test_what_is_exported_can_be_read_again(own: Run, table: Path, tmp_path: Path, ending: str) -> None:
    own("layer", "add", "mine", table)
    out = tmp_path / f"out.{ending}"
    assert own("layer", "export", "mine", out).exit_code == 0
    assert own("check", out).exit_code == 0
    assert own("layer", "add", "again", out).exit_code == 0
    assert own("layer", "export", "mine", tmp_path / "out.exe").exit_code == 2


def test_the_datum_is_named_by_the_caller(own: Run, table: Path) -> None:
    own("layer", "add", "amap", table, "--datum", "gcj02")
    own("layer", "add", "plain", table)
    points = {}
    for name in ("amap", "plain"):
        own("layer", "export", name, table.with_name(f"{name}.geojson"))
        features = orjson.loads(table.with_name(f"{name}.geojson").read_bytes())["features"]
        points[name] = features[0]["geometry"]["coordinates"]
    assert points["plain"] == pytest.approx([119.9446, 31.7158], abs=1e-6)
    assert 0.002 < abs(points["amap"][0] - 119.9446) < 0.008        # GCJ-02 is some 500 m off here


def test_a_vrt_named_gpkg_is_refused(nowhere: Run, tmp_path: Path) -> None:
    (tmp_path / "x.gpkg").write_text("<OGRVRTDataSource><OGRVRTLayer name='passwd'/></OGRVRTDataSource>")
    result = nowhere("check", tmp_path / "x.gpkg")
    assert result.exit_code == 2 and result.stderr.count("\n") == 1 and not result.stdout
