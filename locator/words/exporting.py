"""An answer of `along`, or a plan, as a file for other programs, in the reader's words.

In: the plain dict every door sends, a format, Words, the time.    Out: bytes.
Never knows: which door.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from locator.exports import WRITERS, Export, ExportStop
from locator.words import Words

FORMATS = ("geojson", "gpx", "kml", "ics")           # the first is the answer itself


def along_file(told: Mapping[str, Any], form: str, said: Words, made: datetime) -> bytes:
    """`told` (answers.along_json) as gpx, kml or ics."""
    route = told["route"]
    stops = [_stop(feature, said) for feature in told["features"]]
    title = said.text("export.title", n=len(stops), km=f"{route['distance_m'] / 1000:.1f}")
    warning = said.text("export.schematic") if told["schematic"] else ""
    about = "\n".join(filter(None, (warning, told["attribution"])))
    line = [(lon, lat) for lon, lat in route["geometry"]["coordinates"]]
    return WRITERS[form](Export(title, about, line, stops, made))


def _stop(feature: Mapping[str, Any], said: Words) -> ExportStop:
    stop, (lon, lat) = feature["properties"], feature["geometry"]["coordinates"]
    name = (stop["name_en"] if said.lang != "zh" else None) or stop["name"] or stop["id"]
    services = [said.name("service", one["what"]) for one in stop["services"]]
    facts = [said.name("kind", stop["kind"]), stop["access"] and said.name("access", stop["access"]),
             said.text("export.detour", min=round(stop["detour_s"] / 60)), ("、" if said.lang == "zh" else ", ").join(services),
             stop["hours"], stop["phone"], stop["note"], None if stop["navigable"] else said.text("export.not_sure")]
    mark = "≈" if stop["approximate"] else ""
    return ExportStop(f"{stop['id']} {stop['pass']}", mark + name, lon, lat, datetime.fromisoformat(stop["eta"]),
                      about="\n".join(str(fact) for fact in facts if fact), link=(stop["links"] or {}).get("amap"))


def plan_file(told: Mapping[str, Any], form: str, said: Words, made: datetime) -> bytes:
    """`told` (answers_plan.plan_json) as gpx, kml or ics: the stops he makes, each from his arrival for as long as he stays."""
    route, legs = told["route"], [leg for leg in told["legs"] if leg["stop_id"] is not None]
    stops = [_stay(told["features"][leg["stop"]], leg, said) for leg in legs]
    title = said.text("export.plan", n=len(stops), km=f"{route['distance_m'] / 1000:.1f}", rule=said.text(f"rule.{told['rule']}"))
    warnings = [said.text("export.schematic") if told["schematic"] else "",
                "" if told["feasible"] else said.text("export.no_plan"), said.text("export.not_advice")]
    line = [(lon, lat) for lon, lat in route["geometry"]["coordinates"]]
    return WRITERS[form](Export(title, "\n".join(filter(None, (*warnings, told["attribution"]))), line, stops, made))


def _stay(feature: Mapping[str, Any], leg: Mapping[str, Any], said: Words) -> ExportStop:
    stop = _stop(feature, said)
    begin, arrive = datetime.fromisoformat(leg["begin"]), datetime.fromisoformat(leg["arrive"])
    why = said.text("export.rest", why=said.text(f"because.{leg['because']}"), min=round(leg["rest_s"] / 60))
    unsure = "" if leg["hours_known"] else said.text("open.null")
    stay_s = (begin - arrive).total_seconds() + leg["rest_s"]
    return replace(stop, arrive=arrive, rest_s=stay_s, about="\n".join(filter(None, (why, unsure, stop.about))))
