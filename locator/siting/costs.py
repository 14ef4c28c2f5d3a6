"""What candidates cost, or hold, from a table: id and cost, or id and capacity.

In: CSV or XLSX bytes.    Out: {candidate id: number}.
Never knows: which candidates there are, in which money. One bad row refuses the table and is named.
"""
from __future__ import annotations

from math import isfinite

from geodata.errors import BadInput
from geodata.sheets import read_csv, read_xlsx

MOST_COSTS = 100_000
DEAREST = 1e12


def read_costs(content: bytes, column: str = "cost", field: str = "costs") -> dict[str, float]:
    """Numbers by id. field: what the table is called in an error.

    Raises BadInput: bad_file, missing (a column), too_large, bad_table (with the first bad rows as its value).
    """
    sheet = read_xlsx(content) if content.startswith(b"PK\3\4") else read_csv(content)
    titles = [title.strip().casefold() for title in sheet.titles]
    for name in ("id", column):
        if name not in titles:
            raise BadInput("missing", field=name, value=", ".join(sheet.titles))
    if len(sheet.rows) > MOST_COSTS:
        raise BadInput("too_large", field=field, value=len(sheet.rows), limit=MOST_COSTS, unit="rows")
    costs, wrong = dict[str, float](), list[str]()
    for number, row in zip(sheet.numbers, sheet.rows, strict=True):
        name, cost = str(row[titles.index("id")] or "").strip(), _cost(row[titles.index(column)])
        if not name or cost is None or name in costs:
            wrong.append(f"#{number}")
        else:
            costs[name] = cost
    if wrong:
        raise BadInput("bad_table", field=field, value=", ".join(wrong[:5]), errors=len(wrong))
    return costs


def _cost(cell: object) -> float | None:
    try:
        cost = float(str(cell).strip())
    except ValueError:
        return None
    return cost if isfinite(cost) and 0 <= cost <= DEAREST else None
