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
GAINS_SHOWN = (1, 2, 3, 5, 10, 20, 50, 100)


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


# ---------------------------------------------------------------- spacing

def spacing_lines(who: Caller, told: Dict) -> list[str]:
    """A line a direction: its stops, the longest stretch, what each norm says."""
    names = [norm["norm"] for norm in told["norms"]]
    heads = [who.text(f"head.{name}") for name in ("on_number", "heading", "length", "stops", "longest", "takes", "from_to")]
    rows = [[*_direction(who, one), *_verdicts(who, one, names)] for one in told["directions"]]
    body = table([*heads, *(who.words.text(f"norm.{name}") for name in names)], rows, right="--rrrr") if rows else [
        who.text("no_numbered_roads")]
    norms = [who.text("norm_line", norm=who.words.text(f"norm.{norm['norm']}"), limit=km(norm["limit_m"]),
                      measure=who.words.text(f"norm_measure.{norm['measure']}"), source=norm["source"] or "—")
             for norm in told["norms"]]
    return [*body, "", who.text("open_ends"), *norms, *places_lines(who, told), *planner_closing(who, told)]


def _direction(who: Caller, one: Dict) -> list[str | None]:
    heading = one["heading"] and who.words.text(f"heading.{one['heading']}")
    return [one["ref"], heading, km(one["length_m"]), str(len(one["stops"])), km(one["longest_m"]),
            duration(who, one["longest_s"]), _longest(who, one)]


def _longest(who: Caller, one: Dict) -> str:
    """Between which stops the longest stretch lies."""
    stretch = next(part for part in one["stretches"] if part["from_m"] == one["longest_from_m"])
    names = {stop["id"]: place_name(who, stop) for stop in one["stops"]}
    ends = [names[end] if end else who.text("road_end") for end in (stretch["from_id"], stretch["to_id"])]
    return " → ".join(ends)


def _verdicts(who: Caller, one: Dict, names: list[str]) -> list[str | None]:
    said = {verdict["norm"]: who.words.text(f"verdict.{verdict['verdict']}") for verdict in one["verdicts"]}
    return [said.get(name) for name in names]


def place_name(who: Caller, place: Dict) -> str:
    name = place["name"] if who.lang == "zh" else place.get("name_en") or place["name"]
    return str(name or place["id"])


# ---------------------------------------------------------------- criticality

def criticality_lines(who: Caller, told: Dict) -> list[str]:
    """A line a place, the dearest loss first; then how much the first k cover."""
    named = ("rank", "name", "kind", "served", "lost", "lorry_km", "taken", "farther", "heir")
    heads = [who.text(f"head.{name}") for name in named]
    rows = [_critical(who, feature["properties"]) for feature in told["features"]]
    body = table(heads, rows, right="r--rrrrr") if rows else [who.text("nothing_found")]
    head = who.text(f"covered_{told['direction']}", share=percent(told["total"]["share"]), covered=km(told["total"]["covered_m"]),
                    total=km(told["total"]["total_m"]), limit=duration(who, told["limit_s"]))
    return [head, *places_lines(who, told), "", *body, *_gains(who, told), *planner_closing(who, told)]


def _critical(who: Caller, one: Dict) -> list[str | None]:
    heir = place_name(who, one["heirs"][0]) if one["heirs"] else None
    return [str(one["rank"]), place_name(who, one), who.words.name("kind", one["kind"]), km(one["served_m"]), km(one["lost_m"]),
            lorry_km(one["lost_lorry_km_day"]), km(one["taken_m"]), duration(who, one["extra_s"]), heir]


def _gains(who: Caller, told: Dict) -> list[str]:
    gains = told["gains"]
    if not gains:
        return []
    shown = [gain for gain in gains if gain["k"] in GAINS_SHOWN or gain["k"] == len(gains)]
    heads = [who.text(f"head.{name}") for name in ("first_k", "share", "covered", "last_of_them", "adds")]
    total = told["total"]["total_m"]
    rows = [[str(gain["k"]), percent(gain["covered_m"] / total if total else None), km(gain["covered_m"]), place_name(who, gain),
             km(gain["gain_m"])] for gain in shown]
    return ["", who.text("gains_found"), *table(heads, rows, right="rrr-r")]
