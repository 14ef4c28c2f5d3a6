"""The coverage report: its figures are those of the questions themselves, in every form; hostile names stay text."""
from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyogrio
import pypdfium2 as pdfium
import pytest

from locator.coverage import CoverAsk
from locator.freight import Traffic
from locator.locator import Locator
from locator.planner_answers import coverage_json, criticality_json
from locator.printing.report import area_name, km, percent, place_name, plain_words
from locator.printing.report_files import report_file, sheets_of
from locator.reporting import report_json
from locator.settings import Settings
from locator.wiring import open_locator
from locator.words import words
from tests.cli.conftest import Run
from tests.web.conftest import HOSTILE

MADE = datetime(2026, 11, 26, 8, tzinfo=UTC)
ASK = CoverAsk(limit_s=900.0, gaps=10_000)


@pytest.fixture(scope="module")
def locator_of_sample(wujin: Settings) -> Locator:
    return open_locator(wujin)


@pytest.fixture(scope="module")
def told(locator_of_sample: Locator) -> dict[str, Any]:
    return report_json(locator_of_sample, ASK)


def text_of(pdf: bytes) -> str:
    document = pdfium.PdfDocument(pdf)
    try:
        return "".join(document[page].get_textpage().get_text_range() for page in range(len(document)))
    finally:
        document.close()


def test_the_figures_are_the_questions_own(told: dict[str, Any], locator_of_sample: Locator) -> None:
    coverage = coverage_json(locator_of_sample.coverage(ASK), lines=True)
    assert told["coverage"] == coverage
    assert len(told["places"]) == coverage["places"]["open"] + coverage["places"]["unknown"] == told["quality"]["places"]
    assert sum(told["quality"]["by_accuracy"].values()) == sum(told["quality"]["by_kind"].values()) == told["quality"]["places"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_on_paper_the_share_every_class_and_every_assumption_can_be_read(told: dict[str, Any], lang: str) -> None:
    said = words(lang)
    text = "".join(text_of(report_file(told, "pdf", said, MADE)).split())
    share = percent(told["coverage"]["total"]["share"])
    expected = [share, said.text("report.schematic"), *plain_words(told, said), said.text("report.quality"),
                *(percent(one["share"]) for one in told["coverage"]["by_class"]),
                km(told["coverage"]["features"][0]["properties"]["length_m"])]
    for sentence in expected:
        assert "".join(sentence.split()) in text, sentence


def test_areas_traffic_and_what_would_be_missed_are_in_it(locator_of_sample: Locator) -> None:
    """By area and by lorries where given; criticality always, as the question itself has it."""
    counts = Traffic(by_ref={"G42": 12_000.0, "S232": 900.0})
    ask = replace(ASK, zones="grid_cells", traffic=counts)
    told, said = report_json(locator_of_sample, ask), words("en")
    missed = criticality_json(locator_of_sample.criticality(ask, gains=False))
    assert told["criticality"] == missed and len(missed["features"]) > 15
    text = "".join(text_of(report_file(told, "pdf", said, MADE)).split())
    total, first = told["coverage"]["total"], missed["features"][0]["properties"]
    lost = [said.text("report.traffic", share=percent(total["lorry_share"]), km=km(total["counted_m"])),
            said.text("report.most_critical", name=place_name(first, said), km=km(first["lost_m"])),
            *(area_name(one, said) + percent(one["share"]) for one in told["coverage"]["by_zone"])]
    for sentence in lost:
        assert "".join(sentence.split()) in text, sentence
    assert "kilometresliein" in text
    for lang in ("zh", "en"):
        assert [name for name, _, _ in sheets_of(told, words(lang)) if len(name) > 31] == []      # Excel cuts or refuses it
    book = openpyxl.load_workbook(io.BytesIO(report_file(told, "xlsx", said, MADE)))
    assert book["If one closed"].max_row - 1 == len(missed["features"])
    areas = list(book["Areas"].iter_rows(min_row=2, values_only=True))
    assert sum(row[3] for row in areas) == pytest.approx(sum(one["covered_m"] for one in told["coverage"]["by_zone"]))


def test_the_workbook_has_every_gap_and_direction_and_no_formula(told: dict[str, Any]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(report_file(told, "xlsx", words("en"), MADE)))
    gaps, spacing = book["Gaps"], book["Spacing"]
    assert gaps.max_row - 1 == told["coverage"]["gaps_total"] and spacing.max_row - 1 == len(told["spacing"]["directions"])
    assert sum(row[2] for row in gaps.iter_rows(min_row=2, values_only=True)) == pytest.approx(
        sum(one["properties"]["length_m"] for one in told["coverage"]["features"]))
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_the_geopackage_has_gaps_bands_and_places(told: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "report.gpkg"
    file.write_bytes(report_file(told, "gpkg", words("en"), MADE))
    assert {name for name, _ in pyogrio.list_layers(file)} == {"gaps", "bands", "places"}
    gaps = pyogrio.read_dataframe(file, layer="gaps")
    assert len(gaps) == told["coverage"]["gaps_total"] and gaps.crs.to_epsg() == 4326
    assert len(pyogrio.read_dataframe(file, layer="places")) == len(told["places"])


def test_hostile_names_are_text_in_every_form(told: dict[str, Any], tmp_path: Path) -> None:
    names = [*HOSTILE, "=cmd|' /C calc'!A0", "#import \"x\"; #panic()", "@SUM(1+1)"]
    places = [{**one, "name": names[i % len(names)], "source": names[i % len(names)]} for i, one in enumerate(told["places"])]
    gap = told["coverage"]["features"][0]
    wrong = {**gap, "properties": {**gap["properties"], "refs": [], "names": [names[-3], names[-2]]}}
    lost = [{**one, "properties": {**one["properties"], "name": names[i % len(names)], "name_en": None}}
            for i, one in enumerate(told["criticality"]["features"])]
    bad = {**told, "places": places, "criticality": {**told["criticality"], "features": lost},
           "coverage": {**told["coverage"], "features": [wrong, *told["coverage"]["features"][1:]]},
           "quality": {**told["quality"], "by_source": dict.fromkeys(names, 1)}}
    text = text_of(report_file(bad, "pdf", words("en"), MADE))
    assert "#panic()" in text and "{{7*7}}" in text and "49" not in text.split("{{7*7}}")[0][-3:]
    book = openpyxl.load_workbook(io.BytesIO(report_file(bad, "xlsx", words("en"), MADE)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    texts = [cell.value for cell in cells if isinstance(cell.value, str)]
    assert "'=cmd|' /C calc'!A0" in texts and not [one for one in texts if one.startswith(("=", "@", "+"))]
    (tmp_path / "bad.gpkg").write_bytes(report_file(bad, "gpkg", words("en"), MADE))
    assert set(names) >= set(pyogrio.read_dataframe(tmp_path / "bad.gpkg", layer="places")["name"])


def test_the_command_writes_what_its_ending_says(wujin: Settings, tmp_path: Path) -> None:
    from tests.cli.conftest import runner

    run: Run = runner(wujin.data)
    done = run("report", "--out", tmp_path / "r.pdf", "--limit-s", 900)
    assert done.exit_code == 0 and (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF-"), done.stderr
    assert run("report", "--out", tmp_path / "r.docx").exit_code == 2
    (tmp_path / "counts.csv").write_text("ref,lorries_day\nG42,12000\n", encoding="utf-8")
    done = run("report", "--zones", "grid_cells", "--traffic", tmp_path / "counts.csv", "--json")
    coverage = json.loads(done.stdout)["coverage"]
    assert len(coverage["by_zone"]) == 10 and 0 < coverage["total"]["lorry_share"] <= 1
