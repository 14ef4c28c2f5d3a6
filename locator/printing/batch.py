"""Many routes at once: a table of orders becomes a folder of PDFs and one file of them all.

In: rows of orders, a Press, a folder.    Out: PDFs, a Result a row; whoever watches is told of each.
Never knows: a terminal. A row that cannot be printed is told with its field and why, and the rest go on.

Each paper is written whole before the next is begun, so that memory holds one at a time; a batch begun again makes only what
is missing or would now be another paper: its row, the region's build, the layers, the options.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from geodata.errors import BadInput, LocatorError
from geodata.sheets import Sheet as Table
from geodata.sheets import read_csv, read_xlsx
from geodata.whole import write_whole
from locator.printing.orders import FIELDS, read_order
from locator.printing.press import OF_ROUTES, Press
from locator.words import LANGS, words

MOST_ROUTES = 500
DONE = "batch.json"  # what was made of what, for going on later
MERGED = "all.pdf"
FORMAT = 1  # of the papers themselves: another one makes all anew
_NOT_IN_NAMES = re.compile(r"[^\w\-（）()·]+")


@dataclass(frozen=True)
class Row:
    """One order as it stands in the table: `number` is its line there."""

    number: int
    said: dict[str, Any]


@dataclass(frozen=True)
class Result:
    """file None: there is none, and `error` says why; made False: it stood there already."""

    row: int
    name: str
    file: str | None
    pages: int | None
    made: bool
    error: LocatorError | None = None


def read_rows(content: bytes) -> list[Row]:
    """A table of orders, CSV or XLSX, its titles FIELDS or their names in either language.

    Raises  BadInput: empty_file, bad_file, too_large, unknown_field; a fault of one row is found when it is printed.
    """
    if not content.strip():
        raise BadInput("empty_file", field="file")
    table = read_xlsx(content) if content.startswith(b"PK\3\4") else read_csv(content)
    names = [_field(title) for title in table.titles]
    if len(table.rows) > MOST_ROUTES:
        raise BadInput("too_large", field="file", limit=MOST_ROUTES, unit="rows")
    if not table.rows:
        raise BadInput("empty_file", field="file")
    return _rows(table, names)


def _rows(table: Table, names: Sequence[str | None]) -> list[Row]:
    return [
        Row(number, {name: cell for name, cell in zip(names, cells, strict=False) if name and cell not in (None, "")})
        for number, cells in zip(table.numbers, table.rows, strict=True)
    ]


def _field(title: str) -> str | None:
    """The field a title means; None for a column without one."""
    flat = title.strip().casefold()
    if not flat:
        return None
    for name in FIELDS:
        if flat in {name, *(words(lang).text(f"paper.order.{name}").casefold() for lang in LANGS)}:
            return name
    raise BadInput("unknown_field", field="file", value=title, allowed=", ".join(FIELDS))


def print_batch(
    press: Press,
    rows: Sequence[Row],
    folder: Path,
    *,
    what: str = "route",
    defaults: Mapping[str, Any],
    live: str,
    now: datetime,
    seen: Callable[[Result], None] = lambda result: None,
) -> list[Result]:
    """Print every row into `folder`. defaults: values for what a row does not say. Raises NoRoom; what was made stays."""
    assert what in OF_ROUTES
    done, results = _read_done(folder), []
    for row in rows:
        said = {**defaults, **row.said}
        name = str(said.get("name") or f"{said.get('from', '')}-{said.get('to', '')}")
        file, key = f"{row.number:04d}-{_safe(name)}.pdf", _key(press, said, what, live, now)
        result = _stands(folder, row, name, file, key, done) or _print(press, row, said, name, folder / file, what, live, now)
        if result.file is not None:
            done[file] = {"key": key, "pages": result.pages}
            write_whole(folder / DONE, json.dumps(done, ensure_ascii=False, indent=1).encode())
        results.append(result)
        seen(result)
    return results


def merge(folder: Path, results: Sequence[Result], path: Path) -> int:
    """One file of all papers, a bookmark for each; returns its pages. For the printer: its parts are tagged, it is not."""
    from pypdf import PdfReader, PdfWriter
    merged = PdfWriter()
    for result in results:
        if result.file is not None:
            merged.append(PdfReader(BytesIO((folder / result.file).read_bytes())), outline_item=result.name, import_outline=False)
    out = BytesIO()
    merged.write(out)
    write_whole(path, out.getvalue())
    return len(merged.pages)


def _print(press: Press, row: Row, said: Mapping[str, Any], name: str, path: Path, what: str, live: str, now: datetime) -> Result:
    try:
        document = press.of_route(what, read_order(said, live=live), now)
    except LocatorError as why:
        return Result(row.number, name, None, None, False, why)
    content = document.pdf()
    write_whole(path, content)
    from pypdf import PdfReader
    return Result(row.number, name, path.name, len(PdfReader(BytesIO(content)).pages), True)


def _stands(folder: Path, row: Row, name: str, file: str, key: str, done: Mapping[str, Any]) -> Result | None:
    known = done.get(file)
    if not isinstance(known, dict) or known.get("key") != key or not (folder / file).is_file():
        return None
    return Result(row.number, name, file, known.get("pages"), False)


def _read_done(folder: Path) -> dict[str, Any]:
    try:
        done = json.loads((folder / DONE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return done if isinstance(done, dict) else {}


def _key(press: Press, said: Mapping[str, Any], what: str, live: str, now: datetime) -> str:
    """Names a paper by all it is made of; when it is printed counts, as a day, only where the order names no departure."""
    region = press.locator.region
    said = {"depart": now.date().isoformat(), **said}
    layers = sorted((layer.name, layer.version) for layer in press.locator.layers().values())
    text = json.dumps(
        [FORMAT, what, live, press.both.lang, region.name, region.number, layers, sorted(said.items())],
        ensure_ascii=False,
        default=str,
    )
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _safe(name: str) -> str:
    """A name as part of a file's name: letters of any script and figures, nothing a shell or a file system reads."""
    return _NOT_IN_NAMES.sub("-", name).strip("-.")[:60] or "route"


def failures(results: Sequence[Result]) -> Iterator[Result]:
    """Those that could not be printed."""
    return (result for result in results if result.error is not None)
