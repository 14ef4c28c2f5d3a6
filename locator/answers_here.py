"""Help where one stands, as a plain dict: exactly what the API sends and `--json` prints.

In: HereAnswer.    Out: a dict of JSON types.
Never knows: HTTP, terminals, languages. null is "not known".
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from geodata.columns import NAVIGABLE
from geodata.hours import then
from geodata.layers import rows
from locator.answers import nearest_json
from locator.here import Contact
from locator.locator import HereAnswer

EVENT_FIELDS = ("id", "name", "name_en", "what", "place", "starts", "ends", "demo", "note")


def here_json(answer: HereAnswer, help_line: str = "") -> dict[str, Any]:
    """The soonest places as features; beside them the grid cell and its station, whom to call, what is on today.

    help_line  the operator's own number, put first
    """
    told = nearest_json(answer.nearest)
    del told["omitted"], told["omitted_more"]
    return {**told, "at": [round(answer.nearest.lon, 7), round(answer.nearest.lat, 7)],
            "when": answer.nearest.depart.isoformat(timespec="seconds"), "cell": _cell(answer),
            "contacts": contacts_json(answer.contacts, help_line), "events": [_event(event) for event in answer.events]}


def contacts_json(contacts: Sequence[Contact], help_line: str) -> list[dict[str, Any]]:
    own = [{"what": "own", "number": help_line, "source": None, "url": None}] if help_line else []
    return own + [asdict(one) for one in contacts]


def _cell(answer: HereAnswer) -> dict[str, Any] | None:
    if answer.cell is None:
        return None
    said = {name: answer.cell[name] for name in ("id", "name", "name_en", "demo")}
    frame = answer.nearest.atlas.frame
    mine = frame[frame["id"] == answer.cell["station"]] if len(frame) and answer.cell["station"] else frame.iloc[:0]
    return {**said, "station": None if mine.empty else _station(answer, int(mine.index[0]))}


def _station(answer: HereAnswer, row: int) -> dict[str, Any]:
    atlas, facts, now = answer.nearest.atlas, answer.nearest.region.facts, answer.nearest.depart
    place = rows(atlas.frame.iloc[[row]])[0]
    navigable = place["position_accuracy"] in NAVIGABLE
    lonlat = (float(atlas.places.lonlat[row, 0]), float(atlas.places.lonlat[row, 1]))
    opened = then(place["hours"], now, country=facts.country, lonlat=lonlat)
    said = {name: place[name] for name in ("id", "name", "name_en", "kind", "hours", "demo")}
    return {**said, "phone": place["phone"] if navigable else None, "navigable": navigable, "open_now": opened.open}


def _event(event: dict[str, Any]) -> dict[str, Any]:
    return {**{name: event[name] for name in EVENT_FIELDS}, "off_m": round(event["off_m"], 1),
            "offset_m": None if event["offset_m"] is None else round(event["offset_m"], 1),
            "at": [round(value, 7) for value in event["lonlat"]]}
