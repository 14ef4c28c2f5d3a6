"""Lorries a day on roads, from a table or a list somebody gives.

In: CSV or XLSX bytes, or plain rows.    Out: Traffic. Columns: way (an OpenStreetMap way) or ref (a road's number), lorries_day.
Never knows: roads, coverage, doors. One bad row refuses the table and is named: a count not read must not look like none.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any

from geodata.errors import BadInput
from geodata.sheets import read_csv, read_xlsx
from locator.freight import Traffic

MOST_LORRIES = 1_000_000.0            # a day; no road carries so many
MOST_ROWS = 200_000
TITLES = {"way": ("way", "osm_way", "osm_id", "路段编号"), "ref": ("ref", "road_ref", "road", "道路编号"),
          "lorries_day": ("lorries_day", "lorries", "hgv_aadt", "aadt_hgv", "货车日流量")}
_WAY = re.compile(r"(?:osm:)?(?:way/)?(\d{1,15})")


def read_traffic(content: bytes) -> Traffic:
    """Raises BadInput: bad_file, too_large, missing (a column), bad_table (with the first bad row as its value)."""
    sheet = read_xlsx(content) if content.startswith(b"PK\3\4") else read_csv(content)
    flat = [title.strip().casefold() for title in sheet.titles]
    at = {name: next((flat.index(one) for one in names if one in flat), None) for name, names in TITLES.items()}
    if at["lorries_day"] is None or (at["way"] is None and at["ref"] is None):
        raise BadInput("missing", field="lorries_day" if at["lorries_day"] is None else "way", value=", ".join(sheet.titles))
    rows = ({name: row[place] for name, place in at.items() if place is not None} for row in sheet.rows)
    return traffic_of(rows, sheet.numbers)


def traffic_of(rows: Iterable[Mapping[str, Any]], numbers: Iterable[int] | None = None) -> Traffic:
    """Rows of way or ref, and lorries_day; numbers: what each is called when wrong. Raises BadInput bad_table, too_large."""
    by_way, by_ref, wrong = dict[int, float](), dict[str, float](), list[str]()
    given = list(rows)
    if len(given) > MOST_ROWS:
        raise BadInput("too_large", field="traffic", value=len(given), limit=MOST_ROWS, unit="rows")
    for number, row in zip(numbers if numbers is not None else range(1, len(given) + 1), given, strict=True):
        lorries, way, ref = _count(row.get("lorries_day")), _way(row.get("way")), str(row.get("ref") or "").strip()
        if lorries is None or (way is None and not ref) or way in by_way or (way is None and ref in by_ref):
            wrong.append(f"#{number}")
        elif way is not None:
            by_way[way] = lorries
        else:
            by_ref[ref] = lorries
    if wrong:
        raise BadInput("bad_table", field="traffic", value=", ".join(wrong[:5]), errors=len(wrong))
    return Traffic(by_way, by_ref)


def _count(value: Any) -> float | None:
    try:
        lorries = float(str(value).strip().replace(",", ""))
    except ValueError:
        return None
    return lorries if isfinite(lorries) and 0 <= lorries <= MOST_LORRIES else None


def _way(value: Any) -> int | None:
    if isinstance(value, bool) or value is None:
        return None
    text = str(value).strip().removesuffix(".0")
    found = _WAY.fullmatch(text)
    return int(found[1]) if found else None
