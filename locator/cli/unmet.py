"""locator unmet: where drivers found no stop, for those who plan new ones.

In: a region, a month.    Out: the counts, as JSON or a table.
Never knows: how they were counted.
"""
from __future__ import annotations

import click

from locator.answers import unmet_json
from locator.cli.caller import ANSWERED, NOTHING_FOUND, caller
from locator.cli.helping import Verb
from locator.cli.options import option
from locator.cli.tables import table
from locator.cli.telling import closing_lines
from locator.unmet import STATE, unmet_needs
from locator.wiring import open_locator


@click.command("unmet", cls=Verb)
@option("--since", metavar="MONTH")
def unmet(since: str | None) -> int:
    """The needs of a region that no stop met."""
    who = caller()
    region = open_locator(who.settings, who.region).region
    told = unmet_json(region, unmet_needs(who.settings.data / STATE, region.name, since))

    def lines() -> list[str]:
        heads = [who.text(f"head.{name}") for name in ("month", "hour", "days", "on_road", "cell", "missing", "count")]
        rows = [[one["month"], f"{one['hour']:02d}", who.text(f"days.{one['days']}"), one["road"] or None,
                 f"{one['cell_lon']:.3f},{one['cell_lat']:.3f}", _missing(one["missing"]), str(one["count"])]
                for one in told["unmet"]]
        body = table(heads, rows, right="-r----r") if rows else [who.text("nothing_unmet")]
        return [*body, *closing_lines(who, told)]

    def _missing(code: str) -> str:
        room = next((room for room in ("service", "kind", "missing") if f"{room}.{code}" in who.words.table), "missing")
        return who.words.name(room, code)

    who.tell(told, lines)
    return ANSWERED if told["unmet"] else NOTHING_FOUND
