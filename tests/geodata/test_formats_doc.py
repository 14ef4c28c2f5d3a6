"""docs/formats.md tells every column, code and limit as the code has it."""
import pytest

from geodata import files, sheets
from geodata.columns import ACCURACY, ALIASES, EVENTS, GRID_CELLS, KINDS, NAMES, SERVICES, TABLES
from geodata.datum import DATUMS
from geodata.findings import FINDINGS


@pytest.fixture(scope="module")
def page(root):
    return (root / "docs" / "formats.md").read_text(encoding="utf-8")


def row_of(column):
    kind = f"{column.dtype}, {column.unit}" if column.unit else column.dtype
    bounds = f"; {column.low:g} – {column.high:g}" if column.low is not None else ""
    return f"| `{column.name}` | {kind}{bounds} | {column.title_zh} | {column.title_en} | {column.source} |"


@pytest.mark.parametrize("column", [*TABLES["places"], *GRID_CELLS, *EVENTS, *NAMES], ids=lambda column: column.name)
def test_every_column_is_told_as_it_is(page, column):
    assert row_of(column) in page


@pytest.mark.parametrize("term", [*KINDS.values(), *SERVICES.values(), *ACCURACY.values()], ids=lambda term: term.code)
def test_every_term_is_told_as_it_is(page, term):
    assert f"| `{term.code}` | {term.zh} | {term.en} | {term.source} |" in page


@pytest.mark.parametrize("code", FINDINGS)
def test_every_finding_is_told_with_its_severity_and_what_it_carries(page, code):
    severity, params = FINDINGS[code]
    line = next(line for line in page.splitlines() if line.startswith(f"| `{code}` | {severity} | "))
    assert all(f"`{name}`" in line for name in params if name not in ("allowed", "cells"))


def test_aliases_datums_endings_and_limits_are_told(page):
    for name, aliases in ALIASES.items():
        assert f"| `{name}` | {', '.join(f'`{alias}`' for alias in aliases)} |" in page
    assert all(f"`{datum}`" in page for datum in DATUMS)
    limits = (sheets.MAX_ROWS, sheets.MAX_COLUMNS, sheets.MAX_CELL, files.MAX_POINTS)
    assert all(f"{limit} " in page for limit in limits)
    assert f"{files.MAX_BYTES // 2**20} MB" in page
    assert f"{sheets.MAX_UNZIPPED // 2**20} MB" in page
