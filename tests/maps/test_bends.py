"""Names that follow a winding road: on it, readable, and not around hairpins."""
from __future__ import annotations

import math
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import shapely

from maps.bends import MOST_RANGE_DEG, bends
from maps.drawing import add_bent_text
from maps.labels import along

ARC = np.column_stack([50 * np.cos(t := np.linspace(math.pi, 0, 80)), 60 - 50 * np.sin(t)])      # from left to right over the top


@pytest.mark.parametrize("points", [ARC, ARC[::-1]], ids=["drawn to the right", "drawn to the left"])
def test_a_name_follows_the_road_and_reads_to_the_right(points: np.ndarray) -> None:  # type: ignore[type-arg]
    road = shapely.LineString(points)
    found = bends(points, 40, 3)
    assert found and not along(points, 40, 3)                                   # too bent for a straight name
    for bend in found:
        assert bend.line[0][0] < bend.line[-1][0] and shapely.LineString(bend.line).length == pytest.approx(40, abs=1)
        assert max(road.distance(shapely.Point(xy)) for xy in bend.line) < 0.5
        turns = [box.turn_deg for box in bend.parts]
        assert np.ptp(turns) <= MOST_RANGE_DEG and max(abs(np.diff(turns))) < 20
        covered = shapely.union_all([shapely.Polygon(box.corners) for box in bend.parts])
        assert shapely.LineString(bend.line).difference(covered).length < 0.5     # no letter outside the boxes


def test_no_name_goes_around_a_hairpin_or_along_what_is_too_short() -> None:
    there_and_back = np.array([(0, 0), (30, 0), (30, 2), (0, 2)], float)
    assert not bends(there_and_back, 40, 3) and not bends(ARC, 400, 3) and not bends(ARC[:1], 4, 3)


def test_a_bent_text_is_a_text_node_on_a_line_of_ours() -> None:
    layer = ET.Element("g")
    add_bent_text(layer, "<script>滆湖\n大道</script>Łódź", bends(ARC, 40, 3)[0].line, 3, fill="#000000", halo=("#ffffff", 0.3))
    path, text = list(layer)
    assert "".join(text.itertext()) == "<script>滆湖 大道</script>Łódź" and text[0].get("href") == f"#{path.get('id')}"
    assert {element.tag for element in layer.iter()} == {"g", "path", "text", "textPath", "tspan"}
