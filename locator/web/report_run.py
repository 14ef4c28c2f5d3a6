"""The coverage report as a run: what it asks, its answer, its figures.

In: JSON.    Out: a checked question; the figures of the report; its files, made once in the run's own process.
Never knows: processes, HTTP.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pydantic import ConfigDict, Field, FiniteFloat

from locator.coverage import LIMIT_S, LONGEST_S, CoverAsk
from locator.locator import Locator
from locator.printing.report_files import report_file
from locator.reporting import report_json
from locator.settings import Settings
from locator.web.planning_asks import Meant, PlannedBody, vehicle_meant, want_meant
from locator.words import LANGS, words

Json = dict[str, Any]
FORMS = ("pdf", "xlsx", "gpkg")
WORDLESS = "gpkg"                    # the same in every language
GAPS = 10_000                        # in the workbook and the GeoPackage; paper shows the worst


class ReportAsked(PlannedBody, Meant):
    """Coverage, spacing, what a closed place would cost and data quality, to hand over."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    limit_s: FiniteFloat = Field(LIMIT_S, ge=1, le=LONGEST_S, description="Covered is what is no farther, seconds of driving.")


def run_report(settings: Settings, locator: Locator, asked: ReportAsked, progress: Callable[[str, float, float], None]) -> Json:
    return report_json(locator, report_ask(asked), progress=progress)


def fix_report(asked: ReportAsked) -> Json:
    report_ask(asked)                                     # what the core refuses is refused before it waits
    return {}


def report_ask(asked: ReportAsked) -> CoverAsk:
    """The question meant. Raises BadInput."""
    return CoverAsk(limit_s=asked.limit_s, vehicle=vehicle_meant(asked), want=want_meant(asked), weekday=asked.weekday,
                    hour=asked.hour, gaps=GAPS)


def report_figures(told: Mapping[str, Any], of_coverage: Callable[[Json], dict[str, float | None]],
                   of_spacing: Callable[[Json], dict[str, float | None]]) -> dict[str, float | None]:
    """Those of its coverage and of its spacing."""
    return of_coverage(told["coverage"]) | of_spacing(told["spacing"])


def file_name(form: str, lang: str) -> str:
    """What a file of a report is kept as."""
    return f"report.{form}" if form == WORDLESS else f"report.{lang}.{form}"


def make_file(told: Json, form: str, lang: str, made: datetime) -> bytes:
    return report_file(told, form, words(lang), made)


def report_files(told: Json, made: datetime) -> dict[str, bytes]:
    """Every form in every language, by file_name. made: in the region's zone."""
    wanted = {file_name(form, lang): (form, lang) for form in FORMS for lang in LANGS}
    return {name: make_file(told, form, lang, made) for name, (form, lang) in wanted.items()}
