"""Squares over a map, A1 to wherever it ends, so that an index can say where a place is.

In: a size in millimetres, how large a square is to be.    Out: Grid: lines, names, the square of a point.
Never knows: what the map shows.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from maps.labels import Box

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"      # no I and no O: they are read as 1 and 0
BAND_MM = 4.4                             # of the strip inside the frame that carries letters and numbers


@dataclass(frozen=True)
class Grid:
    """`columns` by letter from the left, `rows` by number from above."""

    columns: int
    rows: int
    width_mm: float
    height_mm: float

    @staticmethod
    def of(width_mm: float, height_mm: float, square_mm: float) -> Grid:
        """Squares of about that size, all alike."""
        columns = min(max(round(width_mm / square_mm), 1), len(LETTERS))
        return Grid(columns, max(round(height_mm / square_mm), 1), width_mm, height_mm)

    @property
    def step_mm(self) -> tuple[float, float]:
        return self.width_mm / self.columns, self.height_mm / self.rows

    def name(self, column: int, row: int) -> str:
        return f"{LETTERS[column]}{row + 1}"

    def squares(self, mm: Iterable[tuple[float, float]]) -> tuple[str | None, ...]:
        """The square of each point; None outside the map. A point on a line belongs to the right and lower one."""
        wide, high = self.step_mm
        return tuple(self.name(min(int(x // wide), self.columns - 1), min(int(y // high), self.rows - 1))
                     if 0 <= x <= self.width_mm and 0 <= y <= self.height_mm else None for x, y in mm)

    def lines(self) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
        wide, high = self.step_mm
        yield from (((i * wide, 0.0), (i * wide, self.height_mm)) for i in range(1, self.columns))
        yield from (((0.0, i * high), (self.width_mm, i * high)) for i in range(1, self.rows))

    def letters(self, magnify: float = 1.0) -> Iterator[tuple[str, Box]]:
        """Along all four edges."""
        (wide, high), band = self.step_mm, BAND_MM * magnify
        for i in range(self.columns):
            for y in (band / 2, self.height_mm - band / 2):
                yield LETTERS[i], Box((i + 0.5) * wide, y, band, band)
        for i in range(self.rows):
            for x in (band / 2, self.width_mm - band / 2):
                yield str(i + 1), Box(x, (i + 0.5) * high, band, band)
