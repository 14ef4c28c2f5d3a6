"""locator print route | overview | card | poster | wall | batch | saved | save | forget: papers.

In: a route, a place, a table of routes.    Out: PDF files; the maps on them as PNG with world files where asked.
Never knows: what stands on a paper.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from tqdm import tqdm

from geodata.errors import BadInput
from geodata.whole import write_whole
from locator.cli.caller import ANSWERED, BAD_INPUT, Caller, caller
from locator.cli.helping import Number, OneOf, Room
from locator.cli.options import (
    option,
    options,
    read_bytes,
    read_route,
    read_vehicle,
    read_want,
    route_options,
    vehicle_options,
    want_options,
)
from locator.cli.plans import driver_options, read_plan
from locator.cli.tables import table
from locator.printing.batch import MERGED, Result, failures, merge, print_batch, read_rows
from locator.printing.batch import Row as BatchRow
from locator.printing.documents import Document
from locator.printing.orders import FIELDS, Order
from locator.printing.panels import PANEL_PPI, PPIS, write_panels
from locator.printing.press import OF_ROUTES, Press
from locator.printing.saved import SavedRoutes
from locator.printing.sheets import ORIENTATIONS, OVERLAPS, ROUTE_PAPERS, SCALES, UPS, WALL_PAPERS, Sheet
from locator.wiring import open_locator
from maps.paper import PAPERS

F = TypeVar("F", bound=Callable[..., Any])
POSTER_PAPERS = ("A4", "A3", "A2")
print = Room("print")


def _paper(papers: Sequence[str], default: str) -> Callable[[F], F]:
    return options(
        option("--paper", type=OneOf(tuple(papers)), default=default),
        option("--live", metavar="URL"),
        option("--orientation", type=OneOf(ORIENTATIONS), default="portrait"),
    )


strip_options = options(
    option("--up", type=OneOf(UPS), default="travel"),
    option("--scale", type=Number(*SCALES), metavar="N"),
    option("--overlap", type=Number(*OVERLAPS), default=0.1, metavar="SHARE"),
)
out_options = options(
    option("--out", required=True, metavar="FILE"),
    option("--panels", metavar="FOLDER"),
    option("--ppi", type=Number(*PPIS), default=PANEL_PPI, metavar="N"),
)


def _of_route(what: str) -> Callable[..., None]:
    """A verb that prints a paper of a route."""

    def verb(
        out: str,
        panels: str | None,
        ppi: int,
        paper: str = "A4",
        orientation: str = "portrait",
        live: str | None = None,
        up: str = "travel",
        scale: int | None = None,
        overlap: float = 0.1,
        **given: Any,
    ) -> None:
        who = caller()
        sheet = Sheet(paper, orientation, up, scale, overlap, _live(who, live))
        order = Order("", read_route(who, given), read_want(who, given), read_plan(who, given), sheet)
        _write(who, _press(who).of_route(what, order, datetime.now(UTC)), out, panels, ppi)

    return verb


_route_verbs: dict[str, Any] = {
    "route": options(route_options, want_options, driver_options, _paper(ROUTE_PAPERS, "A4"), strip_options, out_options),
    "overview": options(route_options, want_options, driver_options, _paper(ROUTE_PAPERS, "A4"), out_options),
    "card": options(route_options, want_options, driver_options, option("--live", metavar="URL"), out_options),
}
for _name, _options in _route_verbs.items():
    print.command(_name)(_options(_of_route(_name)))


@print.command("poster")
@click.argument("place", metavar="PLACE")
@vehicle_options
@_paper(POSTER_PAPERS, "A3")
@out_options
def poster(
    place: str, paper: str, orientation: str, live: str | None, out: str, panels: str | None, ppi: int, **given: Any
) -> None:
    """A station's poster."""
    who = caller()
    sheet = Sheet(paper, orientation, live=_live(who, live))
    _write(who, _press(who).poster(place, sheet, read_vehicle(given), datetime.now(UTC)), out, panels, ppi)


@print.command("wall")
@_paper(WALL_PAPERS, "A1")
@out_options
def wall(paper: str, orientation: str, live: str | None, out: str, panels: str | None, ppi: int) -> None:
    """A district's wall map."""
    who = caller()
    _write(who, _press(who).wall(Sheet(paper, orientation, live=_live(who, live)), datetime.now(UTC)), out, panels, ppi)


@print.command("batch")
@click.argument("file", required=False, metavar="FILE")
@option("--saved", is_flag=True)
@option("--what", type=OneOf(OF_ROUTES), default="route")
@_paper(ROUTE_PAPERS, "A4")
@option("--out", required=True, metavar="FOLDER")
@option("--no-merge", is_flag=True)
def batch(
    file: str | None, saved: bool, what: str, paper: str, orientation: str, live: str | None, out: str, no_merge: bool
) -> int:
    """Many routes from a table, or the saved ones: a folder of PDFs and one file of all."""
    who = caller()
    if bool(file) == saved:
        raise BadInput("missing" if not saved else "not_allowed", field="FILE", value=file, allowed="--saved")
    rows = _saved_rows(who) if saved else read_rows(read_bytes(who, str(file), "file"))
    folder, defaults = Path(out), {"paper": paper, "orientation": orientation}
    with tqdm(total=len(rows), disable=None, leave=False) as bar:
        results = print_batch(
            _press(who),
            rows,
            folder,
            what=what,
            defaults=defaults,
            live=_live(who, live),
            now=datetime.now(UTC),
            seen=lambda result: _seen(bar, result),
        )
    pages = 0 if no_merge or not any(one.file for one in results) else merge(folder, results, folder / MERGED)
    told = {"folder": out, "merged": MERGED if pages else None, "pages": pages, "routes": [_told(who, one) for one in results]}
    who.tell(told, lambda: _batch_lines(who, results, folder, pages))
    return BAD_INPUT if any(failures(results)) else ANSWERED


@print.command("saved")
def saved() -> None:
    """The saved routes of a region."""
    who = caller()
    version, routes = SavedRoutes(who.settings.data, who.region).read()
    heads = [who.text(f"head.{name}") for name in ("name", "from", "to", "paper")]
    cells = [[one["name"], one.get("from"), one.get("to"), one.get("paper")] for one in routes.values()]
    who.tell(
        {"version": version, "routes": list(routes.values())}, lambda: table(heads, cells) if cells else [who.text("no_saved")]
    )


@print.command("save")
@click.argument("name", metavar="NAME")
@click.argument("fields", nargs=-1, metavar="FIELD=VALUE…")
def save(name: str, fields: tuple[str, ...]) -> None:
    """Keep a route under a name."""
    who, said = caller(), dict[str, Any](name=name)
    for one in fields:
        field, equals, value = one.partition("=")
        if not equals:
            raise BadInput("not_allowed", field="FIELD=VALUE…", value=one, allowed=", ".join(FIELDS))
        said[field] = value
    version = SavedRoutes(who.settings.data, who.region).put(said)
    who.tell({"name": name, "version": version}, lambda: [who.text("route_saved", value=name, version=version)])


@print.command("forget")
@click.argument("name", metavar="NAME")
def forget(name: str) -> None:
    """Take a saved route out."""
    who = caller()
    version = SavedRoutes(who.settings.data, who.region).remove(name)
    who.tell({"name": name, "version": version}, lambda: [who.text("removed", value=name)])


def _press(who: Caller) -> Press:
    return Press(open_locator(who.settings, who.region), who.lang)


def _live(who: Caller, given: str | None) -> str:
    return who.settings.live_url if given is None else given


def _write(who: Caller, document: Document, out: str, panels: str | None, ppi: int) -> None:
    content = document.pdf()
    write_whole(Path(out), content)
    files = write_panels(document, Path(panels), ppi=ppi) if panels else []
    told = {"file": out, "title": document.title, "bytes": len(content), "panels": [str(file) for file in files]}
    who.tell(
        told,
        lambda: [
            who.text("printed", path=out, title=document.title),
            *([who.text("panels_written", n=len(files), path=panels)] if files else []),
        ],
    )


def _saved_rows(who: Caller) -> list[BatchRow]:
    routes = SavedRoutes(who.settings.data, who.region).read()[1]
    if not routes:
        raise BadInput("empty_file", field="--saved")
    return [BatchRow(number, dict(one)) for number, one in enumerate(routes.values(), start=1)]


def _seen(bar: Any, result: Result) -> None:
    bar.set_description_str(result.name[:30], refresh=False)
    bar.update()


def _told(who: Caller, one: Result) -> dict[str, Any]:
    error = one.error and {"code": one.error.code, "field": one.error.field, "detail": who.words.error(one.error)}
    return {"row": one.row, "name": one.name, "file": one.file, "pages": one.pages, "made": one.made, "error": error}


def _batch_lines(who: Caller, results: Sequence[Result], folder: Path, pages: int) -> list[str]:
    heads = [who.text(f"head.{name}") for name in ("row", "name", "file", "pages", "column", "why")]
    cells = [
        [
            str(one.row),
            one.name,
            one.file,
            None if one.pages is None else str(one.pages),
            one.error.field if one.error else None,
            who.words.error(one.error) if one.error else None,
        ]
        for one in results
    ]
    made, bad = sum(one.made for one in results), sum(1 for _ in failures(results))
    lines = table(heads, cells, right="r--r", widest=60)
    lines += ["", who.text("batch_done", n=len(results), made=made, kept=len(results) - made - bad, bad=bad, path=str(folder))]
    return [*lines, who.text("batch_merged", path=str(folder / MERGED), n=pages)] if pages else lines


assert set(PAPERS) >= {*POSTER_PAPERS, *ROUTE_PAPERS, *WALL_PAPERS}
