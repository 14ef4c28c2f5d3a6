"""What drivers paste from map apps and chats -> where it is, or what it is called. Nothing is ever fetched.

In: a text: a share text or link of Amap, Baidu, Tencent, Google or OpenStreetMap, geo:, or coordinates with 东经/北纬, E/N.
Out: Shared, with the datum its source writes in; None when the text is no such thing (a name, "lon,lat").
Never knows: the gazetteer, the network. A short link hides its place: what is left is the title beside it.

Datums: Amap writes GCJ-02 unless dev=1 or coordinate=wgs84; Baidu BD-09 unless coord_type says otherwise; Tencent GCJ-02
unless coord_type=1; geo:, Google and OpenStreetMap are taken as WGS 84.
"""
from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

LONGEST = 2_000              # characters of a text; Amap's longest with every name encoded is about half of that
LONGEST_NAME = 60
APPS = {"高德地图", "高德", "百度地图", "腾讯地图", "位置", "位置分享", "地点", "地图"}
_SCHEMES = {"amapuri": "amap", "androidamap": "amap", "iosamap": "amap", "baidumap": "baidu", "bdapp": "baidu",
            "qqmap": "tencent"}
_HOSTS = {"amap.com": "amap", "gaode.com": "amap", "map.baidu.com": "baidu", "map.qq.com": "tencent", "openstreetmap.org": "osm",
          "osm.org": "osm", "google.com": "google", "google.cn": "google", "goo.gl": "google"}
_LINK = re.compile(r"(?:https?|amapuri|androidamap|iosamap|baidumap|bdapp|qqmap)://[^\s<>\"“”]{1,1900}|geo:[^\s<>\"]{3,1900}"
                   r"|(?<![\w./@-])(?:[a-z]{1,9}\.){0,3}(?:amap|gaode|map\.baidu|map\.qq|goo)\.(?:com|gl)/[^\s<>\"“”]{1,1900}",
                   re.IGNORECASE)
_NUMBER = r"([+-]?\d{1,3}(?:\.\d{1,15})?)"
_PAIR = re.compile(rf"(?:latlng:|coord:)?{_NUMBER},\s?{_NUMBER}(?![\d.])")
_PART = r"\d{1,2}(?:\.\d{1,15})?"
_ANGLE = rf"(\d{{1,3}}(?:\.\d{{1,15}})?)\s?(?:[°度]\s?(?:({_PART})\s?['′分]\s?(?:({_PART})\s?(?:[\"″秒]|''|′′))?)?)?"
_BEFORE = re.compile(rf"(东经|西经|北纬|南纬|经度|纬度|longitude|latitude|lng|lon|lat|(?<![a-z])[nsew])\s?[:=]?\s?(-?){_ANGLE}",
                     re.IGNORECASE)
_AFTER = re.compile(rf"(-?){_ANGLE}\s?([nsew])(?![a-z])", re.IGNORECASE)
_QUOTED = re.compile(r"[【\[「『《“]([^】\]」』》”]{1,80})[】\]」』》”]")
_LEAD = re.compile(r"^(?:(?:高德|百度|腾讯)地图|我在|我正在|我的位置(?:是|在)?|这里是|位置|地点|名称|地址|目的地)[:：\s]*")


@dataclass(frozen=True)
class Shared:
    """A place somebody shared: where (None: only its source knows), in which datum, what it is called, and whose text it is."""

    source: str                              # amap, baidu, tencent, google, osm, geo, coordinates
    lonlat: tuple[float, float] | None = None
    datum: str | None = None                 # None: the text does not say
    name: str | None = None


def read_shared(text: str) -> Shared | None:
    """The place a text shares; of a route its destination. None for what holds no link we know and no marked coordinates."""
    if len(text) > LONGEST:
        return None
    text = unicodedata.normalize("NFKC", text)
    for link in _LINK.findall(text):
        if (found := _of_link(link.rstrip(",.;!?。，；"))) is not None:
            return found if found.name else Shared(found.source, found.lonlat, found.datum, _title(text.replace(link, "\n")))
    marked = _marked(text)
    return None if marked is None else Shared("coordinates", marked)


def _of_link(link: str) -> Shared | None:
    try:
        url = urlsplit(link if re.match(r"[a-z]+:", link, re.IGNORECASE) else f"https://{link}")
        host = (url.hostname or "").lower()
    except ValueError:                       # an unclosed [ of an IPv6 address
        return None
    scheme = url.scheme.lower()
    if scheme == "geo":
        return _geo(url)
    source = _SCHEMES.get(scheme) or next((app for known, app in _HOSTS.items() if f".{host}".endswith(f".{known}")), None)
    if source is None or (scheme not in _SCHEMES and scheme not in ("http", "https")):
        return None
    said: dict[str, str] = {}
    for key, value in parse_qsl(url.query.replace("+", "%2B"), keep_blank_values=False, max_num_fields=200):
        said.setdefault(key.lower(), value)
    lonlat, name, datum = _READ[source](url, said)
    return Shared(source, lonlat, datum if lonlat else None, _name(name))


Found = tuple[tuple[float, float] | None, str | None, str]      # lonlat, name, datum


def _amap(url: SplitResult, said: dict[str, str]) -> Found:
    datum = "wgs84" if said.get("dev") == "1" or said.get("coordinate") == "wgs84" else "gcj02"
    for key in ("to", "position", "dest"):                               # lon,lat[,name]
        if lonlat := _pair(said.get(key), lat_first=False):
            return lonlat, said.get("name") or said.get("destname") or _field(said[key], 2), datum
    if lonlat := _pair(said.get("to[lnglat]"), lat_first=False):
        return lonlat, said.get("to[name]"), datum
    for key, skip in (("p", 1), ("r", 3), ("q", 0)):         # id,lat,lon,name,…; from and to, lat,lon,name each
        fields = said.get(key, "").split(",")[skip:]
        if lonlat := _pair(",".join(fields[:2]), lat_first=True):
            return lonlat, _field(",".join(fields), 2), datum
    for lat, lon, name in (("dlat", "dlon", "dname"), ("lat", "lon", "poiname"), ("lat", "lng", "name")):
        if lonlat := _pair(f"{said.get(lat)},{said.get(lon)}", lat_first=True):
            return lonlat, said.get(name), datum
    return None, said.get("keyword") or said.get("dname") or said.get("name"), datum


def _baidu(url: SplitResult, said: dict[str, str]) -> Found:
    datum = {"wgs84": "wgs84", "gcj02": "gcj02"}.get(said.get("coord_type", "").lower(), "bd09")
    place = re.search(r"/(?:poi|search)/([^/@]+)", url.path)
    name = said.get("title") or said.get("name") or (unquote(place[1]) if place else None) or said.get("query")
    for key in ("destination", "location", "latlng"):
        if value := said.get(key):
            title = re.search(r"name:([^|]+)", value)
            lonlat = _pair(value, lat_first=True)
            return lonlat, (title[1] if title else None) or name or (None if lonlat else value), datum
    return None, name, datum


def _tencent(url: SplitResult, said: dict[str, str]) -> Found:
    datum = "wgs84" if said.get("coord_type") == "1" else "gcj02"
    title = re.search(r"title:([^;|]+)", said.get("marker", ""))
    name = (title[1] if title else None) or said.get("to") or said.get("name") or said.get("title") or said.get("keyword")
    for key in ("tocoord", "marker", "coord", "center", "latlng"):
        if lonlat := _pair(said.get(key), lat_first=True):
            return lonlat, name, datum
    return None, name, datum


def _google(url: SplitResult, said: dict[str, str]) -> Found:
    path = unquote(url.path)
    _, verb, *named = [*(part for part in path.split("/") if part and part[0] != "@" and not part.startswith("data=")), "", ""]
    told = [part.replace("+", " ") for part in named if part] if verb in ("place", "search", "dir") else []
    name = told[-1] if told else None
    pins = re.findall(rf"!3d{_NUMBER}!4d{_NUMBER}", path)
    asked = [said.get(key) for key in ("destination", "daddr", "query", "q", "ll")]
    for value in (",".join(pins[-1]) if pins else None, name, *asked):
        if lonlat := _pair(value, lat_first=True):
            return lonlat, None if _pair(name, lat_first=True) else name, "wgs84"
    seen = re.search(rf"/@{_NUMBER},{_NUMBER}", path)
    return _pair(f"{seen[1]},{seen[2]}" if seen else None, lat_first=True), name or said.get("q") or said.get("query"), "wgs84"


def _osm(url: SplitResult, said: dict[str, str]) -> Found:
    seen = re.search(rf"map=[\d.]{{1,5}}/{_NUMBER}/{_NUMBER}", url.fragment)
    middle = f"{seen[1]},{seen[2]}" if seen else None
    for value in (f"{said.get('mlat')},{said.get('mlon')}", said.get("to"), said.get("query"), middle):
        if lonlat := _pair(value, lat_first=True):
            return lonlat, None, "wgs84"
    return None, said.get("query"), "wgs84"


def _geo(url: SplitResult) -> Shared | None:
    """RFC 5870, and Android's ?q=lat,lon(name) or ?q=name, which win over geo:0,0."""
    said = dict(parse_qsl(url.query, max_num_fields=50))
    asked = said.get("q", "")
    label = re.search(r"\(([^)]{1,80})\)\s*$", asked)
    path = _pair(url.path.split(";")[0], lat_first=True)
    lonlat = _pair(asked, lat_first=True) or (path if path != (0.0, 0.0) or not asked else None)
    name = _name(label[1] if label else None if _pair(asked, lat_first=True) else asked)
    return Shared("geo", lonlat, "wgs84" if lonlat else None, name) if lonlat or name else None


_READ: dict[str, Callable[[SplitResult, dict[str, str]], Found]] = {
    "amap": _amap, "baidu": _baidu, "tencent": _tencent, "google": _google, "osm": _osm}


def _pair(text: str | None, *, lat_first: bool) -> tuple[float, float] | None:
    """(lon, lat) at the beginning of a value; None when it is none, or not on the globe."""
    found = _PAIR.match(text.strip()) if text else None
    if found is None:
        return None
    lat, lon = (float(found[1]), float(found[2])) if lat_first else (float(found[2]), float(found[1]))
    return (lon, lat) if -180 <= lon <= 180 and -90 <= lat <= 90 else None


def _marked(text: str) -> tuple[float, float] | None:
    """The first longitude and latitude that say which they are: 东经119.9 北纬31.7, 31°42′N 119°56′E, lat: 31.7 lng: 119.9."""
    angles = [(m[1].lower(), m[2], m[3], m[4], m[5]) for m in _BEFORE.finditer(text) if len(m[1]) > 1 or _ANGULAR.search(m[0])]
    if len(angles) < 2:
        angles = [(m[5].lower(), m[1], m[2], m[3], m[4]) for m in _AFTER.finditer(text) if _ANGULAR.search(m[0])]
    lon, lat = (next((_degrees(*one) for one in angles if one[0] in marks), None) for marks in (_EAST_WEST, _NORTH_SOUTH))
    return None if lon is None or lat is None or not (-180 <= lon <= 180 and -90 <= lat <= 90) else (lon, lat)


_EAST_WEST = {"东经", "西经", "经度", "longitude", "lng", "lon", "e", "w"}
_ANGULAR = re.compile(r"[.°度]")                 # N31.7, 31°N; but S39 is a road
_NORTH_SOUTH = {"北纬", "南纬", "纬度", "latitude", "lat", "n", "s"}


def _degrees(mark: str, sign: str, degrees: str, minutes: str | None, seconds: str | None) -> float:
    value = float(degrees) + float(minutes or 0) / 60 + float(seconds or 0) / 3600
    return -value if sign or mark in ("西经", "南纬", "w", "s") else value


def _title(text: str) -> str | None:
    """What a share text calls its place: in brackets, else its first line, without the app's own words."""
    lines = [_QUOTED.sub("\n", line) for line in text.splitlines()]
    for piece in [*_QUOTED.findall(text), *(part for line in lines for part in re.split(r"[\n,;。:]|点击|查看", line))]:
        name = _name(_LEAD.sub("", piece.strip()))
        if name and name not in APPS and not re.search(r"地图上|分享了|发现了", name) and len(name) > 1:
            return name
    return None


def _field(text: str, at: int) -> str | None:
    fields = text.split(",")
    return fields[at] if len(fields) > at else None


def _name(text: str | None) -> str | None:
    """One line of printable text, not too long; None when nothing is left."""
    flat = "".join(char if char.isprintable() else " " for char in (text or "")[:LONGEST])
    return " ".join(flat.split())[:LONGEST_NAME].strip() or None
