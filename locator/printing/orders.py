"""What somebody wants printed, as a row of names and values: of a table, a saved route, a query, a form.

In: a flat mapping of FIELDS to values, text or numbers.    Out: Order: the asks and the Sheet.
Never knows: where the row came from; which region will answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geodata.columns import KINDS, SERVICES
from geodata.errors import BadInput, LocatorError
from locator.asks import RouteAsk, Want, read_depart
from locator.plan_asks import PlanAsk
from locator.printing.sheets import ROUTE_PAPERS, Sheet
from locator.routes import read_polyline
from locator.vehicles import MEASURES, Vehicle, loaded, vehicle

PLACES = ("from", "via", "to", "polyline", "precision", "datum")
LORRY = ("vehicle", *MEASURES, "hazmat", "tunnel_category", "avoid")
WHICH = ("kind", "service", "max_detour_s", "limit")
LAW = ("rule", "driven_min", "want")
PAPER = ("paper", "orientation", "up", "scale", "overlap")
FIELDS = ("name", *PLACES, "depart", *LORRY, *WHICH, *LAW, *PAPER)
VIA_MARKS = "|；;"  # between vias in one cell: a via may hold a comma
LONGEST = 60_000  # characters of one value: an encoded line of a long route
MOST_POINTS = 20_000  # of such a line
NUMBERS = {
    "precision": int,
    "limit": int,
    "scale": int,
    "overlap": float,
    "driven_min": float,
    "max_detour_s": float,
    **dict.fromkeys(MEASURES, float),
}


@dataclass(frozen=True, eq=False)
class Order:
    """One paper of a route."""

    name: str
    ask: RouteAsk
    want: Want
    how: PlanAsk
    sheet: Sheet


def read_order(said: Mapping[str, Any], *, live: str = "") -> Order:
    """Raises BadInput with the field at fault: unknown_field, missing, not_a_number, and what the asks raise."""
    given = {name: value for name, raw in said.items() if (value := _value(name, raw)) is not None}
    ask = RouteAsk(
        origin=given.get("from"),
        destination=given.get("to"),
        via=_vias(given.get("via")),
        line=_line(given),
        datum=given.get("datum", "wgs84"),
        vehicle=read_lorry(given),
        depart=read_depart(given.get("depart")),
    )
    want = Want(
        kinds=_codes(given, "kind", tuple(KINDS)),
        services=_codes(given, "service", tuple(SERVICES)),
        limit=given.get("limit"),
        max_detour_s=given.get("max_detour_s"),
    )
    how = PlanAsk(rule=given.get("rule"), wishes=_codes(given, "want", None), driven_min=given.get("driven_min", 0.0))
    sheet = read_sheet(given, live=live)
    return Order(str(given.get("name", "")), ask, want, how, sheet)


def read_sheet(given: Mapping[str, Any], *, live: str = "", papers: tuple[str, ...] = ROUTE_PAPERS) -> Sheet:
    said = {name: given[name] for name in PAPER if given.get(name) is not None}
    return Sheet(**said, live=live).only(*papers)


def read_lorry(given: Mapping[str, Any]) -> Vehicle:
    measured = vehicle(given.get("vehicle") or "lorry", **{name: given.get(name) for name in MEASURES})
    return loaded(measured, given.get("hazmat"), given.get("tunnel_category"), _codes(given, "avoid", None))


def _value(name: str, raw: Any) -> Any:
    """A cell as what it means; None for an empty one."""
    if name not in FIELDS:
        raise BadInput("unknown_field", field=name, value=name, allowed=", ".join(FIELDS))
    if name == "via" and isinstance(raw, (list, tuple)):
        return raw or None
    if raw is None or (isinstance(raw, str) and not raw.strip()) or raw != raw:
        return None
    if len(text := str(raw).strip()) > LONGEST:
        raise BadInput("too_large", field=name, limit=LONGEST, unit="characters")
    if name not in NUMBERS:
        return text
    try:
        number = float(text)
    except ValueError as why:
        raise BadInput("not_a_number", field=name, value=raw) from why
    if NUMBERS[name] is float:
        return number
    if not number.is_integer():  # also what is not finite
        raise BadInput("not_a_number", field=name, value=raw)
    return int(number)


def _vias(cell: Any) -> tuple[str, ...]:
    if isinstance(cell, (list, tuple)):
        return tuple(str(via) for via in cell)
    text = str(cell or "")
    for mark in VIA_MARKS[1:]:
        text = text.replace(mark, VIA_MARKS[0])
    return tuple(via.strip() for via in text.split(VIA_MARKS[0]) if via.strip())


def _line(given: Mapping[str, Any]) -> Any:
    if given.get("polyline") is None:
        return None
    try:
        return read_polyline(given["polyline"], given.get("precision", 5), max_points=MOST_POINTS)
    except LocatorError as why:
        raise type(why)(why.code, field="polyline", value=why.value, **why.params) from why


def _codes(given: Mapping[str, Any], name: str, known: tuple[str, ...] | None) -> tuple[str, ...]:
    """Codes with commas between; checked here where the field has another name in the ask."""
    codes = tuple(
        dict.fromkeys(code.strip() for code in str(given.get(name) or "").replace("，", ",").split(",") if code.strip())
    )
    for code in codes if known is not None else ():
        if known is not None and code not in known:
            raise BadInput("not_allowed", field=name, value=code, allowed=", ".join(known))
    return codes
