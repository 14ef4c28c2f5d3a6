"""An audit of any number of trips: batch by batch, on whatever executor, kept as it goes, so that it can be taken up again.

In: a Source, the way to an Auditor, an executor of concurrent.futures.    Out: a Tally; the parts of it in a folder.
Never knows: regions, settings, doors; whether the executor's workers are threads, processes or another machine's.

At most a few batches a worker are under way at once, so memory is bounded whatever the source's size. Tallies are added in the
order of the source: the result does not depend on who was quicker.
"""
from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import orjson

from geodata.errors import BadInput, LocatorError
from geodata.whole import write_whole
from locator.audit.depths import Auditor
from locator.audit.sources import Batch, Given, Source
from locator.audit.tally import Tally
from locator.audit.trips import read_trip

log = logging.getLogger(__name__)
BATCH = {"quick": 1_000, "routed": 200, "matched": 25}
AHEAD = 3                            # batches a worker under way or waiting
Progress = Callable[[str, float, float], None]


class OpenAuditor(Protocol):
    """The way to an Auditor, from any process: what it opens there it keeps."""

    def __call__(self) -> Auditor: ...


@dataclass(frozen=True)
class Parts:
    """Tallies of batches, in a folder: there whole or not at all. `key` says of what run they are."""

    folder: Path
    key: str

    def file(self, number: int) -> Path:
        return self.folder / f"{number:08d}.json"

    def read(self, number: int) -> dict[str, Any] | None:
        """The kept tally of a batch; None where there is none of this run."""
        try:
            kept = orjson.loads(self.file(number).read_bytes())
        except (FileNotFoundError, orjson.JSONDecodeError):
            return None
        return kept["tally"] if isinstance(kept, dict) and kept.get("key") == self.key else None

    def write(self, number: int, tally: dict[str, Any]) -> None:
        write_whole(self.file(number), orjson.dumps({"key": self.key, "tally": tally}))

    def clear(self, until: int | None = None) -> None:
        """Take away what is of another run, or past the last batch."""
        for file in self.folder.glob("*.json"):
            if until is not None and file.stem.isdigit() and int(file.stem) >= until:
                file.unlink(missing_ok=True)


def audit_batch(opened: OpenAuditor, batch: Batch) -> dict[str, Any]:
    """The tally of a batch, as Tally.kept. This is what a worker runs."""
    auditor, tally = opened(), Tally()
    for row, record in batch.rows():
        file = batch.file or str(record.get("id") or "")
        row = row if batch.file else 1
        try:
            trip = read_trip(record, row)
            tally.count(trip, auditor.audit(trip), file)
        except LocatorError as why:
            tally.refuse(row, file, why)
        except Exception as why:                              # a fault of ours with one trip does not lose the others
            log.error("%s %s", file, row, exc_info=why)
            tally.refuse(row, file, LocatorError("internal"))
    return tally.kept()


def run_audit(source: Source | Given, opened: OpenAuditor, executor: Executor, depth: str, *, workers: int,
              parts: Parts | None = None,
              progress: Progress = lambda step, done, total: None, each: Callable[[dict[str, Any]], None] = lambda kept: None,
              ) -> Tally:
    """The tally of every trip of the source.

    parts  where tallies are kept; those kept by an earlier run with the same key are not made again
    each   is told every batch's kept tally, in order
    """
    whole, under_way = Tally(), deque[tuple[int, float, Future[dict[str, Any]] | dict[str, Any]]]()

    def finish() -> None:
        number, share, found = under_way.popleft()
        kept = found if isinstance(found, dict) else found.result()
        if parts is not None and not isinstance(found, dict):
            parts.write(number, kept)
        each(kept)
        whole.add(Tally.of(kept))
        progress(f"audit {int(whole.sums['trips'] + whole.sums['bad'])}", share, 1.0)

    try:
        last = 0
        for batch, share in source.batches(BATCH[depth]):
            known = parts.read(batch.number) if parts is not None else None
            under_way.append((batch.number, share, executor.submit(audit_batch, opened, batch) if known is None else known))
            last = batch.number + 1
            while len(under_way) >= AHEAD * workers:
                finish()
        while under_way:
            finish()
        if parts is not None:
            parts.clear(last)
    finally:
        for _, _, found in under_way:
            if not isinstance(found, dict):
                found.cancel()
    if not last:
        raise BadInput("empty_file", field="trips", value="")
    return whole


class Inline(Executor):
    """One worker: this process."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as why:
            future.set_exception(why)
        return future
