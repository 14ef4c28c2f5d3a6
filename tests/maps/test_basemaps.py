"""A region's roads become tiles that hold them, and a failed write leaves what was there."""
from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely

from maps.basemaps import FILES, write_basemap


def roads(*rows: tuple[str, str | None, str | None, list[tuple[float, float]]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame([(*row[:3], shapely.LineString(row[3])) for row in rows],
                            columns=["class", "name", "ref", "geometry"], geometry="geometry", crs=4326)


@pytest.fixture
def town() -> gpd.GeoDataFrame:
    return roads(
        ("motorway", None, "G42", [(119.90, 31.70), (119.95, 31.70)]),
        ("motorway", None, "G42", [(119.95, 31.70), (120.00, 31.71)]),
        ("residential", "<b>{{7*7}}</b>", None, [(119.94, 31.70), (119.94, 31.72)]),
        ("bridleway", "no road of ours", None, [(119.94, 31.70), (119.96, 31.72)]),
    )


def read(path: Path, zoom: int) -> gpd.GeoDataFrame:
    return pyogrio.read_dataframe(path, ZOOM_LEVEL=str(zoom)).to_crs(4326)


def test_greater_roads_and_lesser_ones_go_to_their_files(town: gpd.GeoDataFrame, tmp_path: Path) -> None:
    written = write_basemap(town, tmp_path)
    assert [path.name for path in written] == [f"{name}.pmtiles" for name in FILES]
    main, local = (read(path, 13) for path in written)
    assert set(main["ref"]) == {"G42"} and set(local["name"]) == {"<b>{{7*7}}</b>"}
    assert main.total_bounds == pytest.approx((119.90, 31.70, 120.00, 31.71), abs=1e-4)      # degrees: 10 m


def test_stretches_of_one_road_are_joined(town: gpd.GeoDataFrame, tmp_path: Path) -> None:
    main, _ = write_basemap(town, tmp_path)
    assert len(read(main, 5)) == 1


def test_names_of_towns_are_in_the_main_file(town: gpd.GeoDataFrame, tmp_path: Path) -> None:
    spots = [shapely.Point(119.9446, 31.7158), shapely.Point(119.93, 31.71), shapely.Point(119.96, 31.71)]
    names = gpd.GeoDataFrame({"name": ["湖塘镇", "东村", "站"], "kind": ["town", "village", None]}, geometry=spots, crs=4326)
    main, _ = write_basemap(town, tmp_path, names=names)
    known = read(main, 13).set_index("class")
    assert known.loc["village", "name"] == "东村" and known.loc["place", "name"] == "站"
    place = known.loc["town"]
    assert place["name"] == "湖塘镇" and place["geometry"].centroid.x == pytest.approx(119.9446, abs=1e-4)


def test_a_new_basemap_takes_the_place_of_the_old_one(town: gpd.GeoDataFrame, tmp_path: Path) -> None:
    write_basemap(town, tmp_path)
    written = write_basemap(town[town["class"] == "motorway"], tmp_path)
    assert [path.name for path in written] == ["main.pmtiles"]
    assert [path.name for path in tmp_path.iterdir()] == ["main.pmtiles"]


def test_what_cannot_be_written_leaves_the_old_files(town: gpd.GeoDataFrame, tmp_path: Path) -> None:
    main, local = write_basemap(town, tmp_path)
    before = main.read_bytes(), local.read_bytes()
    with pytest.raises(KeyError):
        write_basemap(town.drop(columns="ref"), tmp_path)
    assert (main.read_bytes(), local.read_bytes()) == before
