"""Labels: no two on one another, the same every time, and no more comparing than neighbours need."""
from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from maps.labels import Box, Label, Taken, along, beside, overlap, place, upon

BOXES = st.builds(Box, st.floats(0, 60), st.floats(0, 60), st.floats(1, 30), st.floats(1, 8), st.floats(-90, 90))


def polygon(box: Box) -> shapely.Polygon:
    return shapely.Polygon(box.corners)


@settings(deadline=None)
@given(BOXES, BOXES)
def test_boxes_overlap_when_their_insides_meet(a: Box, b: Box) -> None:
    """Oracle: GEOS. A touch within a thousandth of a square millimetre may count either way."""
    area = polygon(a).intersection(polygon(b)).area
    assert overlap(a, b) == overlap(b, a)
    assert area < 1e-3 or overlap(a, b)
    assert overlap(a, b) is False or area > 0 or polygon(a).distance(polygon(b)) < 1e-3


def crowd(count: int, seed: int = 3) -> list[Label]:
    rng = np.random.default_rng(seed)
    return [Label(f"n{i}", 3, beside(*rng.uniform(0, 200, 2), rng.uniform(5, 25), 3.2, 1), rank=float(rng.integers(0, 4)))
            for i in range(count)]


def test_no_label_is_on_another_and_the_important_ones_come_first() -> None:
    taken = Taken()
    placed, without = place(crowd(600), taken, 200, 200)
    tree = shapely.STRtree([polygon(one.at) for one in placed])
    pairs = tree.query([polygon(one.at) for one in placed], predicate="overlaps")
    assert pairs.shape[1] == 0 and without and len(placed) + len(without) == 600
    assert all(one.at.within(200, 200) for one in placed)
    share = [sum(one.label.rank == rank for one in placed) / sum(label.rank == rank for label in crowd(600)) for rank in range(4)]
    assert share == sorted(share, reverse=True)


def test_the_same_labels_get_the_same_places_whatever_their_order() -> None:
    there, _ = place(crowd(300), Taken(), 200, 200)
    back, _ = place(crowd(300)[::-1], Taken(), 200, 200)
    assert there == back


def test_boxes_are_compared_with_their_neighbours_only() -> None:
    """Ten times the labels on ten times the ground: ten times the comparing, not a hundred."""
    def compared(count: int, side: float) -> int:
        rng, taken = np.random.default_rng(1), Taken()
        labels = [Label(f"n{i}", 3, beside(*rng.uniform(0, side, 2), 12, 3.2, 1), rank=0.0) for i in range(count)]
        place(labels, taken, side, side)
        return taken.compared

    assert compared(2_000, 632) < 13 * compared(200, 200)


def test_like_labels_keep_their_distance() -> None:
    row = [Label("G42", 3, [Box(x, 50, 8, 4) for x in range(10, 190, 10)], 0.0, key="G42", apart_mm=60)] * 9
    placed, without = place(row, Taken(), 200, 100)
    xs = sorted(one.at.x for one in placed)
    assert len(xs) == 3 and np.diff(xs).min() >= 60 and len(without) == 6


def test_a_text_along_a_road_lies_on_it_and_reads_from_left_to_right() -> None:
    t = np.linspace(0, 1, 60)
    bent = np.column_stack([150 - 140 * t, 20 + 60 * t**3])                      # drawn from right to left
    boxes = along(bent, 20, 3)
    road = shapely.LineString(bent)
    assert boxes and all(-90 <= box.turn_deg < 90 and road.distance(shapely.Point(box.x, box.y)) < 0.4 for box in boxes)
    assert not along(bent, 400, 3) and not along(np.array([[0, 0], [5, 0], [5, 5], [0, 5]]), 12, 3)     # too short, too bent


def test_a_shield_stands_upright_on_its_road_however_that_winds() -> None:
    road = np.column_stack([np.arange(200) / 4, 30 + 2 * np.sin(np.arange(200))])
    boxes = upon(road, 8, 4)
    assert len(boxes) > 10 and all(box.turn_deg == 0 and shapely.LineString(road).distance(shapely.Point(box.x, box.y)) < 1e-6
                                   for box in boxes)
    assert abs(boxes[0].x - 25) < 3 and len(upon(road[:2], 8, 4)) == 1


@pytest.mark.parametrize("turn", [0, 30, 90, -45])
def test_a_box_knows_its_bounds(turn: float) -> None:
    box = Box(10, 20, 8, 3, turn)
    assert box.bounds == pytest.approx((*box.corners.min(axis=0), *box.corners.max(axis=0)))
