"""Which labels a map has room for, and where: none on top of another, the same every time.

In: labels, each with its places in order of liking.    Out: labels and the places they got; those without room.
Never knows: maps, what a label says. Millimetres right and down.
"""
from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from geodata.geodesy import Floats

CELL_MM = 8.0


@dataclass(frozen=True)
class Box:
    """A rectangle about its middle (x, y), turned clockwise on paper."""

    x: float
    y: float
    width: float
    height: float
    turn_deg: float = 0.0

    @cached_property
    def corners(self) -> Floats:
        turn = math.radians(self.turn_deg)
        along, across = np.array([math.cos(turn), math.sin(turn)]), np.array([-math.sin(turn), math.cos(turn)])
        half = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (self.width / 2, self.height / 2)
        return np.asarray((self.x, self.y) + half[:, :1] * along + half[:, 1:] * across)

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        turn = math.radians(self.turn_deg)
        c, s = abs(math.cos(turn)), abs(math.sin(turn))
        half_x, half_y = (self.width * c + self.height * s) / 2, (self.width * s + self.height * c) / 2
        return self.x - half_x, self.y - half_y, self.x + half_x, self.y + half_y

    def within(self, width_mm: float, height_mm: float, margin_mm: float = 0.0) -> bool:
        left, top, right, bottom = self.bounds
        return left >= margin_mm and top >= margin_mm and right <= width_mm - margin_mm and bottom <= height_mm - margin_mm


    @property
    def parts(self) -> tuple[Box, ...]:
        return (self,)


@dataclass(frozen=True)
class Bend:
    """A text that follows `line`, covered by boxes; (x, y) is its middle."""

    parts: tuple[Box, ...]
    line: tuple[tuple[float, float], ...]
    x: float
    y: float


Place = Box | Bend


def overlap(a: Box, b: Box) -> bool:
    """Whether the insides of two boxes meet: they do unless a side of one has the other wholly beyond it."""
    (al, at, ar, ab), (bl, bt, br, bb) = a.bounds, b.bounds
    if al >= br or bl >= ar or at >= bb or bt >= ab:
        return False
    if a.turn_deg % 90 == 0 and b.turn_deg % 90 == 0:
        return True
    for box in (a, b):
        turn = math.radians(box.turn_deg)
        for axis in ((math.cos(turn), math.sin(turn)), (-math.sin(turn), math.cos(turn))):
            ours, theirs = a.corners @ axis, b.corners @ axis
            if ours.max() <= theirs.min() or theirs.max() <= ours.min():
                return False
    return True


class Taken:
    """The boxes that are taken, found by cell."""

    def __init__(self, boxes: Iterable[Box] = ()) -> None:
        self.boxes: list[Box] = []
        self._cells: dict[tuple[int, int], list[Box]] = defaultdict(list)
        self.compared = 0                   # pairs of boxes looked at
        for box in boxes:
            self.take(box)

    def take(self, place: Place) -> None:
        for box in place.parts:
            self.boxes.append(box)
            for cell in _cells(box):
                self._cells[cell].append(box)

    def take_all(self, other: Taken) -> None:
        """What is taken there is taken here too."""
        self.boxes += other.boxes
        for cell, boxes in other._cells.items():
            self._cells[cell] += boxes

    def meets(self, box: Box) -> int:
        """How many taken boxes reach into this one."""
        found = {id(other): other for cell in _cells(box) for other in self._cells.get(cell, ())}
        return sum(overlap(box, other) for other in found.values())

    def is_free(self, place: Place, *, but: Box | None = None) -> bool:
        """No taken box, except `but` itself, reaches into this place."""
        return all(self._is_free(box, but) for box in place.parts)

    def _is_free(self, box: Box, but: Box | None) -> bool:
        seen = {id(but)}
        for cell in _cells(box):
            for other in self._cells.get(cell, ()):
                if id(other) not in seen:
                    seen.add(id(other))
                    self.compared += 1
                    if overlap(box, other):
                        return False
        return True


def _cells(box: Box) -> Iterator[tuple[int, int]]:
    left, top, right, bottom = (math.floor(side / CELL_MM) for side in box.bounds)
    for column in range(left, right + 1):
        for row in range(top, bottom + 1):
            yield column, row


@dataclass(frozen=True)
class Label:
    """rank: lower ones choose first. key: of labels with the same one, no two stand nearer than apart_mm."""

    text: str
    size_mm: float
    places: Sequence[Place]
    rank: float
    style: str = ""
    key: str = ""
    apart_mm: float = 0.0


@dataclass(frozen=True)
class Placed:
    label: Label
    at: Place


def place(labels: Iterable[Label], taken: Taken, width_mm: float, height_mm: float, *, margin_mm: float = 1.0,
          ) -> tuple[list[Placed], list[Label]]:
    """Each label takes the first of its places that is free, inside the frame and far enough from its like.

    Returns the placed, in the order they chose; and those without room. `taken` then holds the placed too.
    """
    placed: list[Placed] = []
    without: list[Label] = []
    like: dict[str, list[Place]] = defaultdict(list)
    for label in sorted(labels, key=lambda one: (one.rank, one.text, one.key)):
        for at in label.places:
            near = any(math.hypot(at.x - other.x, at.y - other.y) < label.apart_mm for other in like[label.key])
            if not near and all(box.within(width_mm, height_mm, margin_mm) for box in at.parts) and taken.is_free(at):
                taken.take(at)
                placed.append(Placed(label, at))
                if label.key:
                    like[label.key].append(at)
                break
        else:
            without.append(label)
    return placed, without


def beside(x: float, y: float, width: float, height: float, gap_mm: float) -> list[Box]:
    """Places around a point in the order readers like them: right, above right, left …; above and below last."""
    dx, dy = gap_mm + width / 2, gap_mm * 0.7 + height / 2
    order = ((1, -0.35), (1, 0.35), (-1, -0.35), (-1, 0.35), (0, -1), (0, 1), (0.6, -1), (-0.6, -1), (0.6, 1), (-0.6, 1))
    return [Box(x + a * dx, y + b * dy, width, height) for a, b in order]


def along(points: Floats, width: float, height: float, *, step_mm: float = 4.0, bend_mm: float = 0.35) -> list[Box]:
    """Places for a text on a line: where the line is straight to `bend_mm` over the text's length; the middle ones first.

    points  (n, 2) vertices of one line. Text reads from left to right, upwards where the line stands on end.
    """
    step = np.hypot(*np.diff(points, axis=0).T)
    at = np.concatenate([[0.0], np.cumsum(step)])
    if at[-1] < width:
        return []
    starts = np.linspace(0, at[-1] - width, max(1, int((at[-1] - width) / step_mm) + 1))
    share = np.linspace(0, 1, 7)
    offsets = starts[:, None] + share * width
    xy = np.stack([np.interp(offsets, at, points[:, axis]) for axis in (0, 1)], axis=-1)        # (starts, 7, 2)
    chord = xy[:, -1] - xy[:, 0]
    length = np.hypot(chord[:, 0], chord[:, 1])
    unit = chord / np.maximum(length, 1e-9)[:, None]
    off = xy - xy[:, :1]
    bend = np.abs(off[..., 0] * unit[:, None, 1] - off[..., 1] * unit[:, None, 0]).max(axis=1)
    good = np.flatnonzero((bend <= bend_mm) & (length >= 0.98 * width))
    middle = xy[:, 0] + chord / 2
    turn = (np.degrees(np.arctan2(chord[:, 1], chord[:, 0])) + 90) % 180 - 90
    order = good[np.argsort(np.abs(starts[good] - (at[-1] - width) / 2), kind="stable")]
    return [Box(float(middle[i, 0]), float(middle[i, 1]), width, height, float(turn[i])) for i in order]


def upon(points: Floats, width: float, height: float, *, step_mm: float = 6.0) -> list[Box]:
    """Upright places with their middle on a line; the middle ones first."""
    at = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    offsets = np.linspace(0, at[-1], max(int(at[-1] / step_mm), 1) + 2)[1:-1]
    offsets = offsets[np.argsort(np.abs(offsets - at[-1] / 2), kind="stable")]
    x, y = (np.interp(offsets, at, points[:, axis]).tolist() for axis in (0, 1))
    return [Box(a, b, width, height) for a, b in zip(x, y, strict=True)]
