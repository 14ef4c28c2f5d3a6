"""Which places count at an hour: open, closed, and those nobody knows, apart."""
from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geodata.columns import Service, services_text
from geodata.layers import Catalog, Layer, conform
from locator.asks import Want
from locator.atlas import Atlas
from locator.coverage import CoverAsk, find_coverage
from locator.freight import CLASSES
from locator.usable import find_usable, moment
from locator.vehicles import vehicle
from tests.drawing import draw, m

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 25, 10, 30, tzinfo=SHANGHAI)             # a Wednesday
PLACES = {                                                        # id -> own hours, hours of the shower; None: not known
    "always": ("24/7", None), "day": ("08:00-20:00", None), "nobody_knows": (None, None),
    "shower_by_day": ("24/7", "08:00-20:00"),
    "shower_at_night": (None, "24/7"), "shut_house": ("08:00-20:00", "24/7"), "no_shower": ("24/7", "-"),
}


def atlas() -> Atlas:
    showers = [None if hours == "-" else services_text([Service("shower", hours=hours)]) for _, hours in PLACES.values()]
    known = {"id": list(PLACES), "kind": "fuel", "hours": [own for own, _ in PLACES.values()], "services": showers}
    at = [shapely.Point(10 + i / 100, 0) for i in range(len(PLACES))]
    frame = gpd.GeoDataFrame(known, geometry=at, crs=4326)
    return Atlas.of(Catalog({"fuel": Layer("fuel", "fuel", conform(frame, "fuel"), 1)}))


def said(want: Want, at: datetime | None) -> dict[str, str]:
    found = find_usable(atlas(), want, vehicle(), now=NOW, at=at, country="CN")
    names = list(PLACES)
    return {names[row]: state for state in ("open", "unknown", "closed") for row in getattr(found, state).tolist()}


def test_at_two_in_the_morning_with_a_shower() -> None:
    night = moment(NOW, None, 2)
    assert said(Want(services=("shower",)), night) == {
        "always": "open", "day": "closed", "nobody_knows": "unknown", "shower_by_day": "closed", "shower_at_night": "open",
        "shut_house": "closed"}
    assert said(Want(), night) == {
        "always": "open", "day": "closed", "nobody_knows": "unknown", "shower_by_day": "open", "shower_at_night": "unknown",
        "shut_house": "closed", "no_shower": "open"}


def test_without_an_hour_nobody_is_asked() -> None:
    assert set(said(Want(services=("shower",)), None).values()) == {"open"} and len(said(Want(), None)) == len(PLACES)
    assert find_usable(atlas(), Want(services=("shower",)), vehicle(), now=NOW, at=None, country="CN").left_out == 1


@pytest.mark.parametrize(("weekday", "hour", "expected"), [
    (None, None, None), (None, 11, "2026-11-25T11:00"), (None, 10, "2026-11-26T10:00"), ("wed", 11, "2026-11-25T11:00"),
    ("wed", 10, "2026-12-02T10:00"), ("thu", 2, "2026-11-26T02:00"), ("tue", 2, "2026-12-01T02:00"),
    ("sun", None, "2026-11-29T12:00")])
def test_the_moment_is_the_next_of_its_kind(weekday: str | None, hour: int | None, expected: str | None) -> None:
    found = moment(NOW, weekday, hour)
    assert (found and found.isoformat(timespec="minutes")[:16]) == expected
    assert found is None or (found > NOW and found.tzinfo is SHANGHAI)


def test_unknown_hours_never_cover_and_are_told_apart() -> None:
    """p is open all night, q nobody knows; eight minutes, one way: 3 km before p, and 2 km between them before q."""
    it = draw("A--p-q--B", roads={"AB": "unclassified oneway=yes"})
    frame = it.atlas.frame.assign(hours=["24/7", None])
    ours = Atlas(frame, it.atlas.places, it.atlas.flags)
    ask = CoverAsk(limit_s=480.0, classes=CLASSES, hour=2)
    found = find_coverage(ours, it.engine, ask, now=NOW)
    assert (found.usable.open.tolist(), found.usable.unknown.tolist()) == ([0], [1])
    assert found.share().covered_m == m(3_000) and np.isclose(found.share().total_m, 8_000, atol=1)
    both = found.share_if_unknown_open()
    assert both is not None and both.covered_m == m(5_000)
