"""CSV and XLSX as rows of cells, both ways, safe to open in a spreadsheet.

In: bytes of any origin, or rows of our own.    Out: a Sheet, or bytes.
Never knows: what a column means. A text that a spreadsheet would run as a formula leaves with an apostrophe before
it and loses it again on the way in; control characters travel through XLSX as its own _x000D_.
"""
from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import ParseError

from geodata.errors import BadInput
from geodata.findings import Finding, finding

MAX_ROWS = 200_000
MAX_COLUMNS = 200
MAX_CELL = 1_000_000                # characters: an outline of ten thousand corners
MAX_UNZIPPED = 300 * 2**20          # bytes of an unpacked XLSX
MAX_PARTS = 1_000                   # files inside an XLSX
MAX_BLANK = 1_000                   # blank rows in a row: the sheet has ended
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_ESCAPED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
_XLSX_CONTROL = re.compile(r"_x00([01][0-9A-Fa-f])_")
_BROKEN = (zipfile.BadZipFile, zlib.error, ParseError, KeyError, ValueError, TypeError, AttributeError, IndexError,
           EOFError, NotImplementedError, OSError)

csv.field_size_limit(MAX_CELL)      # one limit for the process: the module has no other way


@dataclass
class Sheet:
    """Titles, and rows as long as the titles with the number each has in the file. Blank rows are left out."""

    titles: list[str]
    rows: list[list[Any]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def neutral(text: str) -> str:
    """The text as no spreadsheet takes it for a formula; `restored` undoes it."""
    return "'" + text if _FORMULA.match(text) else text


def restored(text: str) -> str:
    """The text that `neutral` was given."""
    return text[1:] if _ESCAPED.match(text) else text


def read_csv(content: bytes) -> Sheet:
    """Comma, semicolon or tab between; UTF-8, UTF-16 with its mark, or GB18030 (which is a finding).

    Raises  BadInput bad_file, too_large.
    """
    text, findings = _decoded(content)
    first = next((line for line in text.splitlines() if line.strip()), "")
    between = max(",;\t", key=first.count)
    try:
        sheet = _sheet(csv.reader(io.StringIO(text, newline=""), delimiter=between))
    except csv.Error as why:
        raise BadInput("bad_file", field="file", reason=f"csv: {why}") from why
    sheet.findings[:0] = findings
    return sheet


def _decoded(content: bytes) -> tuple[str, list[Finding]]:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding), []
    except UnicodeDecodeError as why:
        text = _as_chinese(content)
        if text is None:
            raise BadInput("bad_file", field="file", reason="encoding") from why
        return text, [finding("not_utf8", value="GB18030", encoding="GB18030")]


def _as_chinese(content: bytes) -> str | None:
    """The text when it is GB18030 beyond doubt: it decodes, and what is not ASCII is mostly everyday Chinese.

    Other encodings decode too, but into rare letters; rows B0-D7 of GB 2312 hold the 3 755 common ones, A1-A3 marks.
    """
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        return None
    rows = [letter.encode("gb2312", "ignore")[:1] for letter in text if ord(letter) > 127]
    common = sum(b"\xa1" <= row <= b"\xa3" or b"\xb0" <= row <= b"\xd7" for row in rows)
    return text if common > 0.8 * len(rows) else None


def read_xlsx(content: bytes) -> Sheet:
    """The first sheet of a workbook; of a formula, the value it had when it was saved.

    Raises  BadInput bad_file, too_large: nothing is unpacked before its size is known.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            _refuse_bomb(parts)
        import openpyxl
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        cells = book.worksheets[0].iter_rows(min_row=1, max_col=MAX_COLUMNS + 1, values_only=True)
        return _sheet([_xlsx_text(value) for value in row] for row in cells)
    except _BROKEN as why:
        raise BadInput("bad_file", field="file", reason=f"xlsx: {type(why).__name__}") from why


def _refuse_bomb(parts: zipfile.ZipFile) -> None:
    if len(parts.infolist()) > MAX_PARTS:
        raise BadInput("too_large", field="file", limit=MAX_PARTS, unit="parts")
    if sum(part.file_size for part in parts.infolist()) > MAX_UNZIPPED:
        raise BadInput("too_large", field="file", limit=MAX_UNZIPPED // 2**20, unit="MB")


def _xlsx_text(value: Any) -> Any:
    return _XLSX_CONTROL.sub(lambda said: chr(int(said[1], 16)), value) if isinstance(value, str) else value


def _sheet(lines: Iterable[Sequence[Any]]) -> Sheet:
    """The first row that is not blank has the titles; cells are trimmed, then restored."""
    sheet: Sheet | None = None
    for number, cells in _written(lines):
        if sheet is None:
            sheet = Sheet([str(cell).strip() for cell in _without_tail(cells)])
            if len(sheet.titles) > MAX_COLUMNS:
                raise BadInput("too_large", field="file", limit=MAX_COLUMNS, unit="columns")
            continue
        width, cells = len(sheet.titles), _without_tail(cells)
        if len(cells) > width:
            sheet.findings.append(finding("ragged_row", number, cells=len(cells)))
        if len(sheet.rows) == MAX_ROWS:
            raise BadInput("too_large", field="file", limit=MAX_ROWS, unit="rows")
        sheet.rows.append([*cells[:width], *[None] * (width - len(cells))])
        sheet.numbers.append(number)
    return sheet or Sheet([])


def _written(lines: Iterable[Sequence[Any]]) -> Iterator[tuple[int, list[Any]]]:
    blank = 0
    for number, line in enumerate(lines, start=1):
        cells = [restored(cell.strip()) if isinstance(cell, str) else cell for cell in line]
        blank = 0 if any(cell not in (None, "") for cell in cells) else blank + 1
        if blank > MAX_BLANK:
            return
        if not blank:
            yield number, cells


def _without_tail(cells: list[Any]) -> list[Any]:
    """The cells without the empty ones at the end."""
    last = next((at for at in range(len(cells), 0, -1) if cells[at - 1] not in (None, "")), 0)
    return cells[:last]


def write_csv(titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """RFC 4180 in UTF-8 with the mark that spreadsheets look for."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(titles)
    writer.writerows([neutral(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """One sheet, titles frozen; texts are texts and never formulas."""
    import openpyxl
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("places")
    sheet.freeze_panes = "A2"
    sheet.append(list(titles))
    for row in rows:
        sheet.append([_xlsx_safe(cell) if isinstance(cell, str) else cell for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _xlsx_safe(text: str) -> str:
    return _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", neutral(text))
