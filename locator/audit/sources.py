"""Tables and folders of trips, read as batches of records: never all at once.

In: a path: .csv, .parquet, .gpx, or a folder of them.    Out: Batches in a fixed order; a count of what is to come.
Never knows: what a record means. A batch can be sent to another process or machine: it holds the records, not the path.
"""
from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geodata.errors import BadInput
from geodata.sheets import MAX_CELL
from locator.audit.trips import COLUMNS
from locator.routes import MAX_BYTES

if TYPE_CHECKING:
    import pyarrow as pa

SUFFIXES = (".csv", ".parquet", ".gpx")
MAX_FILES = 1_000_000


@dataclass(frozen=True, eq=False)
class Batch:
    """Records of one file. `first` is the row of the first, as the file shows it."""

    number: int
    file: str
    first: int
    records: list[dict[str, Any]] | pa.RecordBatch

    def __len__(self) -> int:
        return len(self.records)

    def rows(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """(row, record) in order."""
        if isinstance(self.records, list):
            yield from enumerate(self.records, start=self.first)
        else:
            yield from enumerate(_arrow_records(self.records), start=self.first)


@dataclass(frozen=True)
class Source:
    """Files in the order they are read."""

    files: tuple[Path, ...]

    @property
    def fingerprint(self) -> str:
        """Another one when a file was added, taken away or written again."""
        said = [(file.name, (stat := file.stat()).st_size, stat.st_mtime_ns) for file in self.files]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]

    @property
    def size(self) -> int:
        """Bytes in all: what progress is measured in."""
        return sum(file.stat().st_size for file in self.files)

    def batches(self, most: int) -> Iterator[tuple[Batch, float]]:
        """Batches of at most so many records, each with the share of the source that is then read."""
        number, before, whole = 0, 0, max(self.size, 1)
        gpx: list[dict[str, Any]] = []
        for file in self.files:
            size = file.stat().st_size
            if file.suffix.lower() == ".gpx":
                gpx.append(_gpx(file, size))
                before += size
                if len(gpx) >= most or sum(len(one["gpx"]) for one in gpx) > MAX_BYTES:
                    yield Batch(number, "", 1, gpx), before / whole
                    number, gpx = number + 1, []
                continue
            read = _csv(file, most) if file.suffix.lower() == ".csv" else _parquet(file, most)
            for first, records, share in read:
                yield Batch(number, file.name, first, records), (before + share * size) / whole
                number += 1
            before += size
        if gpx:
            yield Batch(number, "", 1, gpx), 1.0


@dataclass(frozen=True, eq=False)
class Given:
    """Trips handed over as records, not as a file; rows count from 1."""

    records: list[dict[str, Any]]

    def batches(self, most: int) -> Iterator[tuple[Batch, float]]:
        for number, first in enumerate(range(0, len(self.records), most)):
            part = self.records[first:first + most]
            yield Batch(number, "trips", first + 1, part), (first + len(part)) / len(self.records)


def open_source(path: Path) -> Source:
    """Raises  BadInput file_not_found, not_allowed (no table of trips), empty_file."""
    if path.is_dir():
        files = tuple(islice((file for file in sorted(path.rglob("*")) if _meant(file)), MAX_FILES))
        if not files:
            raise BadInput("empty_file", field="trips", value=path.name)
        return Source(files)
    if not path.is_file():
        raise BadInput("file_not_found", field="trips", value=path.name)
    if not _meant(path):
        raise BadInput("not_allowed", field="trips", value=path.suffix, allowed=", ".join(SUFFIXES))
    return Source((path,))


def _meant(file: Path) -> bool:
    return file.suffix.lower() in SUFFIXES and file.is_file() and not file.name.startswith(".")


def _gpx(file: Path, size: int) -> dict[str, Any]:
    """The bytes of a track; one that is too large is one byte too long, and refused where it is read."""
    with file.open("rb") as opened:
        return {"id": file.name, "gpx": opened.read(MAX_BYTES + 1)}


def _csv(file: Path, most: int) -> Iterator[tuple[int, list[dict[str, Any]], float]]:
    csv.field_size_limit(MAX_CELL)
    size = max(file.stat().st_size, 1)
    with file.open("rb") as raw:
        lines = (line.decode("utf-8-sig" if nth == 0 else "utf-8", errors="replace") for nth, line in enumerate(raw))
        table = csv.DictReader(lines, restkey="more")
        _known(file, [name.strip() for name in table.fieldnames or ()])
        row = 2
        while records := _cells(table, most):
            yield row, records, min(raw.tell() / size, 1.0)
            row += len(records)


def _cells(table: csv.DictReader[str], most: int) -> list[dict[str, Any]]:
    """The next records; a row that is no CSV is a record that says so."""
    found: list[dict[str, Any]] = []
    while len(found) < most:
        try:
            record = next(table)
        except StopIteration:
            break
        except csv.Error as why:
            found.append({"broken": str(why)[:120]})
            continue
        found.append({str(name).strip(): value for name, value in record.items() if name != "more"})
    return found


def _parquet(file: Path, most: int) -> Iterator[tuple[int, pa.RecordBatch, float]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(file) as opened:
            names = [name for name in COLUMNS if name in opened.schema_arrow.names]
            _known(file, names)
            row, whole = 1, max(opened.metadata.num_rows, 1)
            for records in opened.iter_batches(batch_size=most, columns=names):
                yield row, records, min((row - 1 + len(records)) / whole, 1.0)
                row += len(records)
    except (pa.ArrowException, OSError) as why:
        raise BadInput("bad_file", field="trips", value=file.name, reason=str(why)[:120]) from why


def _known(file: Path, names: list[str]) -> None:
    """Raises  BadInput missing where no column says a way."""
    if not {"polyline", "lon", "from_lon"} & set(names):
        raise BadInput("missing", field="polyline", value=file.name)


def _arrow_records(batch: pa.RecordBatch) -> Iterator[dict[str, Any]]:
    """Row by row; lists of numbers as views of the column's own array."""
    columns = {name: _column(batch.column(name)) for name in batch.schema.names}
    for row in range(len(batch)):
        yield {name: column(row) for name, column in columns.items()}


def _column(array: pa.Array) -> Any:
    import pyarrow as pa

    if not (pa.types.is_list(array.type) or pa.types.is_large_list(array.type)):
        cells = array.to_pylist()
        return lambda row: cells[row]
    ends, values = np.asarray(array.offsets), array.values
    if pa.types.is_timestamp(values.type):
        values = values.cast(pa.timestamp("us")).cast(pa.int64())
        numbers = values.to_numpy(zero_copy_only=False) / 1e6
    else:
        numbers = values.to_numpy(zero_copy_only=False)
    with suppress(TypeError, ValueError):                     # else refused cell by cell
        numbers = numbers.astype(np.float64)
    there = array.is_valid().to_numpy(zero_copy_only=False)
    return lambda row: numbers[ends[row]:ends[row + 1]] if there[row] else None
