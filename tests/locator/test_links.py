"""Links to navigation apps, read back as each app reads them: the place they show is the place we meant."""
from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from pyproj import Geod

from geodata.datum import to_wgs84
from locator.links import APPS, nav_links

WUJIN, XINJIANG, PORTO, TOKYO = (119.9446, 31.7158), (87.61, 43.79), (-8.62, 41.15), (139.76, 35.68)
HOSTILE = ("</script><script>alert(1)</script>", "a&dev=0&dlat=1", "x,1,2|name:y", "湖塘)&q=1,1(", "#frag?to=1,2", "%2C%26",
           "{{7*7}}", "line\r\nLocation: x", "\u202eright", "\x00nul", "javascript:alert(1)", "长" * 500, "+ &;", "'\"")
NEAR_M = 5.0


def read_back(app: str, url: str) -> tuple[float, float, str, str]:
    """(lon, lat, datum, name) as the app's own documentation reads its URL."""
    query = {key: values[-1] for key, values in parse_qs(urlsplit(url).query, strict_parsing=True).items()}
    match app:
        case "amap":
            lon, lat, name = query["to"].split(",")
            return float(lon), float(lat), "gcj02", name
        case "amap_app" | "amap_ios":
            return float(query["dlon"]), float(query["dlat"]), {"0": "gcj02", "1": "wgs84"}[query["dev"]], query["dname"]
        case "baidu" | "baidu_app":
            where, name = query["destination"].removeprefix("latlng:").split("|name:")
            lat, lon = where.split(",")
            return float(lon), float(lat), {"wgs84": "wgs84", "bd09ll": "bd09"}[query["coord_type"]], name
        case "tencent":
            lat, lon = query["tocoord"].split(",")
            return float(lon), float(lat), {"1": "wgs84", "2": "gcj02"}[query["coord_type"]], query["to"]
        case _:
            said = re.fullmatch(r"(-?[\d.]+),(-?[\d.]+)\((.*)\)", query["q"])
            assert said and urlsplit(url).path == f"{said[1]},{said[2]}"
            return float(said[2]), float(said[1]), "wgs84", said[3]


@pytest.mark.parametrize("app", APPS)
@pytest.mark.parametrize("lonlat", [WUJIN, XINJIANG, PORTO, TOKYO, (-0.0000004, 0.0)],
                         ids=["wujin", "xinjiang", "porto", "tokyo", "tiny"])
def test_every_link_leads_to_the_place(app: str, lonlat: tuple[float, float]) -> None:
    lon, lat, datum, name = read_back(app, nav_links("湖塘 服务区", *lonlat)[app])
    there = to_wgs84([[lon, lat]], datum)[0]
    assert Geod(ellps="WGS84").inv(*lonlat, *there)[2] < NEAR_M
    assert name == "湖塘 服务区"


def test_a_wrong_datum_would_be_seen() -> None:
    """The check itself can fail: Amap's link read as WGS 84 is half a kilometre off in China, and exact outside it."""
    for lonlat, low, high in ((WUJIN, 300, 800), (PORTO, 0, NEAR_M)):
        lon, lat, _, _ = read_back("amap", nav_links("x", *lonlat)["amap"])
        assert low <= Geod(ellps="WGS84").inv(*lonlat, lon, lat)[2] <= high


@pytest.mark.parametrize("app", APPS)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_a_title_and_nothing_else(app: str, name: str) -> None:
    plain, hostile = nav_links("x", *WUJIN)[app], nav_links(name, *WUJIN)[app]
    assert re.fullmatch(r"[A-Za-z0-9:/?&=.,%()_~-]+", hostile), "nothing needs escaping in HTML, a header or a shell but &"
    lon, lat, datum, said = read_back(app, hostile)
    assert (lon, lat, datum) == read_back(app, plain)[:3] and said.isprintable() and 0 < len(said) <= 40
    assert parse_qs(urlsplit(plain).query).keys() == parse_qs(urlsplit(hostile).query).keys() and not urlsplit(hostile).fragment


@pytest.mark.parametrize("name", [None, "", " ,|", "\x00"])
def test_a_place_without_a_name_is_called_by_its_position(name: str | None) -> None:
    assert all(read_back(app, url)[3] == "31.71580 119.94460" for app, url in nav_links(name, *WUJIN).items())
