"""The application over the embedded sample and, where asked, over Porto's roads; and a region of hostile names."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from locator.settings import Settings
from locator.web import create_app
from locator.wiring import open_locator
from tests.conftest import copied
from tests.web.looking import serving


@pytest.fixture(scope="session")
def app(wujin: Settings) -> APIFlask:
    return create_app(wujin, open_locator)


@pytest.fixture
def client(app: APIFlask) -> Iterator[FlaskClient]:
    with app.test_client() as client:
        yield client


@pytest.fixture(scope="module")
def own_address(wujin: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a copy of the sample is served, so that runs and scenarios are the module's own."""
    with serving(copied(wujin, tmp_path_factory.mktemp("own") / "var")) as at:
        yield at


@pytest.fixture(scope="session")
def spec(app: APIFlask) -> dict[str, Any]:
    return dict(app.test_client().get("/openapi.json").get_json())


HOSTILE = ("<img src=x onerror=\"window.__fired=1\">", "{{7*7}}", "</script><script>window.__fired=1</script>",
           "\"><svg/onload=window.__fired=1>", "javascript:window.__fired=1")


@pytest.fixture(scope="session")
def hostile(wujin: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A copy of the sample whose partners have hostile names, notes, prices, hours and phones."""
    from geodata.columns import Service, services_text
    from geodata.regions import open_region

    own = copied(wujin, tmp_path_factory.mktemp("hostile") / "var")
    region = open_region(own.data, "wujin")
    frame = region.layers.catalog()["partner"].frame
    names = [HOSTILE[i % len(HOSTILE)] for i in range(len(frame))]
    service = [services_text([Service("fuel", hours=name, price=name, benefit=name)]) for name in names]
    named = dict.fromkeys(("name", "name_en", "note", "hours", "road_ref", "direction", "source"), names)
    region.layers.replace("partner", frame.assign(**named, services=service, position_accuracy="A",
                                                  phone="tel\" onclick=\"window.__fired=1"))
    return own


@pytest.fixture(scope="session")
def gpx() -> bytes:
    """A line along the sample's first trip."""
    return (b'<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>'
            b'<trkpt lat="31.7158" lon="119.9446"/><trkpt lat="31.7637" lon="120.1115"/></trkseg></trk></gpx>')


@pytest.fixture(scope="session")
def web_root() -> Path:
    return Path(__file__).resolve().parents[2] / "locator" / "web"
