"""Questions of real drivers that found no stop are counted, when the settings allow it, and only at this door.

In: settings, an answer, what was wanted.    Out: nothing; the state file.
Never knows: the request: no address, no session, no header comes here.
"""
from __future__ import annotations

from datetime import UTC, datetime

from locator.asks import Want
from locator.locator import AlongAnswer
from locator.settings import Settings
from locator.unmet import STATE, count_unmet, middle_ahead, needs_of


def count_if_unmet(settings: Settings, answer: AlongAnswer, want: Want) -> None:
    """Count what was asked for in vain. Never raises: the answer stands."""
    if not settings.unmet or len(answer.stops):
        return
    at_m = middle_ahead(answer.route, answer.start_m)
    needs = needs_of(answer.region.name, answer.route, answer.depart, at_m, want, datetime.now(UTC))
    if needs:
        count_unmet(settings.data / STATE, needs)
