"""The coverage report as files: PDF, a workbook, a GeoPackage.

In: what locator.reporting gathered, Words, the time.    Out: bytes.
Never knows: how a figure was found. Texts in a sheet are texts, never formulas or links.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import geopandas as gpd
import shapely
import xlsxwriter

from geodata.sheets import neutral
from locator.planner_files import gpkg_bytes
from locator.printing.report import Report, area_name, assumptions, gap_name, plain_words, report_pdf
from locator.words import Words

FORMS = ("pdf", "xlsx", "gpkg", "json")
SHARED = ("share", "covered_m", "total_m", "lorry_share", "counted_m")
LOST = ("lost_m", "lost_lorry_km_day", "taken_m", "extra_s", "worst_extra_s")
Sheet = tuple[str, list[str], list[list[Any]]]


def report_file(told: Report, form: str, said: Words, made: datetime) -> bytes:
    """`told` (locator.reporting.report_json) as pdf, xlsx or gpkg."""
    return {"pdf": report_pdf, "xlsx": report_xlsx, "gpkg": report_gpkg}[form](told, said, made)


def report_xlsx(told: Report, said: Words, made: datetime) -> bytes:
    """Every table as a sheet, all gaps and directions in it; texts are texts, never formulas or links."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(
        content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"title": said.text("report.title", region=told["region"]["name"]), "created": made.replace(tzinfo=None)})
    head = book.add_format({"bold": True, "bottom": 1})
    for name, heads, rows in sheets_of(told, said):
        sheet = book.add_worksheet(name[:31])
        sheet.freeze_panes(1, 0)
        for column, text in enumerate(heads):
            sheet.write_string(0, column, text, head)
        sheet.set_column(0, len(heads) - 1, 18)
        for line, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if isinstance(value, bool) or value is None:
                    continue
                if isinstance(value, (int, float)):
                    sheet.write_number(line, column, value)
                else:
                    sheet.write_string(line, column, neutral(str(value)[:32_000]))
    book.close()
    return content.getvalue()


def sheets_of(told: Report, said: Words) -> list[Sheet]:
    """(name, heads, rows) of each sheet; metres and shares as numbers."""
    coverage = told["coverage"]

    def head(*names: str) -> list[str]:
        return [said.text(f"report.head_{name}") for name in names]

    warn = [[said.text("report.schematic")]] if told["region"]["schematic"] else []
    summary = [[line] for line in plain_words(told, said)] + warn + [[told["region"]["attribution"]]]
    bands = [[one["limit_s"] / 60, one["share"], one["covered_m"], one["total_m"]] for one in coverage["bands"]]
    classes = [
        [said.name("road_class", one["road_class"]), *(one[name] for name in SHARED)]
        for one in coverage["by_class"]
    ]
    zones = [[one["id"], area_name(one, said), *(one[name] for name in SHARED)] for one in coverage["by_zone"] or ()]
    critical = [
        [*(one[name] for name in ("rank", "id")), area_name(one, said), *(one[name] for name in LOST)]
        for one in (feature["properties"] for feature in told["criticality"]["features"])
    ]
    gaps = [
        [i, gap_name(p, said), p["length_m"], p["worst_s"], p["unreachable_m"], p["lorry_km_day"], p["lon"], p["lat"]]
        for i, p in enumerate((one["properties"] for one in coverage["features"]), start=1)
    ]
    spacing = [
        [
            one["ref"],
            one["name"],
            one["heading"],
            one["length_m"],
            len(one["stops"]),
            one["longest_m"],
            one["longest_s"],
            *(f"{v['norm']}: {v['verdict']}" for v in one["verdicts"]),
        ]
        for one in told["spacing"]["directions"]
    ]
    places = [
        [one[name] for name in ("id", "layer", "kind", "name", "position_accuracy", "hours", "updated", "source", "lon", "lat")]
        for one in told["places"]
    ]
    quality = [[said.name("accuracy", name), n] for name, n in told["quality"]["by_accuracy"].items()]
    quality += [[said.text(f"report.known_{name}"), n] for name, n in told["quality"]["known"].items()]
    inputs = [[name, value] for name, value in told["inputs"]["layers"].items()]
    inputs += [[name, str(told["inputs"][name])] for name in ("build", "built", "files", "closures", "program")]
    assume = [[line] for line in assumptions(told, said)["paragraphs"]]
    return [
        (said.text("report.sheet_summary"), [said.text("report.title", region=told["region"]["name"])], summary),
        (said.text("report.bands"), head("minutes", "share", "covered_m", "total_m"), bands),
        (said.text("report.classes"), head("class", *SHARED), classes),
        *([(said.text("report.sheet_zones"), head("id", "zone", *SHARED), zones)] if zones else []),
        (
            said.text("report.sheet_gaps"),
            head("rank", "road", "length_m", "worst_s", "unreachable_m", "lorry_km", "lon", "lat"),
            gaps,
        ),
        (
            said.text("report.sheet_spacing"),
            head("ref", "name", "heading", "length_m", "stops", "longest_m", "longest_s", "verdicts"),
            spacing,
        ),
        (said.text("report.sheet_critical"), head("rank", "id", "name", *LOST), critical),
        (
            said.text("report.sheet_places"),
            ["id", "layer", "kind", "name", "position_accuracy", "hours", "updated", "source", "lon", "lat"],
            places,
        ),
        (said.text("report.quality"), head("what", "places"), quality),
        (said.text("report.assumptions"), head("what"), assume),
        (said.text("report.sources"), head("what", "version"), inputs),
    ]


# ---------------------------------------------------------------- a GeoPackage


def report_gpkg(told: Report, said: Words, made: datetime) -> bytes:
    """Layers gaps, bands and places, EPSG:4326."""
    coverage = told["coverage"]
    layers = {
        "gaps": _frame(coverage["features"]),
        "bands": _frame(coverage["lines"]["features"]),
        "places": gpd.GeoDataFrame(
            told["places"], geometry=[shapely.Point(one["lon"], one["lat"]) for one in told["places"]], crs=4326
        ),
    }
    return gpkg_bytes({name: frame for name, frame in layers.items() if len(frame)})


def _frame(features: Sequence[Mapping[str, Any]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        [one["properties"] for one in features], geometry=[shapely.geometry.shape(one["geometry"]) for one in features], crs=4326
    )
