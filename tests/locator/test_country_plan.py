"""Plans over 491 km of the synthetic country, on its roads: every rule set, the last safe stop, a trip mended by longer hours."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geodata.samples.country import Country, write_country
from locator.answers_plan import plan_json
from locator.asks import RouteAsk, Want, read_depart
from locator.engines.embedded import EmbeddedEngine
from locator.locator import Locator, PlanAnswer
from locator.plan_asks import PlanAsk
from locator.settings import Settings
from locator.wiring import build, open_locator

pytestmark = pytest.mark.deep
MORNING = read_depart("2026-11-24T08:00")
AREAS = Want(kinds=("service_area",))


@pytest.fixture(scope="module")
def country(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Locator, Country]]:
    """Andorra's roads, nineteen times, along a motorway."""
    folder = tmp_path_factory.mktemp("country")
    made = write_country(shared / "data/osm/andorra.osm.pbf", folder / "country.osm.pbf", length_km=490, rows=1)
    settings = Settings(data=folder / "var", region="country")
    build(settings, "country", [folder / "country.osm.pbf"], country="ES", tz="Europe/Madrid")
    yield open_locator(settings, "country"), made


def asked(made: Country) -> RouteAsk:
    return RouteAsk(made.start, made.end, depart=MORNING)


def driven_through_s(locator: Locator, answer: PlanAnswer) -> float:
    """The engine's own route over the lots of the chosen stops as vias: it knows no plan."""
    along, engine = answer.along, locator.engine
    assert isinstance(engine, EmbeddedEngine) and along.route.net is not None
    lots = engine.stands(along.atlas.places, along.route.net).spots
    stays = [leg.stop for leg in answer.planned.plan.legs if leg.stop is not None]
    via = [along.route.spots[0], *[lots[int(lot)] for lot in answer.planned.stops["lot"].iloc[stays]], along.route.spots[-1]]
    return engine.at(along.depart).route(np.array([(one.lon, one.lat) for one in via]), along.route.vehicle).duration_s


@pytest.mark.parametrize(("rule", "state", "which", "left_h", "because"), [
    ("cn", {}, "drive", 4.0, ["break"]),
    ("cn", {"driven_min": 200}, "drive", 2 / 3, ["break", "break"]),
    ("eu", {}, "drive", 4.5, ["break"]),
    ("us", {"driven_min": 200, "driven_today_min": 200}, "drive", 8 - 10 / 3, ["break"]),
])
def test_a_plan_over_the_whole_country(country: tuple[Locator, Country], rule: str, state: dict[str, float], which: str,
                                       left_h: float, because: list[str]) -> None:
    locator, made = country
    answer = locator.plan(asked(made), AREAS, PlanAsk(rule=rule, **state))  # type: ignore[arg-type]
    told, plan = plan_json(answer), answer.planned.plan
    assert told["route"]["distance_m"] > 480_000 and told["feasible"] and told["gap_s"] == 0
    assert [leg["because"] for leg in told["legs"]] == [*because, "end"]
    assert plan.drive_s == pytest.approx(driven_through_s(locator, answer), abs=0.0005)
    assert told["limit"]["which"] == which and told["limit"]["left_s"] == pytest.approx(left_h * 3600)
    last = next(rung for rung in told["ladder"] if rung["last_safe"])
    assert last["next_if_skipped"] is None                       # skipping the marked stop leaves none
    later = [f["properties"] for f in told["features"] if f["properties"]["reach_s"] > told["limit"]["left_s"]]
    assert later, "there are places beyond it, too far to be reached in time"
    assert all(leg["drive_s"] <= 3600 * {"cn": 4, "eu": 4.5, "us": 8}[rule] for leg in told["legs"])


def test_a_partners_longer_hours_make_a_trip_lawful(country: tuple[Locator, Country]) -> None:
    locator, made = country
    area = next(one for one in made.areas if "km 287 E" in one.name)
    layers, how = locator.region.layers, PlanAsk(driven_min=40, driven_today_min=40, duty_start=read_depart("2026-11-24T06:00"))

    def partner(hours: str) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame({"id": ["p1"], "kind": "partner", "name": "Midway truck stop", "hours": hours, "lorry_bays": 60,
                                 "position_accuracy": "A"}, geometry=[shapely.Point(area.lon, area.lat)], crs=4326)
    layers.add("partners", "partner", partner("Mo-Su 06:00-11:30"))
    shut = plan_json(locator.plan(asked(made), Want(kinds=("partner",)), how))
    assert not shut["feasible"] and not shut["problem"]["rest_at_once"]
    mends = {mend["what"]: mend for mend in shut["problem"]["mends"]}
    longer = mends["longer_hours"]
    assert longer["stop_id"] == "p1" and longer["from"] < "2026-11-24T11:30" < longer["to"]
    assert mends["allow"]["kind"] == "service_area"              # what he did not ask for would do as well
    layers.replace("partners", partner(f"Mo-Su 06:00-{longer['to'][11:13]}:59"))
    mended = plan_json(locator.plan(asked(made), Want(kinds=("partner",)), how))
    assert mended["feasible"] and [leg["stop_id"] for leg in mended["legs"]] == ["p1", None] and not mended["approximate"]
    assert (mended["legs"][0]["begin"], mended["legs"][0]["leave"]) == (longer["from"], longer["to"])


def test_every_place_of_a_thousand_kilometres_there_and_back_in_one_plan(country: tuple[Locator, Country]) -> None:
    """With vias at both ends: 980 km, hundreds of stops, two carriageways."""
    locator, made = country
    ask = RouteAsk(made.start, made.back_end, via=(made.end, made.back_start), depart=MORNING)
    answer = locator.plan(ask, Want(max_detour_s=600.0), PlanAsk(rule="eu"))
    assert answer.planned.plan.feasible and len(answer.planned.stops) > 60
    assert sum(leg.rest_s for leg in answer.planned.plan.legs) >= 9 * 3600          # over 9 h of driving: a night
    told = plan_json(answer, Want(limit=10))
    assert len(told["features"]) <= 40 and told["features_more"] == len(answer.planned.stops) - len(told["features"])
