"""The stops of an answer as rows of a paper, numbered in the order they come along the road.

In: features of locator.answers, the departure.    Out: rows the templates print; QR pictures.
Never knows: how a stop was found, where the rows will stand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from locator.asks import after
from locator.printing.both import Both, Pair, clean, clock, km
from maps.paper import qr_svg

SLACK = 0.1  # of the driving time: the later end of an arrival's window, without traffic known
ROUND_MIN = 5
EARLY_M = 200.0  # so far before he passes a stop he leaves the route for it: then it is told where
NOTE = 36  # characters of a note that a row has room for
Dict = Mapping[str, Any]


def window(depart: datetime, reach_s: float, rested_s: float) -> tuple[datetime, datetime]:
    """When he can be there: driving through, and with the plan's rests before it and a tenth more driving, rounded up."""
    early = after(depart, reach_s)
    late = after(depart, reach_s * (1 + SLACK) + rested_s)
    step = timedelta(minutes=ROUND_MIN)
    midnight = late.replace(hour=0, minute=0, second=0, microsecond=0)
    return early, midnight + ceil((late - midnight) / step) * step


def stop_row(
    feature: Dict,
    number: int,
    both: Both,
    *,
    depart: datetime,
    rested_s: float = 0.0,
    last_safe: bool = False,
    rest: Pair | None = None,
    country: str | None = None,
) -> tuple[dict[str, Any], dict[str, str]]:
    """One stop as printed, and its QR code where its position is good enough to be sent to."""
    stop = feature["properties"]
    early, late = window(depart, stop["reach_s"], rested_s)
    detour = both.duration(stop["detour_s"])["a"]
    row, pictures = place_row(stop, both, f"qr-{number}.svg", country)
    return {
        **row,
        "number": number,
        "km": km(stop["offset_m"]),
        "offset_m": stop["offset_m"],
        "leave_m": stop["offset_m"] if stop["leave_m"] is None else stop["leave_m"],
        "leave": _leaving(stop, both),
        "reach_s": stop["reach_s"],
        "detour_s": stop["detour_s"],
        "eta": clock(early, depart),
        "eta_to": f"– {clock(late, depart)}",
        "detour": ("≈" if stop["approximate"] else "") + f"+{detour}",
        "side": both.name("access", stop["access"]) if stop["access"] else None,
        "side_code": stop["access"],
        "side_of_road": stop["side"],
        "last_safe": last_safe,
        "rest": rest,
    }, pictures


def _leaving(stop: Dict, both: Both) -> Pair | None:
    """Where he must leave the route for it, when that is well before he would pass it."""
    leave_m = stop["leave_m"]
    return None if leave_m is None or stop["offset_m"] - leave_m < EARLY_M else both.text("paper.leave_at", km=km(leave_m))


def place_row(stop: Dict, both: Both, qr_name: str, country: str | None) -> tuple[dict[str, Any], dict[str, str]]:
    """What is known of a place, however it was found."""
    name, name_beside = both.titled(stop)
    opened = stop.get("open_at_eta")
    url = link_of(stop, country)
    row = {
        "id": stop["id"],
        "kind": stop["kind"],
        "kind_name": both.name("kind", stop["kind"]),
        "name": name,
        "name_beside": name_beside,
        "services": both.names("service", dict.fromkeys(one["what"] for one in stop["services"])),
        "note": clean(stop.get("note"), NOTE),
        "hours": clean(stop["hours"]) or None,
        "shut": opened is False,
        "open": None if opened is None else both.text(f"open.{str(opened).lower()}"),
        "bays": None if stop["lorry_bays"] is None else str(stop["lorry_bays"]),
        "phone": clean(stop["phone"]) or None,
        "no_call": not stop["navigable"],
        "accuracy": stop["position_accuracy"],
        "mark": accuracy_mark(stop, both),
        "qr": qr_name if url else None,
        "qr_alt": both.text("paper.qr_navigate", name=name)["a"],
        "link": url,
    }
    return row, {qr_name: qr_svg(url)} if url else {}


def link_of(stop: Dict, country: str | None) -> str | None:
    """What a stop's QR code opens: the map app of the country, else whatever app the phone has; None below accuracy B."""
    if not stop["navigable"] or not stop["links"]:
        return None
    return str(stop["links"]["amap" if country == "CN" else "geo"])


def accuracy_mark(stop: Dict, both: Both) -> str | None:
    """What a reader must be told of a position: invented, or how vague; nothing where it is good."""
    accuracy = stop["position_accuracy"] or "unknown"
    if accuracy == "invented":
        return both.first.text("page.schematic")
    if stop["navigable"] and not stop.get("approximate"):
        return None
    return "≈" if accuracy == "unknown" else f"≈ {accuracy}"


def kinds_of(rows: Sequence[Dict], both: Both) -> list[dict[str, Any]]:
    """The legend of the kinds that stand on a paper."""
    return [{"kind": kind, "name": both.name("kind", kind)} for kind in dict.fromkeys(row["kind"] for row in rows)]
