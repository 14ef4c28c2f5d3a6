"""The coverage report as a run: what it asks, its answer, its figures.

In: JSON.    Out: a checked question; the figures of the report, of which its files are made.
Never knows: processes, paper, languages.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ConfigDict, Field, FiniteFloat

from locator.coverage import LIMIT_S, LONGEST_S, CoverAsk
from locator.locator import Locator
from locator.reporting import report_json
from locator.settings import Settings
from locator.web.planning_asks import Meant, PlannedBody, vehicle_meant, want_meant

Json = dict[str, Any]
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
