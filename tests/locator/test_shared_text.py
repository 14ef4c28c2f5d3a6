"""What drivers paste from map apps: the place it means, in the datum of its source; and what it must not do."""
from __future__ import annotations

import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geodata.datum import DATUMS, from_wgs84, to_wgs84
from geodata.errors import BadInput
from geodata.gazetteer import parse_lonlat
from locator.links import APPS, nav_links
from locator.locator import Locator
from locator.settings import Settings
from locator.shared_text import LONGEST, LONGEST_NAME, read_shared
from locator.wiring import open_locator

LON, LAT = 119.9446, 31.7158
IN = {datum: tuple(from_wgs84([[LON, LAT]], datum)[0].round(6).tolist()) for datum in DATUMS}
HU = quote("湖塘")


def at(text: str) -> str:
    """The text with {wgs84}, {gcj02}, {bd09} as lon,lat and {wgs84.lat} … as lat,lon of the one place."""
    for datum, (lon, lat) in IN.items():
        text = text.replace(f"{{{datum}}}", f"{lon:.6f},{lat:.6f}").replace(f"{{{datum}.lat}}", f"{lat:.6f},{lon:.6f}")
        text = text.replace(f"{{{datum}.x}}", f"{lon:.6f}").replace(f"{{{datum}.y}}", f"{lat:.6f}")
    return text


WITH_COORDINATES = {
    "amap marker": ("https://uri.amap.com/marker?position={gcj02}&name=" + HU + "&src=x", "amap", "gcj02", "湖塘"),
    "amap marker said wgs84": ("https://uri.amap.com/marker?position={wgs84}&coordinate=wgs84", "amap", "wgs84", None),
    "amap navigation": ("https://uri.amap.com/navigation?from=1,2,x&to={gcj02}," + HU + "&mode=car", "amap", "gcj02", "湖塘"),
    "amap share opened": ("https://wb.amap.com/?p=B0FFG12345,{gcj02.lat}," + HU + ",addr", "amap", "gcj02", "湖塘"),
    "amap share of a position": ("http://wb.amap.com/?q={gcj02.lat}," + HU, "amap", "gcj02", "湖塘"),
    "amap share of a route": ("https://wb.amap.com/?r=30.1,118.2,start,{gcj02.lat}," + HU + ",0", "amap", "gcj02", "湖塘"),
    "amap desk route": ("https://www.amap.com/dir?from[lnglat]=1,2&to[name]=" + HU + "&to[lnglat]={gcj02}",
                        "amap", "gcj02", "湖塘"),
    "amap phone web": ("https://m.amap.com/navi/?dest={gcj02}&destName=" + HU, "amap", "gcj02", "湖塘"),
    "amap regeo": ("https://ditu.amap.com/regeo?lng={gcj02.x}&lat={gcj02.y}&name=" + HU, "amap", "gcj02", "湖塘"),
    "amap app": ("amapuri://route/plan/?dlat={gcj02.y}&dlon={gcj02.x}&dname=" + HU + "&dev=0", "amap", "gcj02", "湖塘"),
    "amap app view": ("androidamap://viewMap?sourceApplication=x&poiname=" + HU + "&lat={wgs84.y}&lon={wgs84.x}&dev=1",
                      "amap", "wgs84", "湖塘"),
    "amap iphone": ("iosamap://path?sourceApplication=x&slat=1&slon=2&dlat={gcj02.y}&dlon={gcj02.x}&dev=0",
                    "amap", "gcj02", None),
    "baidu marker": ("http://api.map.baidu.com/marker?location={bd09.lat}&title=" + HU + "&output=html", "baidu", "bd09", "湖塘"),
    "baidu marker gcj02": ("http://api.map.baidu.com/marker?location={gcj02.lat}&coord_type=gcj02", "baidu", "gcj02", None),
    "baidu direction": ("https://api.map.baidu.com/direction?origin=latlng:1,2|name:a&destination=latlng:{bd09.lat}|name:湖塘&mode=driving",
                        "baidu", "bd09", "湖塘"),
    "baidu app": ("baidumap://map/direction?destination={wgs84.lat}&coord_type=wgs84", "baidu", "wgs84", None),
    "baidu seen": ("https://map.baidu.com/?latlng={bd09.lat}&title=" + HU, "baidu", "bd09", "湖塘"),
    "tencent marker": ("https://apis.map.qq.com/uri/v1/marker?marker=coord:{gcj02.lat};title:湖塘;addr:x",
                       "tencent", "gcj02", "湖塘"),
    "tencent gps": ("http://apis.map.qq.com/uri/v1/routeplan?type=drive&to=" + HU + "&tocoord={wgs84.lat}&coord_type=1",
                    "tencent", "wgs84", "湖塘"),
    "wechat position": ("https://apis.map.qq.com/uri/v1/geocoder?coord={gcj02.lat}&referer=weixin", "tencent", "gcj02", None),
    "tencent app": ("qqmap://map/routeplan?type=drive&to=" + HU + "&tocoord={gcj02.lat}", "tencent", "gcj02", "湖塘"),
    "geo": ("geo:{wgs84.lat}", "geo", "wgs84", None),
    "geo with all": ("geo:{wgs84.lat},12;crs=wgs84;u=35?z=15", "geo", "wgs84", None),
    "geo android": ("geo:0,0?q={wgs84.lat}(" + HU + ")", "geo", "wgs84", "湖塘"),
    "google place": ("https://www.google.com/maps/place/" + HU + "/@31.7,119.9,15z/data=!3m1!4b1!8m2!3d{wgs84.y}!4d{wgs84.x}",
                     "google", "wgs84", "湖塘"),
    "google q": ("https://maps.google.com/?q={wgs84.lat}", "google", "wgs84", None),
    "google search": ("https://www.google.com/maps/search/?api=1&query={wgs84.lat}", "google", "wgs84", None),
    "google dir": ("https://www.google.com/maps/dir/A/B/{wgs84.lat}/@31,119,9z", "google", "wgs84", None),
    "google dir api": ("https://www.google.com/maps/dir/?api=1&destination={wgs84.lat}", "google", "wgs84", None),
    "google seen": ("https://www.google.com/maps/@{wgs84.lat},15z", "google", "wgs84", None),
    "osm marker": ("https://www.openstreetmap.org/?mlat={wgs84.y}&mlon={wgs84.x}#map=15/1.0/2.0", "osm", "wgs84", None),
    "osm seen": ("https://www.openstreetmap.org/#map=15/{wgs84.y}/{wgs84.x}", "osm", "wgs84", None),
    "chinese words": ("坐标：东经{wgs84.x}，北纬{wgs84.y}", "coordinates", None, None),
    "chinese degrees": ("北纬{wgs84.y}°，东经{wgs84.x}°", "coordinates", None, None),
    "labels": ("经度:{wgs84.x} 纬度:{wgs84.y}", "coordinates", None, None),
    "english labels": ("lat: {wgs84.y}, lng: {wgs84.x}", "coordinates", None, None),
    "letters before": ("N{wgs84.y} E{wgs84.x}", "coordinates", None, None),
    "letters after": ("{wgs84.y}°N, {wgs84.x}°E", "coordinates", None, None),
    "degrees minutes seconds": ("31°42'56.88\"N 119°56′40.56″E", "coordinates", None, None),
    "chinese minutes": ("东经119度56分40.56秒，北纬31度42分56.88秒", "coordinates", None, None),
    "in a message": ("我在湖塘 高德地图\nhttps://uri.amap.com/marker?position={gcj02}&name=" + HU + " 快来",
                     "amap", "gcj02", "湖塘"),
    "without https": ("看这里 uri.amap.com/marker?position={gcj02}", "amap", "gcj02", "看这里"),
}


@pytest.mark.parametrize(("text", "source", "datum", "name"), WITH_COORDINATES.values(), ids=WITH_COORDINATES)
def test_a_shared_position_is_the_place(text: str, source: str, datum: str | None, name: str | None) -> None:
    found = read_shared(at(text))
    assert found is not None and found.lonlat is not None
    assert (found.source, found.datum, found.name) == (source, datum, name)
    moved = to_wgs84([found.lonlat], found.datum or "wgs84")[0]
    assert Geod(ellps="WGS84").inv(LON, LAT, *moved)[2] < 5


@pytest.mark.parametrize("app", APPS)
def test_our_own_links_are_read_again(app: str) -> None:
    found = read_shared(f"看 {nav_links('湖塘服务区', LON, LAT)[app]} 这里")
    assert found is not None and found.lonlat is not None and found.name == "湖塘服务区"
    assert Geod(ellps="WGS84").inv(LON, LAT, *to_wgs84([found.lonlat], found.datum or "wgs84")[0])[2] < 5


NAME_ONLY = {
    "amap": ("【湖塘镇人民政府】江苏省常州市武进区 https://surl.amap.com/4mkDcVx1d8hK", "amap", "湖塘镇人民政府"),
    "amap says I am": ("我在湖塘，点击查看位置：https://surl.amap.com/abc", "amap", "湖塘"),
    "amap after its own name": ("[高德地图]湖塘 https://surl.amap.com/abc", "amap", "湖塘"),
    "baidu": ("我在百度地图上发现了一个地点：湖塘，地址：武进区 https://j.map.baidu.com/1f/abc", "baidu", "湖塘"),
    "baidu brackets": ("【百度地图】【湖塘】https://j.map.baidu.com/1f/abc", "baidu", "湖塘"),
    "baidu poi": ("https://map.baidu.com/poi/" + HU + "/@13352000,3710000,15z?uid=1", "baidu", "湖塘"),
    "tencent": ("湖塘\nhttps://map.qq.com/l/abc", "tencent", "湖塘"),
    "google": ("湖塘 https://maps.app.goo.gl/abc", "google", "湖塘"),
    "geo of a name": ("geo:0,0?q=" + HU, "geo", "湖塘"),
    "alone": ("https://surl.amap.com/4mkDcVx1d8hK", "amap", None),
    "bare": ("surl.amap.com/4mkDcVx1d8hK", "amap", None),
}


@pytest.mark.parametrize(("text", "source", "name"), NAME_ONLY.values(), ids=NAME_ONLY)
def test_a_link_that_hides_its_place_leaves_the_name(text: str, source: str, name: str | None) -> None:
    found = read_shared(text)
    assert found is not None
    assert (found.source, found.lonlat, found.datum, found.name) == (source, None, None, name)


@pytest.mark.parametrize("text", [
    "湖塘", "119.9446,31.7158", "31.7158 119.9446", "S39省道 E5", "G42 S39", "N1 E2", "geography", "geo cafe", "https://example.com/?q=31.7,119.9",
    "https://amap.com.evil.example/marker?position=1,2", "https://notamap.com/?p=1,2", "ftp://uri.amap.com/marker?position=1,2",
    "user@amap.com/x", "东经119", "", " ", "A" * (LONGEST + 1), "https://uri.amap.com/marker?position=119,31&x=" + "A" * LONGEST, "http://[",
])
def test_what_is_no_share_text_is_left_to_others(text: str) -> None:
    assert read_shared(text) is None


@pytest.mark.parametrize("text", [
    "https://uri.amap.com/marker?position=999,31", "https://uri.amap.com/marker?position=nan,31", "geo:91,181",
    "https://uri.amap.com/marker?position=1e3,31", "https://wb.amap.com/?p=,,,,", "https://map.baidu.com/?latlng=x",
])
def test_a_position_off_the_globe_is_none(text: str) -> None:
    assert (found := read_shared(text)) is None or found.lonlat is None


def test_a_hostile_name_is_one_short_line() -> None:
    name = "\x1b[2J\r\nSet-Cookie: \u202ex" + "长" * 100
    found = read_shared("https://uri.amap.com/marker?position=119.9,31.7&name=" + quote(name))
    assert found is not None and found.name is not None
    assert found.name.isprintable() and len(found.name) <= LONGEST_NAME


@given(st.text(max_size=300), st.sampled_from(["https://uri.amap.com/", "geo:", "https://map.baidu.com/?", "北纬", "https://www.google.com/maps/",
                                               "https://apis.map.qq.com/uri/v1/marker?marker="]), st.text(max_size=300))
def test_no_text_breaks_it(before: str, mark: str, after: str) -> None:
    found = read_shared(before + mark + after)
    assert found is None or found.lonlat is None or (-180 <= found.lonlat[0] <= 180 and -90 <= found.lonlat[1] <= 90)


@pytest.mark.parametrize("piece", ["geo:", "https://amap.com/", "1,", "东经1", "1°1'1\"", "【", "a.", "【x】", "&to=1,1", "%", "http://",
                                   "lat lon "])
def test_a_long_text_is_read_in_no_time(piece: str) -> None:
    """A guard against patterns that try everything: some milliseconds, where such a pattern takes minutes."""
    text = (piece * LONGEST)[:LONGEST]
    begun = time.process_time()
    read_shared(text)
    assert time.process_time() - begun < 1.0


# ---------------------------------------------------------------- as a Locator takes them

@pytest.fixture(scope="module")
def here(wujin: Settings) -> Locator:
    return open_locator(wujin)


@pytest.mark.parametrize(("text", "source", "datum", "name"), WITH_COORDINATES.values(), ids=WITH_COORDINATES)
def test_a_locator_goes_there(here: Locator, text: str, source: str, datum: str | None, name: str | None) -> None:
    """The text's own datum wins over the one asked with; marked coordinates, which name none, follow it."""
    assert Geod(ellps="WGS84").inv(LON, LAT, *here.where(at(text), "wgs84", field="from"))[2] < 5
    off_m = Geod(ellps="WGS84").inv(LON, LAT, *here.where(at(text), "gcj02", field="from"))[2]
    assert (off_m < 5) == (datum is not None)


def test_a_name_beside_a_short_link_is_looked_up(here: Locator) -> None:
    asked = here.where("我在湖塘，点击查看：https://surl.amap.com/abc", "wgs84", field="from")
    assert asked == here.where("湖塘", "wgs84", field="from")


@pytest.mark.parametrize("text", ["https://surl.amap.com/abc", "https://j.map.baidu.com/aa/bb", "【无此地名哈哈】https://surl.amap.com/abc"])
def test_a_short_link_alone_says_what_to_do(here: Locator, text: str) -> None:
    with pytest.raises(BadInput) as caught:
        here.where(text, "wgs84", field="from")
    assert (caught.value.code, caught.value.field) == ("short_link", "from")


def test_plain_coordinates_are_still_read_as_before() -> None:
    assert parse_lonlat("119.95,31.72") == (119.95, 31.72)
