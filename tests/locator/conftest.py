"""Drawn towns for the questions: draw the world, then say what is true in it."""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from locator.settings import Settings
from tests.conftest import built_region
from tests.drawing import Town, draw


@pytest.fixture
def town() -> Callable[..., Town]:
    """Draws a town."""
    return draw


@pytest.fixture
def ask() -> Callable[..., pd.DataFrame]:
    """Draws a town and gives the stops from A to B in it, by (place, pass)."""
    def stops(drawing: str, *, want: dict[str, Any] | None = None, **drawn: Any) -> pd.DataFrame:
        it = draw(drawing, **drawn)
        return it.stops(it.route("AB"), **(want or {}))
    return stops


@pytest.fixture(scope="session")
def liechtenstein(settings: Settings, shared: Path) -> Settings:
    """The region `liechtenstein`, built once."""
    return built_region(settings, "liechtenstein", shared / "data/osm/liechtenstein.osm.pbf", country="LI", tz="Europe/Vaduz")
