"""The faults a table can have: every code with its severity and what its words may use.

In: nothing.    Out: FINDINGS, Finding.
Never knows: how a fault is found, a language. The words stand under finding.<code>.
"""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

# code -> its severity, and what its words may use besides %(column)s and %(value)s
FINDINGS: dict[str, tuple[str, tuple[str, ...]]] = {
    "missing_column": ("error", ()),              # a column that is needed is not in the file
    "missing": ("error", ()),                     # an empty cell in a column that is needed
    "duplicate_id": ("error", ("first",)),        # first: the row that has it already
    "not_allowed": ("error", ("allowed",)),
    "not_a_number": ("error", ()),
    "not_a_whole_number": ("error", ()),
    "not_finite": ("error", ()),                  # NaN or infinite
    "not_yes_or_no": ("error", ()),
    "bad_date": ("error", ()),                    # not year-month-day
    "bad_services": ("error", ("allowed",)),
    "missing_position": ("error", ()),
    "bad_geometry": ("error", ()),                # geometry that cannot be read
    "wrong_geometry": ("error", ("allowed",)),    # a line where a point or an area is asked
    "bad_lonlat": ("error", ()),                  # out of range either way round
    "swapped_lonlat": ("error", ()),              # out of range, and right when swapped
    "ragged_row": ("error", ("cells",)),          # more cells than the header has
    "suspected_swap": ("warning", ()),            # far from the others, and among them when swapped
    "suspected_datum_slip": ("warning", ("datum", "pairs", "before_m", "after_m")),
    "datum_in_title": ("warning", ("datum",)),    # a column title names another datum than the one declared
    "outside_region": ("warning", ()),
    "null_island": ("warning", ()),               # 0,0: usually an empty position
    "same_spot": ("warning", ("first",)),
    "invalid_area": ("warning", ()),              # an outline that crosses itself
    "empty_name": ("warning", ()),
    "bad_hours": ("warning", ()),
    "bad_phone": ("warning", ()),
    "out_of_range": ("warning", ("low", "high", "unit")),
    "future_date": ("warning", ()),
    "ends_before_start": ("warning", ()),
    "direction_in_road": ("warning", ("direction",)),
    "control_character": ("warning", ()),
    "unknown_column": ("warning", ()),            # read past: not in the table of this kind
    "not_utf8": ("warning", ("encoding",)),       # read as another encoding: look at the names
}


@dataclass(frozen=True)
class Finding:
    """One fault. `row` is the row's number as its file shows it, None for the whole table."""

    code: str
    severity: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    why_params: dict[str, Any] = field(default_factory=dict)


def finding(code: str, row: int | None = None, column: str | None = None, value: Any = None, **why: Any) -> Finding:
    """A finding of a declared code."""
    severity, params = FINDINGS[code]
    assert set(why) == set(params), f"{code} needs {params}"
    return Finding(code, severity, row, column, None if value is None else str(value)[:80], why)


def sort_findings(found: list[Finding]) -> list[Finding]:
    """Those of the whole table first, then by row; stable."""
    return sorted(found, key=lambda one: -1 if one.row is None else one.row)
