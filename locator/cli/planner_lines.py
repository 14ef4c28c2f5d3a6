"""Planners' answers as a person reads them in a terminal.

In: the dicts that --json prints.    Out: lines.
Never knows: how an answer was found.
"""
from __future__ import annotations

from typing import Any

from locator.cli.caller import Caller
from locator.cli.tables import duration, km, table
from locator.cli.telling import closing_lines

Dict = dict[str, Any]
GAPS_SHOWN = 15


def coverage_lines(who: Caller, told: Dict) -> list[str]:
    total = told["total"]
    head = [who.text(f"covered_{told['direction']}", share=percent(total["share"]), covered=km(total["covered_m"]),
                     total=km(total["total_m"]), limit=duration(who, told["limit_s"]))]
    head += [who.text("covered_weighed", share=percent(total["lorry_share"]), counted=km(total["counted_m"]))
             ] if total["lorry_share"] is not None else []
    return [*head, *places_lines(who, told), "", *_shares(who, told), *_gaps(who, told), *planner_closing(who, told)]


def places_lines(who: Caller, told: Dict) -> list[str]:
    """How many places were counted, and what those of unknown hours would change."""
    places, at = told["places"], told["at"]
    lines = [who.text("places_counted", n=places["open"], left=places["left_out"])]
    if at is not None:
        lines.append(who.text("places_at", at=at[:16].replace("T", " "), open=places["open"], closed=places["closed"],
                              unknown=places["unknown"]))
    if told.get("if_unknown_open"):
        lines.append(who.text("if_unknown_open", share=percent(told["if_unknown_open"]["share"])))
    return lines


def _shares(who: Caller, told: Dict) -> list[str]:
    """One table: bands, then classes, then zones."""
    rows = [[who.text("band", limit=duration(who, band["limit_s"])), *_share(band)] for band in told["bands"]]
    rows += [[who.words.text(f"road_class.{one['road_class']}"), *_share(one)] for one in told["by_class"]]
    rows += [[zone["name"] or zone["id"], *_share(zone)] for zone in told["by_zone"] or ()]
    heads = [who.text(f"head.{name}") for name in ("of", "share", "covered", "roads", "lorry_share")]
    return table(heads, rows, right="-rrrr")


def _share(share: Dict) -> list[str | None]:
    return [percent(share["share"]), km(share["covered_m"]), km(share["total_m"]), percent(share["lorry_share"])]


def _gaps(who: Caller, told: Dict) -> list[str]:
    gaps = [feature["properties"] for feature in told["features"]]
    if not gaps:
        return ["", who.text("no_gaps")]
    heads = [who.text(f"head.{name}") for name in ("gap", "roads", "lorry_km", "worst", "no_way", "on", "around")]
    rows = [[str(gap["gap"]), km(gap["length_m"]), lorry_km(gap["lorry_km_day"]), duration(who, gap["worst_s"]),
             km(gap["unreachable_m"]) if gap["unreachable_m"] else None, called(who, gap), f"{gap['lon']:.4f},{gap['lat']:.4f}"]
            for gap in gaps[:GAPS_SHOWN]]
    return ["", who.text("gaps_found", n=told["gaps_total"], shown=len(rows)), *table(heads, rows, right="rrrrr")]


def called(who: Caller, gap: Dict) -> str | None:
    """The numbers of its roads, else their names, else their classes."""
    joint = "、" if who.lang == "zh" else ", "
    if gap["refs"] or gap["names"]:
        return joint.join([*gap["refs"], *gap["names"][:1]] if gap["refs"] else gap["names"])
    return joint.join(who.words.text(f"road_class.{name}") for name in gap["classes"])


def lorry_km(value: float | None) -> str | None:
    return None if value is None else f"{value:,.0f}"


def percent(share: float | None) -> str | None:
    return None if share is None else f"{100 * share:.1f} %"


def planner_closing(who: Caller, told: Dict) -> list[str]:
    """Whose data, and how sure the figures are."""
    lines = closing_lines(who, told)
    if told["places_unsure"]:
        lines = [*(lines[:1] or [""]), who.text("places_unsure", n=told["places_unsure"]), *lines[1:]]
    return lines
