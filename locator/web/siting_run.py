"""Siting as a run and as a scenario: its answer, what is fixed when it is kept, its figures.

In: a checked question.    Out: plain dicts.
Never knows: processes, files, how sites are chosen.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from locator.locator import Locator
from locator.settings import Settings
from locator.siting.telling import siting_json
from locator.web.siting_asks import SitingAsked, site_ask

Json = dict[str, Any]


def run_siting(settings: Settings, locator: Locator, asked: SitingAsked, progress: Callable[[str, float, float], None]) -> Json:
    return siting_json(locator.siting(site_ask(asked), progress=progress))


def fix_siting(asked: SitingAsked) -> Json:
    site_ask(asked)                                       # what the core refuses is refused before it waits
    return {}


def siting_figures(told: Json) -> dict[str, float | None]:
    weights = {f"weight_{name}": told["weight"][name] for name in ("served", "gained", "unserved", "never")}
    return {"sites": len(told["features"]), "value": told["value"], "bound": told["bound"], "gap": told["gap"],
            "before_share": told["before"]["share"], "after_share": told["after"]["share"], "gaps": told["gaps_left"], **weights}
