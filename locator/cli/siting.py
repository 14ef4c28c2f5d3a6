"""locator siting: where the next sites go.

In: which places count, a model, limits, candidates, trips.    Out: the sites in order with a bound, as JSON, lines or a file.
Never knows: how sites are chosen.
"""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import orjson

from locator.audit.sources import open_source
from locator.cli.caller import ANSWERED, NOTHING_FOUND, caller
from locator.cli.helping import Number, OneOf, Verb
from locator.cli.options import datum_option, option, options, read_bytes
from locator.cli.planning import counted_options, form_of, put, read_ask
from locator.cli.regions import progress_bar
from locator.cli.siting_lines import siting_lines
from locator.planner_files import csv_bytes, gpkg_bytes
from locator.rules import RULE_SETS
from locator.siting.asking import DETOUR_S, LONGEST_RUN_S, MODELS, MOST_HELD, MOST_SITES, SiteAsk, read_trips
from locator.siting.costs import read_costs
from locator.siting.telling import sites_frame, siting_json
from locator.wiring import open_locator

BATCH = 1_000
sited_options = options(
    option("--model", type=OneOf(MODELS), default="covering"),
    option("--k", type=Number(1, MOST_SITES), metavar="N"),
    option("--budget", type=Number(0.0, 1e15), metavar="SUM"),
    option("--costs", metavar="FILE"),
    option("--capacity", type=Number(0.0, MOST_HELD), metavar="N"),
    option("--capacities", metavar="FILE"),
    option("--capacity-per-bay", type=Number(0.0, MOST_HELD), metavar="N"),
    option("--candidates", metavar="LAYER"),
    option("--spacing-m", type=Number(100.0, 1e6), default=2_000.0, metavar="M"),
    option("--apart-m", type=Number(0.0, 1e6), default=0.0, metavar="M"),
    option("--exclude", multiple=True, metavar="ID"),
    option("--piece-m", type=Number(50.0, 10_000.0), default=500.0, metavar="M"),
    option("--trips", metavar="TRIPS"),
    datum_option,
    option("--rule", type=OneOf(RULE_SETS), default="cn"),
    option("--drive-s", type=Number(60.0, 86_400.0), metavar="S"),
    option("--max-detour-s", type=Number(0.0, 86_400.0), default=DETOUR_S, metavar="S"),
    option("--seconds", type=Number(1.0, LONGEST_RUN_S), default=60.0, metavar="S"),
)


@click.command("siting", cls=Verb)
@counted_options
@sited_options
def siting(out: str | None, costs: str | None, capacities: str | None, trips: str | None, exclude: tuple[str, ...],
           **given: Any) -> int:
    """Where the next sites go, in order, with a bound on the best there can be."""
    who = caller()
    form = form_of(out)
    named = ("model", "budget", "capacity", "capacity_per_bay", "candidates", "spacing_m", "apart_m", "piece_m", "drive_s",
             "max_detour_s", "seconds", "datum", "rule")
    read, unread = ((), ()) if trips is None else read_trips(_records(Path(trips)))
    prices = {} if costs is None else read_costs(read_bytes(who, costs, "costs"))
    held = {} if capacities is None else read_costs(read_bytes(who, capacities, "capacities"), "capacity", "capacities")
    k = given["k"] if given["k"] is not None or given["budget"] is not None or given["model"] == "cover" else 5
    ask = SiteAsk(cover=read_ask(who, given), k=None if k is None else int(k), exclude=exclude, trips=read, unread=unread,
                  costs=prices, capacities=held, **{name: given[name] for name in named})
    with progress_bar(who) as progress:
        found = open_locator(who.settings, who.region).siting(ask, progress=progress)
    told = siting_json(found)
    if form is None:
        who.tell(told, lambda: siting_lines(who, told))
    else:
        sites = sites_frame(found.siting)
        content = {"csv": lambda: csv_bytes(sites), "geojson": lambda: orjson.dumps(told),
                   "gpkg": lambda: gpkg_bytes({"sites": sites, "gaps": found.siting.gaps})}
        put(who, str(out), content[form]())
    return ANSWERED if told["features"] else NOTHING_FOUND


def _records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for batch, _ in open_source(path).batches(BATCH):
        yield from batch.rows()
