"""Tables and measures as text a terminal shows straight, Chinese or Latin.

In: cells, metres, seconds, ISO times.    Out: lines.
Never knows: what is in the cells.
"""
from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate, takewhile

from locator.cli.caller import Caller

GAP = "  "


def width(text: str) -> int:
    """Columns of a terminal that `text` fills: wide characters two, combining ones none."""
    return sum(0 if unicodedata.combining(char) or unicodedata.category(char) == "Cf"
               else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def plain(text: str) -> str:
    """One line without control characters: what a file says cannot steer the terminal."""
    return "".join(char if char.isprintable() else " " for char in text)


def cut(text: str, columns: int) -> str:
    """`text`, ended with … when it would fill more than `columns`."""
    if width(text) <= columns:
        return text
    filled = accumulate(map(width, text))
    return text[:sum(1 for _ in takewhile(lambda so_far: so_far < columns, filled))] + "…"


def table(heads: Sequence[str], rows: Sequence[Sequence[str | None]], *, right: str = "",
          widest: int = 36) -> list[str]:
    """Aligned lines under their heads. `right` has an r for each column set flush right; None shows as —.

    A column in which no row says anything is left out.
    """
    cells = [[cut(plain(cell or "—"), widest) for cell in row] for row in rows]
    used = [at for at in range(len(heads)) if not rows or any(row[at] for row in rows)]
    wide = [max(width(line[at]) for line in [heads, *cells]) for at in range(len(heads))]

    def line(row: Sequence[str]) -> str:
        return GAP.join(_set(row[at], wide[at], right[at:at + 1] == "r") for at in used).rstrip()
    return [line(heads), GAP.join("─" * wide[at] for at in used), *map(line, cells)]


def _set(text: str, columns: int, flush_right: bool) -> str:
    pad = " " * (columns - width(text))
    return pad + text if flush_right else text + pad


def km(metres: float | None) -> str | None:
    """12 345 m -> 12.3 km; under a kilometre in metres."""
    if metres is None:
        return None
    return f"{metres:.0f} m" if abs(metres) < 999.5 else f"{metres / 1000:.1f} km"


def duration(who: Caller, seconds: float | None) -> str | None:
    """Driving time as one says it: 45 s, 12 min 5 s, 2 h 03 min."""
    if seconds is None:
        return None
    whole = round(seconds)
    if whole < 60:
        return who.text("seconds", s=whole)
    if whole < 600:
        return who.text("minutes_seconds", min=whole // 60, s=f"{whole % 60:02d}")
    minutes = round(seconds / 60)
    if minutes < 60:
        return who.text("minutes", min=minutes)
    return who.text("hours", h=minutes // 60, min=f"{minutes % 60:02d}")


def clock(when: str | None, *, since: str | None = None) -> str | None:
    """The hour and minute of an ISO time; with the day when it is not the day of `since`."""
    if when is None:
        return None
    at = datetime.fromisoformat(when)
    same_day = since is not None and datetime.fromisoformat(since).date() == at.date()
    return f"{at:%H:%M}" if same_day else f"{at:%m-%d %H:%M}"
