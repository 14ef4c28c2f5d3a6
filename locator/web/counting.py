"""Questions of real drivers that found no stop are counted, when the settings allow it, and only at this door.

In: settings, an answer, what was wanted.    Out: nothing; the state file.
Never knows: the request: no address, no session, no header comes here.
"""
from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from geodata.columns import SERVICES
from locator.asks import Want
from locator.locator import AlongAnswer, PlanAnswer
from locator.settings import Settings
from locator.unmet import STATE, count_unmet, middle_ahead, needs_of


def count_if_unmet(settings: Settings, answer: AlongAnswer, want: Want) -> None:
    """Count what was asked for in vain. Never raises: the answer stands."""
    if not settings.unmet or len(answer.stops):
        return
    _count(settings, answer, middle_ahead(answer.route, answer.start_m), want)


def count_if_no_plan(settings: Settings, answer: PlanAnswer, want: Want) -> None:
    """Count a trip that no stop makes lawful, where its driving time ends. Never raises: the answer stands.

    Not counted: who should have rested before he set out, and what was not proven.
    """
    problem = answer.planned.plan.problem
    if not settings.unmet or problem is None or problem.rest_at_once or problem.gave_up or problem.at_m is None:
        return
    wishes = tuple(wish for wish in answer.planned.ask.wishes if wish in SERVICES)
    _count(settings, answer.along, problem.at_m, want if want.services else replace(want, services=wishes))


def _count(settings: Settings, answer: AlongAnswer, at_m: float, want: Want) -> None:
    needs = needs_of(answer.region.name, answer.route, answer.depart, at_m, want, datetime.now(UTC))
    if needs:
        count_unmet(settings.data / STATE, needs)
