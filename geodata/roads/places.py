"""OpenStreetMap objects -> service areas, lorry parks, fuel stations with their polygons, and the names of places.

In: extracts.    Out: frames with the columns of geodata.columns, one a kind; a frame of named places.
Never knows: roads, routes. What is not tagged is unknown (None), never a default.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import isnan
from pathlib import Path
from typing import Any

import geopandas as gpd
import osmium
import shapely

from geodata.columns import ACCURACY, Service, services_text
from geodata.roads.access import HGV, access_of
from geodata.roads.limits import limits_of
from geodata.roads.osm import Progress, bad_file, quiet

# our service code -> tags that say so (any of them); wiki.openstreetmap.org, pages of the keys
SERVICE_TAGS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "toilet": (("toilets", ("yes",)), ("amenity", ("toilets",))),
    "shower": (("shower", ("yes", "hot")), ("amenity", ("shower",))),
    "water": (("drinking_water", ("yes",)),),
    "wifi": (("internet_access", ("yes", "wlan")),),
    "canteen": (("restaurant", ("yes",)), ("food", ("yes",)), ("amenity", ("restaurant",))),
    "shop": (("shop", ("yes", "convenience", "kiosk")),),
    "fuel": (("amenity", ("fuel",)), ("fuel", ("yes",))),
    "repair": (("service:vehicle:repair", ("yes",)), ("service:vehicle:truck_repair", ("yes",))),
    "laundry": (("laundry", ("yes",)), ("amenity", ("laundry",))),
    "charging": (("amenity", ("charging_station",)), ("charging_station", ("yes",))),
    "parking": (("amenity", ("parking",)), ("parking", ("yes", "surface"))),
}
Found = tuple[str, dict[str, str], shapely.Geometry, str | None]      # osm:type/id, tags, lon/lat, date of the last edit
TOWNS = ("city", "town", "suburb", "village", "quarter", "neighbourhood", "hamlet", "borough", "municipality", "locality")
LORRY = ("yes", "designated", "only", "official")


def kind_of(tags: Mapping[str, str]) -> str | None:
    """Which of our kinds an object is, if any; none where lorries may not go in."""
    if access_of(tags, HGV) in ("closed", "private"):
        return None
    if tags.get("highway") in ("services", "rest_area"):
        return "service_area"
    if tags.get("amenity") == "truck_stop" or (tags.get("amenity") == "parking" and _for_lorries(tags)):
        return "lorry_park"
    return "fuel" if tags.get("amenity") == "fuel" else None


def _for_lorries(tags: Mapping[str, str]) -> bool:
    return tags.get("hgv") in LORRY or bays_of(tags) is not None


def bays_of(tags: Mapping[str, str]) -> int | None:
    """Bays for lorries as counted in capacity:hgv; None when not a positive number."""
    text = tags.get("capacity:hgv") or tags.get("capacity:truck") or ""
    return int(text) if text.isdecimal() and len(text) < 6 and int(text) > 0 else None


def read_places(files: Iterable[Path], *, progress: Progress = quiet) -> tuple[dict[str, gpd.GeoDataFrame], gpd.GeoDataFrame]:
    """Frames of places by kind, and the frame of names (name, name_en, alt, kind, lon, lat)."""
    rows: dict[str, list[dict[str, Any]]] = {"service_area": [], "lorry_park": [], "fuel": []}
    names: list[dict[str, Any]] = []
    seen: set[str] = set()
    for key, tags, shape, updated in _objects(files):
        if key in seen:
            continue
        seen.add(key)
        if (kind := kind_of(tags)) is not None:
            rows[kind].append(_row(key, kind, tags, shape, updated))
            progress("places", len(seen))
        elif tags.get("place") in TOWNS and tags.get("name"):
            point = shapely.point_on_surface(shape)
            names.append({"name": tags.get("name:zh") or tags["name"], "name_en": tags.get("name:en"),
                          "alt": "|".join(filter(None, (tags["name"], tags.get("alt_name"), tags.get("old_name")))),
                          "kind": tags["place"], "lon": point.x, "lat": point.y})
    frames = {kind: _frame(found) for kind, found in rows.items() if found}
    columns = ["name", "name_en", "alt", "kind", "lon", "lat"]
    return frames, gpd.GeoDataFrame({c: [n[c] for n in names] for c in columns},
                                    geometry=gpd.points_from_xy([n["lon"] for n in names], [n["lat"] for n in names]), crs=4326)


def _frame(rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=4326).sort_values("id", ignore_index=True)


def _objects(files: Iterable[Path]) -> Iterator[Found]:
    """Everything tagged like a place. A way that makes no valid polygon (cut by the rim of every file, crossing itself, not
    closed) is a point amid its nodes."""
    loose: dict[str, Found] = {}
    for file in files:
        try:
            yield from _objects_of(file, loose)
        except (RuntimeError, ValueError) as wrong:
            raise bad_file(file, wrong) from wrong
    yield from loose.values()


def _objects_of(file: Path, loose: dict[str, Found]) -> Iterator[Found]:
    wanted = osmium.filter.TagFilter(("highway", "services"), ("highway", "rest_area"), ("amenity", "truck_stop"),
                                     ("amenity", "parking"), ("amenity", "fuel"), *(("place", p) for p in TOWNS))
    factory = osmium.geom.WKBFactory()
    for o in osmium.FileProcessor(str(file)).with_areas(wanted).with_filter(wanted):
        if isinstance(o, osmium.osm.Node) and o.location.valid():
            yield f"osm:node/{o.id}", dict(o.tags), shapely.Point(o.lon, o.lat), _date(o)
        elif isinstance(o, osmium.osm.Way) and (at := _amid(o)) is not None:
            loose.setdefault(f"osm:way/{o.id}", (f"osm:way/{o.id}", dict(o.tags), at, _date(o)))
        elif isinstance(o, osmium.osm.Area) and (shape := _polygon(o, factory)) is not None:
            yield f"osm:{'way' if o.from_way() else 'relation'}/{o.orig_id()}", dict(o.tags), shape, _date(o)


def _amid(way: osmium.osm.Way) -> shapely.Point | None:
    known = {(n.lon, n.lat) for n in way.nodes if n.location.valid()}
    return shapely.MultiPoint(sorted(known)).centroid if known else None


def _polygon(area: osmium.osm.Area, factory: Any) -> shapely.Geometry | None:
    """None for one that is no polygon: libosmium hands these over without a ring."""
    if not any(True for _ in area.outer_rings()):
        return None
    shape = shapely.from_wkb(factory.create_multipolygon(area))
    return shape.geoms[0] if len(shape.geoms) == 1 else shape


def _date(o: Any) -> str | None:
    return o.timestamp.date().isoformat() if o.timestamp.year > 2000 else None


def _row(key: str, kind: str, tags: dict[str, str], shape: shapely.Geometry, updated: str | None) -> dict[str, Any]:
    services = [Service(what) for what, said in SERVICE_TAGS.items() if any(tags.get(k) in values for k, values in said)]
    limits, accuracy = limits_of(tags), tags.get("position_accuracy", "A")
    source = tags.get("source:position", "openstreetmap")
    name = tags.get("name:zh") or tags.get("name") or tags.get("brand") or tags.get("operator")
    return {
        "id": key, "kind": kind, "name": name, "name_en": tags.get("name:en"), "grid_cell": None,
        "services": services_text(services), "hours": tags.get("opening_hours"),
        "lorry_bays": bays_of(tags), "phone": tags.get("phone") or tags.get("contact:phone"),
        "road_ref": tags.get("ref"), "direction": tags.get("direction"),
        "max_height_m": None if isnan(limits.height_m) else limits.height_m,
        "max_mass_t": None if isnan(limits.mass_t) else limits.mass_t,
        "position_accuracy": accuracy if accuracy in ACCURACY else "unknown", "source": source,
        "updated": updated, "demo": False, "note": tags.get("note"), "geometry": shape,
    }
