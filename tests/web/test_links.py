"""Links to navigation apps in the answers: for places that are surely where they say, and for no others."""
from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from locator.links import nav_links
from locator.settings import Settings
from locator.web import create_app
from locator.wiring import open_locator
from tests.doors import TRIP
from tests.web.conftest import HOSTILE


@pytest.mark.parametrize("ask", [lambda client: client.post("/api/along", json=TRIP),
                                 lambda client: client.get("/api/nearest?at=湖塘")], ids=["along", "nearest"])
def test_only_a_navigable_place_has_links(client: FlaskClient, hostile: Settings, ask: object) -> None:
    assert callable(ask)
    places = [feature for one in (client, create_app(hostile, open_locator).test_client())
              for feature in ask(one).get_json()["features"]]
    assert {feature["properties"]["navigable"] for feature in places} == {True, False}
    for feature in places:
        place, (lon, lat) = feature["properties"], feature["geometry"]["coordinates"]
        assert place["links"] == (nav_links(place["name"], lon, lat) if place["navigable"] else None)


def test_hostile_names_stay_inside_their_links(hostile: Settings) -> None:
    answer = create_app(hostile, open_locator).test_client().post("/api/along", json=TRIP).get_json()
    named = [stop["properties"] for stop in answer["features"] if stop["properties"]["name"] in HOSTILE]
    assert len(named) > 3
    assert not any(char in url for stop in named for url in stop["links"].values() for char in "<>\"'{}` ")
