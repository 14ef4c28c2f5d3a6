"""The questions planners leave to run: what each asks, how it is answered, which of its figures are kept side by side.

In: a kind and JSON.    Out: a checked question; its answer as a plain dict; its figures.
Never knows: HTTP, jobs, scenarios. The command line and a job's process ask here as the views do.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, ConfigDict, Field, FiniteFloat, ValidationError

from geodata.errors import BadInput
from locator.asks import LONGEST_DETOUR_S, Want
from locator.audit.asking import DEPTHS, AuditAsk
from locator.audit.running import run_audit
from locator.audit.sources import Given
from locator.audit.telling import audit_json
from locator.coverage import CoverAsk
from locator.locator import Locator
from locator.planner_answers import coverage_json, spacing_json
from locator.rules import RULE_SETS
from locator.settings import Settings
from locator.web.answering import vehicle_of
from locator.web.asking import Asked, Avoiding, Datum, Kinds, Services, Text, VehicleIn, among, listed
from locator.web.planning_asks import CoverageAsked, SpacingAsked, cover_ask, spacing_ask
from locator.web.problems import of_pydantic
from locator.web.report_run import ReportAsked, fix_report, report_figures, report_files, run_report
from locator.web.siting_asks import SitingAsked
from locator.web.siting_run import fix_siting, run_siting, siting_figures
from locator.wiring import AuditorThere, audit_executor

MOST_TRIPS = 50_000
Progress = Callable[[str, float, float], None]
Json = dict[str, Any]


class AuditAsked(Asked, Avoiding):
    """Trips against the driving time; each trip as a row of a table would say it (docs/planner.md)."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    trips: list[dict[str, Any]] = Field(min_length=1, max_length=MOST_TRIPS, description=(
        "Objects with id, weight, depart and one of: from_lon, from_lat, to_lon, to_lat; polyline; lon, lat, time."))
    depth: Annotated[str, AfterValidator(among(DEPTHS)), listed(DEPTHS)] = Field("routed", description=(
        "quick: timed tracks, the corridor only; routed: pairs of ends; matched: lines on the roads driven."))
    rule: Annotated[str, AfterValidator(among(RULE_SETS)), listed(RULE_SETS)] = Field("cn", description="Whose rules.")
    on: date | None = Field(None, description="The law of this day. Default: today.")
    behind_s: FiniteFloat = Field(0.0, ge=0, le=86_400, description="Driven before each trip since the last rest, seconds.")
    corridor_m: FiniteFloat | None = Field(None, ge=1, le=50_000, description="Only places so near the line.")
    max_detour_s: FiniteFloat | None = Field(None, ge=0, le=LONGEST_DETOUR_S, description="What leaving the road may cost.")
    vehicle: VehicleIn = Field(default_factory=lambda: VehicleIn.model_validate({}), description="A lorry by default.")
    kinds: Kinds = Field([], description="Only these kinds of place.")
    services: Services = Field([], description="Only places known to have all of these.")
    min_bays: int | None = Field(None, ge=1, le=100_000, description="Only places known to have so many lorry bays.")
    datum: Datum = "wgs84"
    label: Text | None = Field(None, description="What you call this run.")


@dataclass(frozen=True)
class Question:
    """model    what may be asked, checked;  run: its answer
    fixed    what is filled in when it is kept, so that asking again asks the same
    figures  the numbers of an answer that are set beside another's, in order
    files    what is made of an answer once and kept with it, by name; None: nothing
    """

    model: type[Asked]
    run: Callable[[Settings, Locator, Any, Progress], Json]
    fixed: Callable[[Any], Json]
    figures: Callable[[Json], dict[str, float | None]]
    files: Callable[[Json, datetime], dict[str, bytes]] | None = None


def check_question(kind: str, given: Mapping[str, Any], region: str) -> Json:
    """The question as it will be run, every default filled in. Raises  BadInput not_allowed, and what the kind refuses."""
    if kind not in QUESTIONS:
        raise BadInput("not_allowed", field="question", value=kind, allowed=", ".join(QUESTIONS))
    if (other := given.get("region")) not in (None, "", region):             # a run's own region is said beside its question
        raise BadInput("not_allowed", field="region", value=str(other)[:40], allowed=region)
    question = QUESTIONS[kind]
    asked = _read(question.model, {**given, "region": region})
    return asked.model_dump(mode="json", by_alias=True, exclude={"lang"}) | question.fixed(asked)


def answer_question(kind: str, given: Mapping[str, Any], settings: Settings, locator: Locator, progress: Progress) -> Json:
    question = QUESTIONS[kind]
    return question.run(settings, locator, _read(question.model, given), progress)


def files_of(kind: str, answer: bytes, made: datetime) -> dict[str, bytes]:
    """The files of an answer, as JSON. made: in the region's zone."""
    make = QUESTIONS[kind].files
    return {} if make is None else make(orjson.loads(answer), made)


def figures_of(kind: str, told: Json) -> dict[str, float | None]:
    return QUESTIONS[kind].figures(told)


def _read(model: type[Asked], given: Mapping[str, Any]) -> Asked:
    try:
        return model.model_validate(dict(given))
    except ValidationError as why:
        raise of_pydantic(why, model) from why


# ---------------------------------------------------------------- coverage

def _coverage_ask(asked: CoverageAsked) -> CoverAsk:
    return cover_ask(asked, zones=asked.zones, bands_s=tuple(asked.bands_s), gaps=asked.gaps)


def _coverage(settings: Settings, locator: Locator, asked: CoverageAsked, progress: Progress) -> Json:
    return coverage_json(locator.coverage(_coverage_ask(asked), progress=progress), lines=asked.lines)


def _coverage_figures(told: Json) -> dict[str, float | None]:
    total = told["total"]
    bands = {f"share_{band['limit_s'] / 60:g}_min": band["share"] for band in told["bands"]}
    return {"share": total["share"], "covered_m": total["covered_m"], "total_m": total["total_m"],
            "lorry_share": total["lorry_share"], "uncovered_m": total["total_m"] - total["covered_m"], "gaps": told["gaps_total"],
            "unreachable_m": told["unreachable_m"], "places": told["places"]["open"], **bands}


# ---------------------------------------------------------------- audit

def _audit_ask(asked: AuditAsked) -> AuditAsk:
    want = Want(kinds=tuple(asked.kinds), services=tuple(asked.services), min_bays=asked.min_bays or 0,
                max_detour_s=asked.max_detour_s)
    lorry = vehicle_of(asked.vehicle.preset, asked.vehicle, asked.avoid)
    return AuditAsk(asked.depth, asked.rule, asked.on or datetime.now(UTC).date(), want, lorry, asked.corridor_m, asked.behind_s,
                    asked.datum)


def _audit(settings: Settings, locator: Locator, asked: AuditAsked, progress: Progress) -> Json:
    there = AuditorThere(settings, locator.region.name, _audit_ask(asked), datetime.now(UTC))
    with audit_executor(settings, 1) as (executor, workers):
        tally = run_audit(Given(asked.trips), there, executor, asked.depth, workers=workers, progress=progress)
    return audit_json(there(), tally)


def _audit_fixed(asked: AuditAsked) -> Json:
    ask = _audit_ask(asked)
    return {"on": ask.on.isoformat()}


def _audit_figures(told: Json) -> dict[str, float | None]:
    return {name: told[name] for name in ("trips", "bad", "long", "forced", "without", "without_weight", "unserved",
                                           "unserved_weight", "places")}


def _coverage_fixed(asked: CoverageAsked) -> Json:
    _coverage_ask(asked)                                  # what the core refuses is refused before it waits
    return {}


def _spacing(settings: Settings, locator: Locator, asked: SpacingAsked, progress: Progress) -> Json:
    return spacing_json(locator.spacing(spacing_ask(asked), progress=progress), lines=asked.lines)


def _spacing_fixed(asked: SpacingAsked) -> Json:
    spacing_ask(asked)
    return {"lines": True}                                # what is kept can be drawn


def _spacing_figures(told: Json) -> dict[str, float | None]:
    roads = told["directions"]
    verdicts = [verdict["verdict"] for one in roads for verdict in one["verdicts"]]
    longest_m = max((one["longest_m"] or 0.0 for one in roads), default=None)
    return {"roads": len(roads), "longest_m": longest_m, "stops": sum(len(one["stops"]) for one in roads),
            "met": verdicts.count("met"), "exceeded": verdicts.count("exceeded")}


# ---------------------------------------------------------------- all of them

def _report_figures(told: Json) -> dict[str, float | None]:
    return report_figures(told, _coverage_figures, _spacing_figures)


QUESTIONS: dict[str, Question] = {
    "coverage": Question(CoverageAsked, _coverage, _coverage_fixed, _coverage_figures),
    "spacing": Question(SpacingAsked, _spacing, _spacing_fixed, _spacing_figures),
    "audit": Question(AuditAsked, _audit, _audit_fixed, _audit_figures),
    "siting": Question(SitingAsked, run_siting, fix_siting, siting_figures),
    "report": Question(ReportAsked, run_report, fix_report, _report_figures, report_files),
}
