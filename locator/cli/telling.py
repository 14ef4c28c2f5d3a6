"""Answers as a person reads them: the very dicts that --json prints, laid out as lines.

In: the dicts of locator/answers.py and a Caller.    Out: lines.
Never knows: how an answer was found.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from locator.answers import SNAPPED_FAR_M
from locator.cli.caller import Caller
from locator.cli.tables import clock, duration, km, plain, table

Dict = Mapping[str, Any]
SERVICES_SHOWN = 3
OMITTED_SHOWN = 20


def route_lines(who: Caller, told: Dict) -> list[str]:
    """One route and its credits."""
    return [*summary(who, told), *closing_lines(who, told)]


def summary(who: Caller, route: Dict) -> list[str]:
    """How far, how long, and what could not be matched."""
    line = who.text("route", distance=km(route["distance_m"]), duration=duration(who, route["duration_s"]),
                    at=clock(route["depart"]))
    how = "approximate" if route["engine"] == "straight" else "approximate_part"
    lines = [line + (who.text(how) if route["approximate"] else ""), *_snapped(who, route["snapped_m"])]
    lines += [who.text(f"doubt.{doubt}") for doubt in route["doubts"]]
    if route["toll_m"]:
        lines.append(who.text("toll", distance=km(route["toll_m"])))
    if route["unmatched"]:
        lines.append(who.text("unmatched", n=len(route["unmatched"])))
    return lines


def _snapped(who: Caller, snapped_m: Sequence[float]) -> list[str]:
    """What was asked that lies far from the road taken for it."""
    roles = ["from", *["via"] * (len(snapped_m) - 2), "to"]
    return [who.text("snapped", place=who.words.text(f"page.{role}"), distance=km(metres))
            for role, metres in zip(roles, snapped_m, strict=False) if metres > SNAPPED_FAR_M]


def along_lines(who: Caller, told: Dict) -> list[str]:
    """The stops in order, then what was left out and why."""
    stops = [feature["properties"] for feature in told["features"]]
    depart = told["route"].get("depart")
    heads = [who.text(f"head.{name}") for name in
             ("at", "name", "kind", "detour", "side", "eta", "open", "services", "position")]
    rows = [[km(stop["offset_m"]), name_of(who, stop), who.words.name("kind", stop["kind"]),
             detour_of(who, stop), side_of(who, stop), clock(stop["eta"], since=depart),
             _open(who, stop), _services(who, stop), _position(who, stop)] for stop in stops]
    body = table(heads, rows, right="r--r-r") if rows else [who.text("nothing_found")]
    return [*summary(who, told["route"]), "", *body, *omitted_lines(who, told, "off_route_m"), *closing_lines(who, told)]


def nearest_lines(who: Caller, told: Dict) -> list[str]:
    """The places nearest by road, the first reached first."""
    body = near_table(who, told["features"]) or [who.text("nothing_found")]
    return [*body, *omitted_lines(who, told, "distance_m"), *closing_lines(who, told)]


def near_table(who: Caller, features: Sequence[Dict]) -> list[str]:
    """Places reached from a point, as a table; nothing for none."""
    stops = [feature["properties"] for feature in features]
    heads = [who.text(f"head.{name}") for name in
             ("drive", "road", "name", "kind", "open", "services", "position")]
    rows = [[_about(stop, duration(who, stop["drive_s"])), km(stop["drive_m"]), name_of(who, stop),
             who.words.name("kind", stop["kind"]), _open(who, stop), _services(who, stop),
             _position(who, stop)] for stop in stops]
    return table(heads, rows, right="rr") if rows else []


def name_of(who: Caller, stop: Dict) -> str:
    name = stop["name"] if who.lang == "zh" else stop.get("name_en") or stop["name"]
    return str(name or stop["id"]) + (" *" if stop.get("demo") else "")


def _about(stop: Dict, text: str | None) -> str | None:
    return f"≈{text}" if text and stop.get("approximate") else text


def detour_of(who: Caller, stop: Dict) -> str | None:
    text = duration(who, stop["detour_s"])
    return _about(stop, text and f"+{text}")


def side_of(who: Caller, stop: Dict) -> str | None:
    return stop["access"] and who.words.name("access", stop["access"])


def _open(who: Caller, stop: Dict) -> str | None:
    is_open = stop.get("open_at_eta")
    return None if is_open is None else who.text("open" if is_open else "closed")


def _services(who: Caller, stop: Dict) -> str | None:
    def shut(one: Dict) -> bool:
        return one["open_at_eta"] is False and stop.get("open_at_eta") is not False       # of a closed place it says nothing new
    names = [who.words.name("service", one["what"]) + (who.text("service.shut") if shut(one) else "")
             for one in stop.get("services") or ()]
    joint = "、" if who.lang == "zh" else ", "
    return joint.join(names[:SERVICES_SHOWN]) + ("…" if len(names) > SERVICES_SHOWN else "") or None


def _position(who: Caller, stop: Dict) -> str | None:
    accuracy: str | None = stop.get("position_accuracy")
    return {"invented": who.text("schematic_mark"), "unknown": None}.get(accuracy or "unknown", accuracy)


def omitted_lines(who: Caller, told: Dict, off: str) -> list[str]:
    """The places left out: the reasons counted, then the nearest by name, each with what decided."""
    omitted = told.get("omitted") or []
    if not omitted:
        return []
    near = off == "distance_m"
    counts = Counter(who.words.text(f"reason.{_reason(one, near)}") for one in omitted)
    joint = "；" if who.lang == "zh" else "; "
    total = joint.join(f"{said} {n}" for said, n in counts.most_common())
    heads = [who.text(f"head.{name}") for name in ("off", "name", "reason")]
    rows = [[km(one[off]), name_of(who, one), reason_text(who, one, near=near)] for one in omitted[:OMITTED_SHOWN]]
    more = len(omitted) + told["omitted_more"] - len(rows)
    lines = ["", who.text("omitted", n=len(omitted) + told["omitted_more"], why=total),
             *table(heads, rows, right="r", widest=60)]
    return [*lines, who.text("omitted_more", n=more)] if more else lines


def _reason(one: Dict, near: bool) -> str:
    """The word for a reason: from a point there is a drive, no detour."""
    return "beyond_max_drive" if near and one["reason"] == "beyond_max_detour" else str(one["reason"])


def reason_text(who: Caller, one: Dict, *, near: bool = False) -> str:
    """Why a place was left out, with the value that decided."""
    reason, value = _reason(one, near), one["value"]
    if value is None:
        return who.words.text(f"reason.{reason}")
    match one["reason"]:
        case "kind_not_asked":
            value = who.words.name("kind", value)
        case "service_missing":
            room = "column" if value == "lorry_bays" else "service"
            value = ("、" if who.lang == "zh" else ", ").join(who.words.name(room, what) for what in value.split(", "))
        case "low_accuracy":
            value = who.words.name("accuracy", value)
        case "behind_start":
            value = km(value)
        case "opposite_too_far" | "beyond_max_detour":
            value = duration(who, value)
    return who.words.text(f"left_out.{reason}", value=value)


def closing_lines(who: Caller, told: Dict) -> list[str]:
    """What must be said of every answer: demonstration, schematic, whose data."""
    lines = [who.text("demo")] if any(feature["properties"].get("demo") for feature in told.get("features", ())) else []
    lines += [who.text("schematic")] if told.get("schematic") else []
    lines += [plain(told["attribution"])] if told.get("attribution") else []
    return ["", *lines] if lines else []
