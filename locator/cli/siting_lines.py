"""Where the next sites go, as a person reads it in a terminal.

In: the dict that --json prints.    Out: lines.
Never knows: how sites are chosen.
"""
from __future__ import annotations

from typing import Any

from locator.cli.caller import Caller
from locator.cli.planner_lines import percent, places_lines, planner_closing
from locator.cli.tables import duration, km, table

Dict = dict[str, Any]
GENERATED = ("interchange", "junction", "roadside")


def siting_lines(who: Caller, told: Dict) -> list[str]:
    sites = [feature["properties"] for feature in told["features"]]
    lines = [who.text("sited_shares", limit=duration(who, told["limit_s"]), before=percent(told["before"]["share"]),
                      after=percent(told["after"]["share"]), n=len(sites)), _verdict(who, told), *_weights(who, told),
             *_trips(who, told), _candidates(who, told), *places_lines(who, told | {"if_unknown_open": None})]
    if sites:
        heads = [who.text(f"head.{name}") for name in ("site", "name", "kind", "on", "newly", "covered_then", "lonlat")]
        lines += ["", *table(heads, [_row(who, told, site) for site in sites], right="r---rr")]
    return [*lines, *planner_closing(who, told)]


def _verdict(who: Caller, told: Dict) -> str:
    if not told["possible"]:
        return who.text("sited_impossible")
    value, model = amount(who, told, told["value"]), who.words.text(f"siting.{told['model']}")
    if told["proven"]:
        return who.text("sited_proven", model=model, value=value)
    return who.text("sited_gap", model=model, value=value, bound=amount(who, told, told["bound"]),
                    gap=percent(told["gap"]), stopped=who.words.text(f"siting.stopped.{told['stopped']}"))


def amount(who: Caller, told: Dict, value: float | None) -> str | None:
    """A value in its unit; the median's as the mean time of what it sums over."""
    if value is None:
        return None
    unit = told["unit"]
    if unit == "m":
        return km(value)
    if unit == "s":
        return duration(who, value)
    if unit in ("m_s", "lorry_km_day_s"):
        total = told["weight"]["total"]
        return duration(who, value / total if total else 0.0)
    return who.words.text(f"siting.unit.{unit}", n=f"{value:,.0f}")


def _weights(who: Caller, told: Dict) -> list[str]:
    weight = told["weight"]
    if not weight["total"]:
        return []
    parts = {name: percent(weight[name] / weight["total"]) for name in ("served", "gained", "unserved", "never")}
    return [who.text("sited_weights_trips" if weight["unit"] == "trips" else "sited_weights", **parts)]


def _trips(who: Caller, told: Dict) -> list[str]:
    trips = told["trips"]
    if trips is None:
        return []
    lines = [who.text("sited_trips", asked=trips["asked"], longest=duration(who, trips["longest_s"]), never=trips["never"])]
    return lines + ([who.text("sited_skipped", n=trips["skipped"])] if trips["skipped"] else [])


def _candidates(who: Caller, told: Dict) -> str:
    spots = told["candidates"]
    if spots["layer"] is None:
        return who.text("sited_generated", n=spots["n"], spacing=km(spots["spacing_m"]), off=spots["off_road"])
    return who.text("sited_layer", n=spots["n"], layer=spots["layer"], off=spots["off_road"])


def _row(who: Caller, told: Dict, site: Dict) -> list[str | None]:
    key = f"siting.spot.{site['kind']}" if site["kind"] in GENERATED else f"kind.{site['kind']}"
    kind = who.words.table.get(key, site["kind"])
    name = (site["name_en"] if who.lang == "en" else None) or site["name"] or site["id"]
    gain = None if told["unit"] == "s" and site["gain"] is None else amount(who, told, site["gain"])
    return [str(site["order"]), name, kind, ", ".join(site["refs"]) or None, gain, percent(site["share"]),
            f"{site['lon']:.4f},{site['lat']:.4f}"]
