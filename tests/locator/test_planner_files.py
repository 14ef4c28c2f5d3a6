"""Files of planners' answers: hostile names stay text, lists are joined, unknown is empty."""
from __future__ import annotations

import csv
import io

import geopandas as gpd
import pyogrio
import shapely

from locator.planner_files import csv_bytes, gpkg_bytes

FRAME = gpd.GeoDataFrame({"name": ["=cmd()", "@x", "plain"], "refs": [("G42", "=1+1"), (), ("S39",)],
                          "length_m": [1.234567, 2.0, float("nan")], "lon": [119.123456789, 0.0, 0.0]},
                         geometry=shapely.points([[0, 0], [1, 1], [2, 2]]), crs=4326)


def test_no_cell_is_a_formula() -> None:
    rows = list(csv.reader(io.StringIO(csv_bytes(FRAME).decode("utf-8-sig"))))
    assert rows[0] == ["name", "refs", "length_m", "lon"]
    assert rows[1] == ["'=cmd()", "G42; =1+1", "1.2", "119.1234568"] and rows[2][0] == "'@x" and rows[3][2] == ""


def test_layers_of_a_geopackage(tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "it.gpkg"
    file.write_bytes(gpkg_bytes({"a": FRAME, "b": FRAME.head(1)}))
    assert pyogrio.list_layers(file)[:, 0].tolist() == ["a", "b"]
    read = pyogrio.read_dataframe(file, layer="a")
    assert read["name"].tolist() == ["=cmd()", "@x", "plain"] and read["refs"].iloc[0] == "G42; =1+1"
    assert read.crs.to_epsg() == 4326
