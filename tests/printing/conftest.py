"""The press over the embedded sample, with a clock that stands still; and over a region of hostile names."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from locator.printing.orders import Order, read_order
from locator.printing.press import Press
from locator.settings import Settings
from locator.wiring import open_locator
from tests.web.conftest import hostile  # noqa: F401  # a fixture

NOW = datetime(2026, 11, 26, 0, 0, tzinfo=UTC)
TRIP = {"from": "湖塘", "to": "横山桥", "depart": "2026-11-26T08:00"}


@pytest.fixture(scope="session")
def press(wujin: Settings) -> Press:
    return Press(open_locator(wujin), "zh")


def order(**more: object) -> Order:
    """The sample's first trip, driven for 220 minutes already: the limit lies on the way."""
    return read_order({**TRIP, "driven_min": 220, **more}, live="https://stops.example")
