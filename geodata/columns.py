"""What every layer is made of: closed lists and column tables, each with titles and the source of its norm.

In: nothing.    Out: KINDS, SERVICES, ACCURACY, TABLES; the services of one place as a tuple.
Never knows: a file format, a geometry engine, a screen.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from geodata.errors import BadInput


@dataclass(frozen=True)
class Term:
    """One value of a closed list, with its titles and where it comes from."""

    code: str
    zh: str
    en: str
    source: str


@dataclass(frozen=True)
class Column:
    """One column of a layer; unknown is NA in every dtype.

    dtype   str, int, float, bool, date (ISO 8601 day, as text), time (day or moment, as text),
            services (the JSON of services_text), geometry
    """

    name: str
    dtype: str
    unit: str | None
    allowed: tuple[str, ...]      # closed list; empty = any
    title_zh: str
    title_en: str
    source: str
    required: bool = False
    low: float | None = None      # least and greatest sensible value
    high: float | None = None


def _terms(*rows: tuple[str, str, str, str]) -> dict[str, Term]:
    return {row[0]: Term(*row) for row in rows}


BUREAU = "Wujin transport bureau, 1+10+N network (2022)"
HOMES = "China, notice 交办运函〔2025〕1059号: five free basic services of a drivers' home"
OSM = "OpenStreetMap"
TPIMS = "TPIMS 2.2 static feed"
EU_PARKING = "EU Delegated Regulation 2022/1012"
HOUSE = "this project"

KINDS: dict[str, Term] = _terms(
    ("service_centre", "服务中心", "service centre", BUREAU),
    ("service_station", "服务站", "service station", BUREAU),
    ("drivers_home", "司机之家", "drivers' home", HOMES),
    ("partner", "合作网点", "partner", BUREAU),
    ("service_area", "服务区", "service area", "JTG B01-2014; OpenStreetMap highway=services, rest_area"),
    ("lorry_park", "货车停车场", "lorry park", "OpenStreetMap amenity=parking + hgv"),
    ("fuel", "加油站", "fuel station", "OpenStreetMap amenity=fuel"),
)

SERVICES: dict[str, Term] = _terms(
    ("parking", "停车休息", "parking and rest", HOMES),
    ("bed", "住宿", "bed", BUREAU),
    ("shower", "淋浴", "shower", HOMES),
    ("hot_water", "热水", "hot water", HOMES),
    ("laundry", "洗衣", "laundry", HOMES),
    ("food_heating", "食物加热", "food heating", HOMES),
    ("canteen", "餐饮", "canteen", BUREAU),
    ("toilet", "厕所", "toilet", BUREAU),
    ("reading", "阅读", "reading room", BUREAU),
    ("fuel", "加油", "fuel", OSM),
    ("fuel_card", "加油优惠卡", "members' fuel card", BUREAU),
    ("repair", "维修", "repair", BUREAU),
    ("health_check", "健康体检", "health check", BUREAU),
    ("clinic", "医务室", "clinic", BUREAU),
    ("insurance", "意外保险", "accident insurance", BUREAU),
    ("water", "饮用水", "drinking water", OSM),
    ("wifi", "无线网络", "Wi-Fi", EU_PARKING),
    ("charging", "充电", "charging", "EU Regulation 2023/1804 (AFIR)"),
    ("shop", "便利店", "shop", OSM),
    ("help", "求助咨询", "help and answers", BUREAU),
    ("union_card", "工会服务卡", "union service card", BUREAU),
    ("guarded", "安保看护", "guarded parking", EU_PARKING),
    ("tyres", "轮胎", "tyres", OSM),
    ("adblue", "车用尿素", "AdBlue", OSM),
)

ACCURACY: dict[str, Term] = _terms(        # best first; the radius is in the title
    ("A", "A 级：实测或按影像绘制，50 米内", "A: surveyed or drawn from imagery, within 50 m", HOUSE),
    ("B", "B 级：约 700 米内", "B: within about 700 m", HOUSE),
    ("C", "C 级：约 2 公里内", "C: within about 2 km", HOUSE),
    ("D", "D 级：2–5 公里", "D: within 2–5 km", HOUSE),
    ("E", "E 级：仅知名称", "E: known by name only", HOUSE),
    ("invented", "虚构的示意位置", "invented, for demonstration", HOUSE),
    ("unknown", "未知", "unknown", HOUSE),
)
NAVIGABLE = frozenset({"A", "B"})          # good enough to send a lorry there, to call, to print a QR code

_ID = Column("id", "str", None, (), "编号", "id", HOUSE, required=True)
_NAME = Column("name", "str", None, (), "名称", "name", f"{OSM} name; {TPIMS}")
_NAME_EN = Column("name_en", "str", None, (), "英文名称", "English name", f"{OSM} name:en")
_TAIL = (
    Column("source", "str", None, (), "来源", "source", HOUSE),
    Column("updated", "date", None, (), "更新日期", "updated", HOUSE),
    Column("demo", "bool", None, (), "演示数据", "demonstration", HOUSE),
    Column("note", "str", None, (), "备注", "note", HOUSE),
)


def _geometry(*types: str) -> Column:
    return Column("geometry", "geometry", "degrees", types, "位置", "position", "WGS 84 (EPSG:4326), lon lat",
                  required=True)


def _places(kinds: tuple[str, ...]) -> tuple[Column, ...]:
    return (
        _ID,
        Column("kind", "str", None, kinds, "类型", "kind", BUREAU, required=True),
        _NAME,
        _NAME_EN,
        Column("grid_cell", "str", None, (), "网格", "grid cell", BUREAU),
        Column("services", "services", None, tuple(SERVICES), "服务", "services", f"{BUREAU}; {HOMES}"),
        Column("hours", "str", None, (), "开放时间", "opening hours", f"{OSM} opening_hours"),
        Column("lorry_bays", "int", "bays", (), "货车车位", "lorry bays",
               f"{TPIMS} capacity; {OSM} capacity:hgv", low=0, high=20_000),
        Column("phone", "str", None, (), "电话", "phone", f"{OSM} phone"),
        Column("road_ref", "str", None, (), "道路编号", "road", f"{TPIMS} relevantHighway; {OSM} ref"),
        Column("direction", "str", None, (), "行驶方向", "direction", f"{TPIMS} directionOfTravel"),
        Column("max_height_m", "float", "m", (), "限高", "height limit", f"{OSM} maxheight", low=1, high=10),
        Column("max_mass_t", "float", "t", (), "限重", "mass limit", f"{OSM} maxweight", low=0.5, high=500),
        Column("position_accuracy", "str", None, tuple(ACCURACY), "位置精度", "position accuracy", HOUSE),
        *_TAIL,
        _geometry("Point", "Polygon", "MultiPolygon"),
    )


PLACES: dict[str, tuple[Column, ...]] = {kind: _places((kind,)) for kind in KINDS}
GRID_CELLS: tuple[Column, ...] = (
    _ID, _NAME, _NAME_EN,
    Column("station", "str", None, (), "负责服务站", "station that looks after it", BUREAU),
    Column("drivers", "int", "drivers", (), "货车司机人数", "lorry drivers", BUREAU, low=0, high=10_000_000),
    *_TAIL,
    _geometry("Polygon", "MultiPolygon"),
)
EVENTS: tuple[Column, ...] = (
    _ID, _NAME, _NAME_EN,
    Column("what", "str", None,
           ("party_day", "advice", "festival", "health_check", "training", "visit", "other"),
           "活动类型", "what", BUREAU),
    Column("place", "str", None, (), "地点编号", "place id", BUREAU),
    Column("starts", "time", None, (), "开始", "starts", HOUSE),
    Column("ends", "time", None, (), "结束", "ends", HOUSE),
    *_TAIL,
    _geometry("Point"),
)
NAMES: tuple[Column, ...] = (
    Column("name", "str", None, (), "名称", "name", "GeoNames", required=True),
    _NAME_EN,
    Column("alt", "str", None, (), "别名", "other names, separated by |", "GeoNames alternatenames"),
    Column("lon", "float", "degrees", (), "经度", "longitude", "WGS 84", required=True, low=-180, high=180),
    Column("lat", "float", "degrees", (), "纬度", "latitude", "WGS 84", required=True, low=-90, high=90),
    Column("kind", "str", None, (), "类型", "kind", HOUSE),
)
TABLES: dict[str, tuple[Column, ...]] = {   # every kind of layer; "places" holds places of any kind together
    **PLACES, "places": _places(tuple(KINDS)), "grid_cells": GRID_CELLS, "events": EVENTS,
}

# what others call our columns, tried after our own names and titles; sources: OpenStreetMap keys, TPIMS 2.2, GIS habit
ALIASES: dict[str, tuple[str, ...]] = {
    "id": ("osm_id", "siteid", "site_id", "objectid", "fid", "序号"),
    "name": ("name:zh", "name_zh", "站点名称", "服务区名称"),
    "name_en": ("name:en",),
    "hours": ("opening_hours", "营业时间"),
    "lorry_bays": ("capacity:hgv", "capacity"),
    "phone": ("contact:phone", "tel", "联系电话"),
    "road_ref": ("ref", "relevanthighway"),
    "direction": ("directionoftravel", "方向"),
    "max_height_m": ("maxheight",),
    "max_mass_t": ("maxweight",),
    "lon": ("longitude", "lng", "long", "经度"),
    "lat": ("latitude", "纬度"),
    "wkt": ("geometry", "geom", "the_geom", "几何"),
}


@dataclass(frozen=True)
class Service:
    """One service at a place. None is unknown, never "no"."""

    what: str
    hours: str | None = None       # OSM opening_hours of this service alone
    price: str | None = None       # in words, with its currency
    free: bool | None = None
    benefit: str | None = None     # what union members get


@lru_cache(maxsize=65_536)
def services_of(text: str | None) -> tuple[Service, ...]:
    """The services in a `services` cell; nothing known gives ().

    Raises  BadInput not_allowed when the cell is not the JSON list that columns.services_text writes.
    """
    if not isinstance(text, str) or not text.strip():
        return ()
    try:
        items = orjson.loads(text)
        if not isinstance(items, list):
            raise ValueError("not a list")
        return tuple(_service(item) for item in items)
    except (ValueError, TypeError, AttributeError, KeyError) as why:
        raise BadInput("not_allowed", field="services", value=text, allowed=", ".join(SERVICES)) from why


def _service(item: Mapping[str, Any]) -> Service:
    what, free = item["what"], item.get("free")
    if what not in SERVICES or not (free is None or isinstance(free, bool)):
        raise ValueError(f"no such service: {item!r}")
    words = {key: None if item.get(key) is None else str(item[key]) for key in ("hours", "price", "benefit")}
    return Service(what, free=free, **words)


def services_text(services: Iterable[Service]) -> str | None:
    """The cell that services_of reads back; None for no known service."""
    rows = [{key: value for key, value in vars(one).items() if value is not None} for one in services]
    return orjson.dumps(rows).decode() if rows else None
