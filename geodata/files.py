"""Tables of places in GeoJSON, GeoPackage, CSV and XLSX: read from anybody, written for anybody.

In: a file or its bytes, the kind of layer it should be and the datum it is in, as its owner says.    Out: the frame in
WGS 84 with its findings; or a file that is there whole or not at all.
Never knows: doors. What a file is, its first bytes say; its name must agree; no text in it is ever a path.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geodata.cells import Unreadable, is_blank, read_float
from geodata.checks import Box, read_and_check
from geodata.columns import ALIASES, Column
from geodata.datum import to_wgs84
from geodata.errors import BadInput
from geodata.findings import Finding, finding, sort_findings
from geodata.geofiles import Read, geojson, geopackage, read_geojson, read_geopackage
from geodata.layers import Layer, columns_of, rows
from geodata.sheets import Sheet, read_csv, read_xlsx, write_csv, write_xlsx
from geodata.whole import write_whole

MAX_BYTES = 64 * 2**20
MAX_POINTS = 2_000_000              # corners of all areas together
ENDINGS = {".geojson": "geojson", ".json": "geojson", ".gpkg": "gpkg", ".csv": "csv", ".tsv": "csv", ".txt": "csv",
           ".xlsx": "xlsx"}
_AREA = re.compile(r"\s*(?:POINT|POLYGON|MULTIPOLYGON)\s*(?:Z|M|ZM)?\s*\([^A-Z]*", re.IGNORECASE)   # nothing nested
_DATUM = re.compile(r"(?P<gcj02>gcj[\s_-]?(?:02)?|火星|高德|amap)|(?P<wgs84>wgs[\s_-]?(?:84)?)"
                    r"|(?P<bd09>bd[\s_-]?09|百度|baidu|^bd(?=[\W_l])|(?<=[\W_])bd$)", re.IGNORECASE)


def read_table(source: Path | bytes, *, kind: str, datum: str, name: str | None = None,
               columns: Mapping[str, str] | None = None, box: Box | None = None,
               known: gpd.GeoDataFrame | None = None) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """The places in a file, as the columns of `kind`, with every fault found in it.

    source   a path, or the bytes of an upload; `name` is then what it was called
    datum    wgs84, gcj02 or bd09: what its owner says it is in; never guessed
    columns  the file's title -> our column, where the titles are not understood by themselves
    box, known  see checks.check
    Raises   BadInput file_not_found, empty_file, bad_file, bad_geojson, too_large, bad_datum, not_allowed. Faults in
             single rows raise nothing: what cannot be read is unknown in the frame and told in the findings.
    """
    to_wgs84(np.empty((0, 2)), datum)                                     # refuses an unknown datum first
    content, name = _bytes(source), name if isinstance(source, bytes) else source.name
    what = _sniff(content)
    if name is not None and ENDINGS.get(Path(name).suffix.lower()) != what:
        raise BadInput("bad_file", field="file", value=name, reason=f"content is {what}")
    if what in SHEETS:
        raw, numbers, found = _places(SHEETS[what](content), kind, columns or {}, datum)
    else:
        read, found = FRAMES[what](content)
        raw, unknown = _renamed(read, columns_of(kind), columns or {})
        found = [*found, *unknown]
        numbers = list(range(1, len(raw) + 1))
    if int(shapely.get_num_coordinates(raw.geometry.to_numpy()).sum()) > MAX_POINTS:
        raise BadInput("too_large", field="file", limit=MAX_POINTS, unit="points")
    moved = shapely.transform(shapely.force_2d(raw.geometry.to_numpy()), lambda lonlat: to_wgs84(lonlat, datum))
    frame, faults = read_and_check(raw.set_geometry(gpd.GeoSeries(moved, index=raw.index, crs=4326)), kind,
                                   rows=numbers, box=box, known=known)
    told = {one.row for one in found if one.severity == "error" and one.column in ("lon", "lat", "wkt", "geometry")}
    faults = [one for one in faults if one.code != "missing_position" or not told & {one.row, None}]
    return frame, sort_findings(found + faults)


def write_table(layer: Layer, path: Path) -> None:
    """The layer as a file; its ending says which kind. Raises BadInput bad_file, NoRoom."""
    what = ENDINGS.get(path.suffix.lower())
    if what is None:
        raise BadInput("bad_file", field="file", value=path.name, reason=", ".join(ENDINGS))
    write_whole(path, table_bytes(layer, what))


def table_bytes(layer: Layer, what: str) -> bytes:
    """The layer as geojson, gpkg, csv or xlsx."""
    if what in ("geojson", "gpkg"):
        return geojson(layer) if what == "geojson" else geopackage(layer)
    shapes = layer.frame.geometry
    areas = bool((shapes.geom_type != "Point").any())
    titles = [name for name in layer.frame if name != "geometry"] + ["lon", "lat"] + ["wkt"] * areas
    wkt = shapely.to_wkt(shapes.to_numpy(), rounding_precision=-1) if areas else [None] * len(layer)
    cells = ([*row.values(), float(lon), float(lat), *[text] * areas]
             for row, (lon, lat), text in zip(rows(layer.frame), layer.points, wkt, strict=True))
    return write_csv(titles, cells) if what == "csv" else write_xlsx(titles, cells)


def _bytes(source: Path | bytes) -> bytes:
    if isinstance(source, Path):
        if not source.is_file():
            raise BadInput("file_not_found", field="file", value=str(source))
        with source.open("rb") as file:
            source = file.read(MAX_BYTES + 1)
    if len(source) > MAX_BYTES:
        raise BadInput("too_large", field="file", limit=MAX_BYTES // 2**20, unit="MB")
    if not source.strip():
        raise BadInput("empty_file", field="file")
    return source


def _sniff(content: bytes) -> str:
    """What the first bytes say. XML (a VRT, a KML) and other binary files are refused here."""
    if content.startswith(b"SQLite format 3\0"):
        return "gpkg"
    if content.startswith(b"PK\3\4"):
        return "xlsx"
    start = content[:4_096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] in (b"{", b"["):
        return "geojson"
    if start.startswith(b"<") or (b"\0" in start and content[:2] not in (b"\xff\xfe", b"\xfe\xff")):
        raise BadInput("bad_file", field="file", reason="not_a_table")
    return "csv"


SHEETS: dict[str, Callable[[bytes], Sheet]] = {"csv": read_csv, "xlsx": read_xlsx}
FRAMES: dict[str, Callable[[bytes], Read]] = {"geojson": read_geojson, "gpkg": read_geopackage}


def _places(sheet: Sheet, kind: str, given: Mapping[str, str], datum: str,
            ) -> tuple[gpd.GeoDataFrame, list[int], list[Finding]]:
    cells = pd.DataFrame(sheet.rows, columns=range(len(sheet.titles)), dtype="object")
    at, unknown = _match(sheet.titles, columns_of(kind), given, sheet=True)
    found = [*sheet.findings, *_other_datum(sheet.titles, at, datum), *unknown]
    shapes, faults = _points(cells, sheet.numbers, at)
    areas, more = _areas(cells, sheet.numbers, at)
    shapes = np.where(shapely.is_missing(areas), shapes, areas) if len(shapes) else shapes
    has_area = {number for number, area in zip(sheet.numbers, areas, strict=True) if area is not None}
    found += [*more, *(one for one in faults if one.row not in has_area and not (one.row is None and "wkt" in at))]
    named = cells[[at[name] for name in at]].set_axis(list(at), axis=1).drop(columns=["lon", "lat", "wkt"],
                                                                             errors="ignore")
    return gpd.GeoDataFrame(named, geometry=shapes, crs=4326), sheet.numbers, found


def _renamed(frame: gpd.GeoDataFrame, columns: Sequence[Column], given: Mapping[str, str],
             ) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    titles = [str(name) for name in frame if name != "geometry"]
    at, unknown = _match(titles, columns, given, sheet=False)
    cells = pd.DataFrame({name: frame[titles[place]] for name, place in at.items()}, index=frame.index)
    return gpd.GeoDataFrame(cells, geometry=frame.geometry), unknown


def _match(titles: Sequence[str], columns: Sequence[Column], given: Mapping[str, str], *, sheet: bool,
           ) -> tuple[dict[str, int], list[Finding]]:
    """Our column -> the place of its title: as given, by name, by title, by alias; and the titles nobody wants."""
    wanted = {one.name: one for one in columns if one.dtype != "geometry"}
    for title, name in given.items():
        if title not in titles or name not in {*wanted, "lon", "lat", "wkt"}:
            raise BadInput("not_allowed", field="columns", value=f"{title}={name}", allowed=", ".join(titles))
    flat = [_plain(title) for title in titles]
    at = {name: titles.index(title) for title, name in given.items()}
    positions = ("lon", "lat", "wkt") if sheet else ()
    for name in (*wanted, *positions):
        column = wanted.get(name)
        names = [name, *((column.title_zh, column.title_en) if column else ()), *ALIASES.get(name, ())]
        places = [flat.index(_plain(one)) for one in names if _plain(one) in flat]
        free = [place for place in places if place not in at.values()]
        if name not in at and free:
            at[name] = free[0]
    if sheet and not {"lon", "lat", "wkt"} & set(at) and {"x", "y"} <= set(flat):
        at |= {"lon": flat.index("x"), "lat": flat.index("y")}
    unread = [title for place, title in enumerate(titles) if place not in at.values() and title]
    return at, [finding("unknown_column", None, title, title) for title in unread]


def _plain(title: str) -> str:
    """A title without case, spaces, brackets and the name of a datum."""
    return re.sub(r"[\s\-_.()（）\[\]]", "", _DATUM.sub("", title.casefold()))


def _other_datum(titles: Sequence[str], at: Mapping[str, int], datum: str) -> list[Finding]:
    """A title such as lng_gcj02 or 百度经度 when something else was declared."""
    said = [(titles[at[name]], _DATUM.search(titles[at[name]])) for name in ("lon", "lat") if name in at]
    return [finding("datum_in_title", None, title, title, datum=word.lastgroup)
            for title, word in said if word and word.lastgroup != datum]


def _points(cells: pd.DataFrame, numbers: Sequence[int], at: Mapping[str, int]) -> tuple[NDArray[Any], list[Finding]]:
    shapes = np.full(len(cells), None, dtype=object)
    found = [finding("missing_column", None, name) for name in ("lon", "lat") if name not in at]
    if found:
        return shapes, found
    lonlat = np.full((len(cells), 2), np.nan)
    for axis, name in enumerate(("lon", "lat")):
        column = Column(name, "float", "degrees", (), "", "", "")
        for row, value in enumerate(cells[at[name]]):
            try:
                lonlat[row, axis] = np.nan if is_blank(value) else read_float(value, column)
            except Unreadable as why:
                found.append(finding(str(why), numbers[row], name, value))
    whole = np.isfinite(lonlat).all(axis=1)
    shapes[whole] = shapely.points(lonlat[whole])
    return shapes, found


def _areas(cells: pd.DataFrame, numbers: Sequence[int], at: Mapping[str, int]) -> tuple[NDArray[Any], list[Finding]]:
    shapes, found = np.full(len(cells), None, dtype=object), []
    for row, text in enumerate(cells[at["wkt"]]) if "wkt" in at else ():
        if not is_blank(text):
            shapes[row] = shapely.from_wkt(text, on_invalid="ignore") if _AREA.fullmatch(str(text)) else None
            if shapes[row] is None:
                found.append(finding("bad_geometry", numbers[row], "wkt", text))
    return shapes, found
