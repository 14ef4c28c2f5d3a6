"""Roads of a box: all that reach into it and no others, stretches of one road joined."""
from __future__ import annotations

import numpy as np
import pytest
import shapely

from geodata.regions import open_region
from geodata.roads.frames import roads_frame
from geodata.roads.graph import RoadGraph
from geodata.roads.within import RoadsWithin
from locator.settings import Settings


@pytest.fixture(scope="module")
def roads(wujin: Settings) -> RoadGraph:
    graph = open_region(wujin.data, "wujin").roads
    assert graph is not None
    return graph


BOX = (119.85, 31.65, 120.0, 31.75)


def test_the_roads_of_a_box_are_those_that_reach_into_it(roads: RoadGraph) -> None:
    """Oracle: the whole frame and shapely."""
    whole = roads_frame(roads)
    for classes in (["motorway", "primary"], ["tertiary"], list(whole["class"].unique())):
        found = RoadsWithin(roads)(BOX, classes)
        box = whole.geometry.bounds
        here = whole[whole["class"].isin(classes) & (box["minx"] <= BOX[2]) & (box["maxx"] >= BOX[0])
                     & (box["miny"] <= BOX[3]) & (box["maxy"] >= BOX[1])]
        assert shapely.length(np.asarray(found.geometry)).sum() == pytest.approx(
            shapely.length(np.asarray(here.geometry)).sum(), rel=1e-9)
        assert len(found) == len(here[["class", "name", "ref"]].drop_duplicates()) and len(found)


def test_a_road_of_many_edges_becomes_one_line(roads: RoadGraph) -> None:
    found = RoadsWithin(roads)((119, 31, 121, 32), ["motorway"])
    assert found["ref"].is_unique and shapely.get_num_geometries(np.asarray(found.geometry)).max() <= 4
    assert len(found) < (roads_frame(roads)["class"] == "motorway").sum() / 3


def test_names_nobody_wants_part_no_lines(roads: RoadGraph) -> None:
    whole, few = (RoadsWithin(roads)((119, 31, 121, 32), ["motorway", "tertiary"], named) for named in (None, ["motorway"]))
    assert list(few["name"][few["class"] == "tertiary"]) == [""] and set(few["name"]) > {""}
    length = [shapely.length(np.asarray(found.geometry)).sum() for found in (whole, few)]
    assert length[0] == pytest.approx(length[1], rel=1e-9)


def test_a_box_over_the_dateline_and_an_empty_one_find_what_is_there(roads: RoadGraph) -> None:
    within = RoadsWithin(roads)
    assert within((10, 50, 11, 51), ["motorway"]).empty and within(BOX, []).empty
    assert len(within((119.0, 31.0, -170.0, 32.0), ["motorway"])) == len(within((119.0, 31.0, 180.0, 32.0), ["motorway"]))
