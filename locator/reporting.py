"""The coverage report as figures: coverage, spacing, what breaks when a place closes, the quality of the data, its ground.

In: a Locator, a CoverAsk.    Out: a plain dict, of which every form of the report is made.
Never knows: languages, paper, spreadsheets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from geodata.layers import rows
from locator.atlas import Atlas
from locator.coverage import CoverAsk, Progress
from locator.locator import Locator
from locator.planner_answers import coverage_json, criticality_json, spacing_json
from locator.scenarios import inputs_of
from locator.spacing import SpacingAsk

OLD_DAYS = 365  # records not checked for longer are counted apart
MOST_CRITICAL = 200  # places told whose closing costs most; the order of gains, a search for each place, is left to criticality
PLACE = ("id", "layer", "kind", "name", "name_en", "position_accuracy", "hours", "updated", "source")


def report_json(locator: Locator, ask: CoverAsk, *, progress: Progress | None = None) -> dict[str, Any]:
    """Coverage with its lines, spacing and criticality of the same places, the places that count, data quality, inputs."""
    answer = locator.coverage(ask, progress=progress)
    coverage, atlas = coverage_json(answer, lines=True), locator.atlas
    want = SpacingAsk(vehicle=ask.vehicle, want=ask.want, weekday=ask.weekday, hour=ask.hour)
    counted = np.concatenate([answer.coverage.usable.open, answer.coverage.usable.unknown])
    place = rows(atlas.frame)
    places = [
        {
            **{name: place[row].get(name) for name in PLACE},
            "lon": float(atlas.places.lonlat[row, 0]),
            "lat": float(atlas.places.lonlat[row, 1]),
        }
        for row in counted.tolist()
    ]
    facts = locator.region.facts
    return {
        "coverage": coverage,
        "spacing": spacing_json(locator.spacing(want, progress=progress)),
        "criticality": criticality_json(locator.criticality(ask, gains=False, progress=progress), limit=MOST_CRITICAL),
        "places": places,
        "quality": quality_of(atlas, counted),
        "inputs": inputs_of(locator),
        "roads": dict(facts.summary),
        "region": {
            "name": facts.name,
            "title_zh": facts.title_zh,
            "title_en": facts.title_en,
            "country": facts.country,
            "schematic": facts.schematic,
            "attribution": facts.attribution,
            "bbox": list(facts.bbox),
        },
    }


def quality_of(atlas: Atlas, counted: np.ndarray[Any, np.dtype[np.int64]]) -> dict[str, Any]:
    """How well the places that count are known: by accuracy of position; hours, services, age unknown; by source."""
    frame = atlas.frame.iloc[counted]
    known = {
        name: int(_said(frame[name]).sum()) if name in frame else 0 for name in ("hours", "services", "lorry_bays", "updated")
    }
    return {
        "places": len(frame),
        "by_accuracy": _counts(frame, "position_accuracy"),
        "by_source": _counts(frame, "source"),
        "by_kind": _counts(frame, "kind"),
        "known": known,
    }


def _said(column: pd.Series[Any]) -> pd.Series[bool]:
    return column.notna() & (column.astype("object").astype(str).str.strip() != "")


def _counts(frame: pd.DataFrame, name: str) -> dict[str, int]:
    if name not in frame:
        return {}
    said = Counter(str(value) if isinstance(value, str) and value else "unknown" for value in frame[name].astype("object"))
    return dict(sorted(said.items(), key=lambda one: (-one[1], one[0])))


def worst_directions(spacing: Mapping[str, Any], most: int) -> list[dict[str, Any]]:
    """The directions with the longest stretches without a stop, the longest first."""
    return sorted(spacing["directions"], key=lambda one: (-(one["longest_m"] or 0.0), str(one["ref"]), one["heading"]))[:most]
