"""Links that hand a place over to a navigation app: Amap, Baidu, Tencent, and geo: for whatever else is on the phone.

In: a name and lon, lat (WGS 84).    Out: app -> URL, every coordinate in the datum which that URL is read in.
Never knows: which phone, which page, whether the place may be linked to at all (answers.py decides that).

amap       web; opens the app where it is installed. GCJ-02: it has no parameter for the datum.
amap_app   Android (amapuri), amap_ios iPhone (iosamap): dev=1 says WGS 84, the app shifts it itself.
baidu      web, baidu_app both phones: coord_type=wgs84. Without it Baidu reads BD-09.
tencent    web; opens the app where it is installed: coord_type=1 is GPS (WGS 84), its default 2 is GCJ-02.
geo        RFC 5870, always WGS 84. Android asks which app; an iPhone knows no geo: at all.
WeChat's own browser opens none of the app schemes: a page offers the address to copy beside them.
"""
from __future__ import annotations

from urllib.parse import quote

from geodata.datum import from_wgs84

APPS = ("amap", "amap_app", "amap_ios", "baidu", "baidu_app", "tencent", "geo")
OURS = "locator"                                         # the caller, as the apps ask to be told
LONGEST_NAME = 40                                        # characters; an app's title is one line
SEPARATORS = str.maketrans(dict.fromkeys(",|()（）;&", " "))   # they end a name inside one of these URLs, encoded or not


def nav_links(name: str | None, lon: float, lat: float) -> dict[str, str]:
    """A link for each of APPS. `name` may be hostile: it arrives as an encoded title, or not at all."""
    title = _title(name) or f"{lat:.5f} {lon:.5f}"
    there, said = f"{lat:.6f},{lon:.6f}", quote(title, safe="")
    gcj_lon, gcj_lat = from_wgs84([[lon, lat]], "gcj02")[0]
    amap_app = f"sourceApplication={OURS}&dlat={lat:.6f}&dlon={lon:.6f}&dname={said}&dev=1&t=0"
    baidu = f"destination={quote(f'latlng:{there}|name:{title}', safe='')}&coord_type=wgs84&mode=driving&src=webapp.{OURS}.stops"
    return {
        "amap": f"https://uri.amap.com/navigation?to={gcj_lon:.6f},{gcj_lat:.6f},{said}&mode=car&src={OURS}&callnative=1",
        "amap_app": f"amapuri://route/plan/?{amap_app}",
        "amap_ios": f"iosamap://path?{amap_app}",
        "baidu": f"https://api.map.baidu.com/direction?origin={quote('我的位置')}&{baidu}&region={quote('全国')}&output=html",
        "baidu_app": f"baidumap://map/direction?{baidu}",
        "tencent": f"https://apis.map.qq.com/uri/v1/routeplan?type=drive&to={said}&tocoord={there}&coord_type=1&referer={OURS}",
        "geo": f"geo:{there}?q={there}({said})",
    }


def _title(name: str | None) -> str:
    """One line of printable text in which nothing ends a field."""
    flat = "".join(char if char.isprintable() else " " for char in (name or "")[:200]).translate(SEPARATORS)
    return " ".join(flat.split())[:LONGEST_NAME].strip()
