"""The coverage report on paper, in words.

In: what locator.reporting gathered, Words, the time.    Out: PDF.
Never knows: how a figure was found. Names of places and roads are data: text on paper, whatever they hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from locator.reporting import worst_directions
from locator.words import Words
from maps.bandmap import draw_bands, height_for
from maps.looks import BANDS, GAP, KINDS
from maps.paper import write_pdf

GAPS, ROADS, CRITICAL, ZONES = 20, 24, 15, 40  # rows on paper; the workbook has all
MAP_MM = (174.0, 160.0)  # as wide, and at most as high
Report = Mapping[str, Any]
Table = dict[str, Any]


# ---------------------------------------------------------------- paper


def report_pdf(told: Report, said: Words, made: datetime) -> bytes:
    coverage, region = told["coverage"], told["region"]
    total, minutes = coverage["total"], coverage["limit_s"] / 60
    bands, colours = coverage["lines"]["features"], {kind: look.colour for kind, look in KINDS.items()}
    dots = [(one["lon"], one["lat"], colours.get(one["kind"], "#4A5560")) for one in told["places"]]
    height_mm = height_for([*bands, *coverage["features"]], dots, *MAP_MM)
    picture = draw_bands(bands, coverage["features"], dots, colours=BANDS, gap=GAP, width_mm=MAP_MM[0], height_mm=height_mm)
    title = said.text("report.title", region=region[f"title_{said.lang}"] or region["name"])
    day = made.strftime("%Y-%m-%d %H:%M")
    warnings = [{"a": said.text("report.schematic"), "b": ""}] if region["schematic"] else []
    if coverage["approximate"] and not region["schematic"]:
        warnings.append({"a": said.text("report.approximate", n=coverage["places_unsure"]), "b": ""})
    data = {
        "title": title,
        "author": "Locator",
        "keywords": [],
        "lang": said.lang,
        "text_region": "CN" if said.lang == "zh" else "GB",
        "subtitle": said.text("report.subtitle", day=day),
        "warnings": warnings,
        "small_print": [],
        "foot": f"{title} · {day} · {region['attribution']}",
        "headline": {"figure": percent(total["share"]), "says": said.text("report.headline", min=f"{minutes:g}")},
        "plain": plain_words(told, said),
        "map": {
            "file": "map.svg",
            "width_mm": MAP_MM[0],
            "height_mm": height_mm,
            "alt": said.text("report.map_alt", share=percent(total["share"]), n=coverage["gaps_total"]),
        },
        "legend": legend(coverage, said),
        "sections": [one(told, said) for one in SECTIONS if one is not _zones or told["coverage"]["by_zone"]],
    }
    return write_pdf("report", data, {"map.svg": picture}, made=made)


def plain_words(told: Report, said: Words) -> list[str]:
    """The report in a few sentences anybody can read."""
    coverage, total = told["coverage"], told["coverage"]["total"]
    kinds = ("、" if said.lang == "zh" else ", ").join(
        f"{said.name('kind', kind)} {n}" for kind, n in told["quality"]["by_kind"].items()
    )
    lines = [
        said.text(
            "report.roads",
            km=km(total["total_m"]),
            covered=km(total["covered_m"]),
            n=coverage["places"]["open"],
            kinds=kinds or "—",
        )
    ]
    if total["lorry_share"] is not None:
        lines.append(said.text("report.traffic", share=percent(total["lorry_share"]), km=km(total["counted_m"])))
    if coverage["features"]:
        worst = coverage["features"][0]["properties"]
        which = "report.heaviest_gap" if weighed(told) else "report.worst_gap"
        lines.append(said.text(which, n=coverage["gaps_total"], name=gap_name(worst, said), km=km(worst["length_m"])))
    else:
        lines.append(said.text("report.no_gap"))
    if coverage["unreachable_m"]:
        lines.append(said.text("report.unreachable", km=km(coverage["unreachable_m"])))
    if coverage["places"]["unknown"]:
        share = None if coverage["if_unknown_open"] is None else coverage["if_unknown_open"]["share"]
        lines.append(said.text("report.unknown_hours", n=coverage["places"]["unknown"], share=percent(share)))
    if (first := next(iter(told["criticality"]["features"]), None)) is not None and first["properties"]["lost_m"] > 0:
        one = first["properties"]
        lines.append(said.text("report.most_critical", name=place_name(one, said), km=km(one["lost_m"])))
    judged = [{verdict["verdict"] for verdict in one["verdicts"]} for one in told["spacing"]["directions"]]
    if told["spacing"]["norms"]:
        failed, met = sum("exceeded" in one for one in judged), sum(one == {"met"} for one in judged)
        lines.append(said.text("report.norms_failed", failed=failed, met=met, of=len(judged)))
    return lines


def legend(coverage: Mapping[str, Any], said: Words) -> list[dict[str, str]]:
    texts = [said.text("planner.to_min", min=f"{band['limit_s'] / 60:g}") for band in coverage["bands"]]
    return [
        {"colour": BANDS[min(i, len(BANDS) - 1)], "text": text} for i, text in enumerate([*texts, said.text("planner.beyond")])
    ]


def _shares(told: Report, said: Words) -> Table:
    bands = [
        [said.text("planner.to_min", min=f"{one['limit_s'] / 60:g}"), percent(one["share"]), km(one["covered_m"])]
        for one in told["coverage"]["bands"]
    ]
    return section(said, "bands", ["time", "share", "covered"], bands, "lrr")


def _classes(told: Report, said: Words) -> Table:
    rows = [[said.name("road_class", one["road_class"]), *_shared(one, told)] for one in told["coverage"]["by_class"]]
    return section(said, "classes", ["class", *_share_heads(told)], rows, "l" + "r" * len(_share_heads(told)))


def _zones(told: Report, said: Words) -> Table:
    """By the areas of the layer asked for, the worst first."""
    known = sorted(told["coverage"]["by_zone"] or [], key=lambda one: (one["share"] is None, one["share"]))
    rows = [[area_name(one, said), *_shared(one, told)] for one in known[:ZONES]]
    return section(said, "zones", ["zone", *_share_heads(told)], rows, "l" + "r" * len(_share_heads(told)))


def _share_heads(told: Report) -> list[str]:
    return ["share", "covered", "total", *(["lorry_share"] if weighed(told) else [])]


def _shared(one: Mapping[str, Any], told: Report) -> list[str]:
    lorries = [percent(one["lorry_share"])] if weighed(told) else []
    return [percent(one["share"]), km(one["covered_m"]), km(one["total_m"]), *lorries]


def weighed(told: Report) -> bool:
    """Was traffic given for any of these roads?"""
    return told["coverage"]["total"]["lorry_km_day"] is not None


def _critical(told: Report, said: Words) -> Table:
    """The places whose closing costs most."""
    lost = [one["properties"] for one in told["criticality"]["features"][:CRITICAL]]
    rows = [
        [
            str(one["rank"]),
            place_name(one, said),
            km(one["lost_m"]),
            *_lorries(one["lost_lorry_km_day"], told),
            km(one["taken_m"]),
            "—" if one["extra_s"] is None else said.text("planner.min", min=round(one["extra_s"] / 60)),
        ]
        for one in lost
        if one["served_m"] > 0
    ]
    heads = ["rank", "name", "lost", *(["lorry_km"] if weighed(told) else []), "taken", "extra"]
    return section(said, "critical", heads, rows, "rl" + "r" * (len(heads) - 2), (2, 14, *(4,) * (len(heads) - 2)), n=CRITICAL)


def _gaps(told: Report, said: Words) -> Table:
    rows = [
        [str(i), gap_name(one, said), km(one["length_m"]), *_lorries(one["lorry_km_day"], told), worst(one, said)]
        for i, one in enumerate((gap["properties"] for gap in told["coverage"]["features"][:GAPS]), start=1)
    ]
    if weighed(told):
        return section(said, "gaps", ["rank", "road", "length", "lorry_km", "worst"], rows, "rlrrr", (2, 13, 4, 4, 6), n=GAPS)
    return section(said, "gaps", ["rank", "road", "length", "worst"], rows, "rlrr", (2, 16, 4, 7), n=GAPS)


def _lorries(lorry_km_day: float | None, told: Report) -> list[str]:
    """A cell, where traffic was given."""
    return ["—" if lorry_km_day is None else f"{lorry_km_day:,.0f}"] if weighed(told) else []


def _spacing(told: Report, said: Words) -> Table:
    rows = [
        [
            f"{one['ref'] or one['name'] or '—'} {one['heading']}",
            km(one["length_m"]),
            str(len(one["stops"])),
            km(one["longest_m"]),
            "; ".join(said.name("verdict", v["verdict"]) for v in one["verdicts"]),
        ]
        for one in worst_directions(told["spacing"], ROADS)
    ]
    norms = [
        said.text("report.norm", name=said.name("norm", one["norm"]), km=km(one["limit_m"]), source=one["source"] or "—")
        for one in told["spacing"]["norms"]
    ]
    return section(
        said, "spacing", ["road", "length", "stops", "longest", "verdicts"], rows, "lrrrl", (4, 2, 2, 2, 4), norms, n=ROADS
    )


def assumptions(told: Report, said: Words) -> Table:
    coverage = told["coverage"]
    lines = [
        said.text(
            f"report.assume_{name}",
            min=f"{coverage['limit_s'] / 60:g}",
            vehicle=said.text(f"vehicle.{coverage['vehicle']}"),
            classes=", ".join(said.name("road_class", one) for one in coverage["classes"]),
        )
        for name in ASSUMED
    ]
    asked = {
        "kinds": [said.name("kind", one) for one in coverage["kinds"]],
        "services": [said.name("service", one) for one in coverage["services"]],
        "hour": None if coverage["hour"] is None else f"{coverage['hour']:02d}:00",
    }
    lines += [said.text(f"report.only_{name}", value=value) for name, value in asked.items() if value]
    return section(said, "assumptions", [], [], "", paragraphs=lines)


def _quality(told: Report, said: Words) -> Table:
    quality, roads = told["quality"], told["roads"]
    count = quality["places"]
    rows = [
        [said.text("report.accuracy_row", name=said.name("accuracy", name)), str(n), percent(n / count if count else None)]
        for name, n in quality["by_accuracy"].items()
    ]
    rows += [
        [said.text(f"report.known_{name}"), str(n), percent(n / count if count else None)] for name, n in quality["known"].items()
    ]
    lines = [
        said.text(
            "report.quality_roads",
            km=f"{roads.get('road_km', 0):,.0f}",
            kept=roads.get("restrictions_kept", 0),
            read=roads.get("restrictions_read", 0),
            height=roads.get("height_signs", 0),
            mass=roads.get("mass_signs", 0),
        )
    ]
    return section(said, "quality", ["what", "places", "share"], rows, "lrr", (6, 1, 1), lines)


def _sources(told: Report, said: Words) -> Table:
    inputs = told["inputs"]
    lines = [
        said.text("report.built", built=inputs["built"], files=inputs["files"] or "—", program=inputs["program"]),
        told["region"]["attribution"],
    ]
    rows = [[name, str(number)] for name, number in inputs["layers"].items()]
    rows += [[said.text("report.source_row", name=name), str(n)] for name, n in list(told["quality"]["by_source"].items())[:12]]
    return section(said, "sources", ["what", "version"], rows, "lr", (5, 1), [line for line in lines if line])


SECTIONS = (_shares, _classes, _zones, _gaps, _spacing, _critical, assumptions, _quality, _sources)
ASSUMED = ("direction", "vehicle", "roads", "free_flow", "unknown_hours", "edges")


def section(
    said: Words,
    name: str,
    heads: Sequence[str],
    rows: list[list[str]],
    align: str,
    widths: Sequence[int] = (),
    paragraphs: Sequence[str] = (),
    **more: Any,
) -> Table:
    table = (
        {
            "heads": [said.text(f"report.head_{head}") for head in heads],
            "rows": rows,
            "align": list(align),
            "widths": list(widths) or [3] + [1] * (len(heads) - 1),
        }
        if heads
        else None
    )
    return {
        "title": said.text(f"report.{name}", **more),
        "paragraphs": list(paragraphs),
        "table": table,
        "empty": said.text("report.nothing"),
    }


# ---------------------------------------------------------------- figures as they are said


def percent(share: float | None) -> str:
    return "—" if share is None else f"{100 * share:.1f} %"


def km(metres: float | None) -> str:
    if metres is None:
        return "—"
    if metres < 950:
        return f"{metres:.0f} m"
    return f"{metres / 1000:,.1f} km" if metres < 99_500 else f"{metres / 1000:,.0f} km"


def gap_name(gap: Mapping[str, Any], said: Words) -> str:
    return " · ".join([*gap["refs"], *gap["names"]][:3]) or said.text("planner.unnamed")


def place_name(place: Mapping[str, Any], said: Words) -> str:
    kind = said.name("kind", place["kind"])
    return f"{area_name(place, said)} ({kind})" if place["name"] or place["name_en"] else f"{kind} {place['id']}"


def area_name(one: Mapping[str, Any], said: Words) -> str:
    return str((one["name_en"] if said.lang == "en" else None) or one["name"] or one["id"])


def worst(gap: Mapping[str, Any], said: Words) -> str:
    return (
        said.text("planner.unreachable") if gap["worst_s"] is None else said.text("planner.min", min=round(gap["worst_s"] / 60))
    )
