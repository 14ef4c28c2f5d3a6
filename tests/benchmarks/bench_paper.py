"""Papers: a booklet of 490 km from question to PDF, 41 pages set once their panels are drawn, and the memory a batch needs.

The country is made of the Andorra extract (docs/country.md), with 80 stops on the booklet. Asked in processor time: how long
one waits depends on who else uses the machine. Each figure comes with the faults found in the same run.
"""
from __future__ import annotations

import resource
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pypdfium2

from geodata.samples.country import write_country
from locator.printing.batch import Row, merge, print_batch
from locator.printing.documents import Document
from locator.printing.orders import read_order
from locator.printing.press import Press
from locator.settings import Settings
from locator.wiring import build, open_locator
from tests.benchmarks.figures import Figure, cpu_ms

ANDORRA = Path(__file__).resolve().parents[3] / "shared/data/osm/andorra.osm.pbf"
NOW = datetime(2026, 11, 26, tzinfo=UTC)
LENGTH_KM, STOPS, ROUTES = 490, 80, 12
SCALE_OF_40 = 100_000


def figures() -> Iterator[Figure]:
    with TemporaryDirectory() as folder:
        country = write_country(ANDORRA, Path(folder) / "country.osm.pbf", length_km=LENGTH_KM)
        settings = Settings(data=Path(folder) / "var", region="country")
        build(settings, "country", [Path(folder) / "country.osm.pbf"], country="ES", tz="Europe/Madrid")
        ends = {"from": _text(country.start), "to": _text(country.end)}
        trip: dict[str, object] = {**ends, "depart": "2026-11-26T06:00", "rule": "cn", "limit": STOPS}
        press = Press(open_locator(settings), "zh")
        yield from _booklet(press, trip)
        yield from _forty(press, trip)
        yield from _batch(press, trip, Path(folder) / "out")


def _booklet(press: Press, trip: dict[str, object]) -> Iterator[Figure]:
    made: list[bytes] = []
    documents: list[Document] = []

    def all_of_it() -> None:
        documents.append(press.of_route("route", read_order(trip), NOW))
        made.append(documents[0].pdf())
    yield Figure("booklet_490_km", cpu_ms(all_of_it), "ms", "<=15000")
    pages = documents[0].data["pages"]
    listed = [row["number"] for page in pages for row in page["stops"]]
    yield Figure("booklet_stops_lost_or_twice", abs(STOPS - len(set(listed))) + len(listed) - len(set(listed)), "stops", "==0")
    yield Figure("booklet_pages_missing", max(len(pages) + 1 - len(pypdfium2.PdfDocument(made[0])), 0), "pages", "==0")


def _forty(press: Press, trip: dict[str, object]) -> Iterator[Figure]:
    document = press.of_route("route", read_order({**trip, "scale": SCALE_OF_40, "limit": 20}), NOW)
    document.data["pages"] = document.data["pages"][:40]
    made: list[bytes] = []
    yield Figure("41_pages_set", cpu_ms(lambda: made.append(document.pdf())), "ms", "<=2000")
    yield Figure("41_pages_missing", max(41 - len(pypdfium2.PdfDocument(made[0])), 0), "pages", "==0")


def _batch(press: Press, trip: dict[str, object], out: Path) -> Iterator[Figure]:
    """What a route more adds to the most that was ever in memory, once the first three are printed."""
    rows = [Row(n, {**trip, "name": f"r{n}", "depart": f"2026-11-26T{n:02d}:00"}) for n in range(ROUTES)]
    print_batch(press, rows[:3], out, defaults={}, live="", now=NOW)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    results = print_batch(press, rows, out, defaults={}, live="", now=NOW)
    pages = merge(out, results, out / "all.pdf")
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 / (ROUTES - 3)
    yield Figure("batch_memory_a_route", grown, "MB", "<=8")
    yield Figure("batch_pages_lost", sum(one.pages or 0 for one in results) - pages, "pages", "==0")


def _text(lonlat: tuple[float, float]) -> str:
    return f"{lonlat[0]!r},{lonlat[1]!r}"

