"""One small region in which every reason for leaving a place out is true of one place, and the question that finds them all.

In: a data folder.    Out: the region `reasons`; ASKED and FOUND.

    W2 <----------+-------------------- E2      a divided trunk road, 10 km; north of its westbound side a place (opposite)
    W  ---|-------+---+-------+-------> E       behind at 1 km, he starts at 2.5 km; a crossroad at 3 km, its end (far)
                  |   |3.5 m  |7.5 t            2 km north; behind a low bridge at 4 km (high), a weak one at 6 km (heavy);
                                  ----          a road without any way to it (island)
"""
from __future__ import annotations

from typing import Any

import geopandas as gpd
import shapely

from geodata.columns import Service, services_text
from locator.settings import Settings
from locator.wiring import build, open_layers
from tests.drawing import LON, M_LAT, M_LON

WHEN = "2026-11-23T08:30"
NODES = {
    1: (0, 0), 2: (3_000, 0), 3: (4_000, 0), 4: (6_000, 0), 5: (10_000, 0), 6: (10_000, 40), 7: (3_000, 40), 8: (0, 40),
    9: (3_000, 2_000), 10: (3_000, -1_000), 11: (4_000, -1_000), 12: (6_000, -1_000), 13: (6_800, -3_000), 14: (7_200, -3_000)}
WAYS = [([1, 2, 3, 4, 5], "trunk", {"oneway": "yes", "name": "东干道"}), ([6, 7, 8], "trunk", {"oneway": "yes"}),
        ([5, 6], "unclassified", {}), ([8, 1], "unclassified", {}), ([9, 7, 2, 10], "unclassified", {}),
        ([3, 11], "unclassified", {"maxheight": "3.5"}), ([4, 12], "unclassified", {"maxweight": "7.5"}),
        ([13, 14], "unclassified", {})]
GOOD: dict[str, Any] = {"kind": "lorry_park", "services": services_text([Service("shower")]), "position_accuracy": "A",
                        "updated": "2026-11-01"}
PLACES: dict[str, tuple[tuple[float, float], dict[str, Any]]] = {
    "stop": ((4_500, -30), {}), "kind": ((3_300, -30), {"kind": "fuel"}), "service": ((3_400, -30), {"services": None}),
    "rough": ((3_500, -30), {"position_accuracy": "D"}), "stale": ((3_600, -30), {"updated": "2019-01-01"}),
    "high": ((4_000, -900), {}), "heavy": ((6_000, -900), {}), "island": ((7_000, -3_000), {}), "behind": ((1_000, -30), {}),
    "opposite": ((5_000, 70), {}), "far": ((3_000, 1_900), {}), "closed": ((3_700, -30), {"hours": "Mo-Su 20:00-22:00"}),
    "more": ((4_700, -30), {"hours": None})}
SAID: dict[str, Any] = {"from": "10.000898,0", "to": "10.088932,0", "depart": WHEN, "kinds": ["lorry_park"],
                        "services": ["shower"], "min_accuracy": "C", "max_age_days": 1000, "max_detour_s": 300, "start_m": 2500,
                        "open_at_eta": True, "limit": 1}
FOUND: dict[str, tuple[str, Any]] = {              # place -> reason, and the value that decided; None: any figure
    "kind": ("kind_not_asked", "fuel"), "service": ("service_missing", "shower"), "rough": ("low_accuracy", "D"),
    "stale": ("stale_record", "2019-01-01"), "high": ("too_high", 3.5), "heavy": ("too_heavy", 7.5),
    "island": ("unreachable", ""),
    "behind": ("behind_start", 900), "opposite": ("opposite_too_far", None), "far": ("beyond_max_detour", None),
    "closed": ("closed_at_eta", "Mo-Su 20:00-22:00"), "more": ("limit_reached", 1)}


def lonlat(x_m: float, y_m: float) -> tuple[float, float]:
    return LON + x_m / M_LON, y_m / M_LAT


def write_osm() -> str:
    def tag(key: str, value: str) -> str:
        return f'<tag k="{key}" v="{value}"/>'
    parts = ['<osm version="0.6">']
    for number, at in NODES.items():
        lon, lat = lonlat(*at)
        parts.append(f'<node id="{number}" version="1" lon="{lon:.7f}" lat="{lat:.7f}"/>')
    for number, (nodes, kind, tags) in enumerate(WAYS, start=1):
        inner = "".join(f'<nd ref="{node}"/>' for node in nodes) + tag("highway", kind)
        parts.append(f'<way id="{number}" version="1">{inner}{"".join(tag(*pair) for pair in tags.items())}</way>')
    return "".join([*parts, "</osm>"])


def build_reasons(settings: Settings) -> Settings:
    """The region `reasons` in an empty data folder."""
    settings.data.mkdir(parents=True, exist_ok=True)
    file = settings.data.parent / "reasons.osm"
    file.write_text(write_osm(), encoding="utf-8")
    build(settings, "reasons", [file], country="DE", tz="Europe/Berlin")
    rows = [{"id": name, "name": name, "hours": None, **GOOD, **more} for name, (_, more) in PLACES.items()]
    points = [shapely.Point(*lonlat(*at)) for at, _ in PLACES.values()]
    open_layers(settings, "reasons").add("mine", "places", gpd.GeoDataFrame(rows, geometry=points, crs=4326))
    return settings
