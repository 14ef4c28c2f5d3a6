"""A route and its stops as a file for other programs: GPX 1.1, KML 2.2, iCalendar, GeoJSON.

In: Export: plain texts, lon/lat WGS 84, aware times.    Out: bytes, UTF-8.
Never knows: an answer, a plan, a language. A text is text in each format, whatever it holds.
"""
from __future__ import annotations

import html
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from locator.asks import after

GPX_SPACE, KML_SPACE = "http://www.topografix.com/GPX/1/1", "http://www.opengis.net/kml/2.2"
FOLD = 75                    # octets of a line of iCalendar, RFC 5545 3.1
LONGEST = 2_000              # characters of one text
Lonlat = tuple[float, float]


@dataclass(frozen=True)
class ExportStop:
    """One stop: where, when he arrives, how long he stays (None: not said), what is to be known, a link for people."""

    id: str
    name: str
    lon: float
    lat: float
    arrive: datetime | None = None
    rest_s: float | None = None
    about: str = ""
    link: str | None = None


@dataclass(frozen=True)
class Export:
    """A title, what must be said with it (whose data, how sure), the line driven, the stops in order, and when it was made."""

    title: str
    about: str
    line: Sequence[Lonlat]
    stops: Sequence[ExportStop]
    made: datetime


def gpx(given: Export) -> bytes:
    """The route as a track, the stops as waypoints; a waypoint's time is the arrival."""
    root = ET.Element("gpx", {"version": "1.1", "creator": "locator", "xmlns": GPX_SPACE})
    head = ET.SubElement(root, "metadata")
    _texts(head, name=given.title, desc=given.about, time=_zulu(given.made))
    for stop in given.stops:
        point = ET.SubElement(root, "wpt", _latlon(stop.lon, stop.lat))
        _texts(point, time=_zulu(stop.arrive), name=stop.name, desc=stop.about)
        if stop.link:
            ET.SubElement(point, "link", {"href": _plain(stop.link)})
    if len(given.line) > 1:
        track = ET.SubElement(root, "trk")
        _texts(track, name=given.title)
        segment = ET.SubElement(track, "trkseg")
        for lon, lat in given.line:
            ET.SubElement(segment, "trkpt", _latlon(lon, lat))
    return _xml(root)


def kml(given: Export) -> bytes:
    """Placemarks. A description is HTML to Google Earth, and $[…] a field: both are taken from it first."""
    root = ET.Element("kml", {"xmlns": KML_SPACE})
    document = ET.SubElement(root, "Document")
    _texts(document, name=given.title, description=_no_html(given.about))
    if len(given.line) > 1:
        drawn = ET.SubElement(document, "Placemark")
        _texts(drawn, name=given.title)
        line = ET.SubElement(drawn, "LineString")
        _texts(line, tessellate="1", coordinates=" ".join(f"{lon:.7f},{lat:.7f}" for lon, lat in given.line))
    for stop in given.stops:
        mark = ET.SubElement(document, "Placemark")
        _texts(mark, name=stop.name, description=_no_html("\n".join(filter(None, (stop.about, stop.link)))))
        if stop.arrive:
            _texts(ET.SubElement(mark, "TimeStamp"), when=_zulu(stop.arrive))
        _texts(ET.SubElement(mark, "Point"), coordinates=f"{stop.lon:.7f},{stop.lat:.7f}")
    return _xml(root)


def ics(given: Export) -> bytes:
    """An event a stop, in UTC, from the arrival for as long as he stays; a stop without an arrival is no event. RFC 5545."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//locator//stops//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
             f"X-WR-CALNAME:{_ical(given.title)}"]
    for number, stop in enumerate(given.stops):
        if stop.arrive is not None:
            lines += ["BEGIN:VEVENT", *_event(given, stop, stop.arrive, number), "END:VEVENT"]
    return b"".join(_folded(line) for line in [*lines, "END:VCALENDAR"])


def _event(given: Export, stop: ExportStop, arrive: datetime, number: int) -> list[str]:
    one = sha256(f"{stop.id}\n{number}\n{arrive.isoformat()}".encode("utf-8", "replace")).hexdigest()[:32]
    lines = [f"UID:{one}@locator", f"DTSTAMP:{_basic(given.made)}", f"DTSTART:{_basic(arrive)}"]
    if stop.rest_s:
        lines.append(f"DTEND:{_basic(after(arrive, stop.rest_s))}")
    lines += [f"SUMMARY:{_ical(stop.name)}", f"LOCATION:{_ical(f'{stop.name} ({stop.lat:.5f}, {stop.lon:.5f})')}",
              f"GEO:{stop.lat:.6f};{stop.lon:.6f}"]
    about = "\n".join(filter(None, (stop.about, stop.link, given.about)))
    return [*lines, f"DESCRIPTION:{_ical(about, lines=True)}"] if about else lines


def geojson(given: Export) -> bytes:
    """RFC 7946: the route as the first feature where there is one, then the stops."""
    line = [{"type": "Feature", "properties": {"name": _plain(given.title)},
             "geometry": {"type": "LineString", "coordinates": [[round(lon, 7), round(lat, 7)] for lon, lat in given.line]}}]
    stops = [{"type": "Feature", "id": _plain(stop.id), "geometry": {"type": "Point", "coordinates": [stop.lon, stop.lat]},
              "properties": {"name": _plain(stop.name), "arrive": stop.arrive and stop.arrive.isoformat(timespec="seconds"),
                             "rest_s": stop.rest_s, "about": _plain(stop.about, lines=True), "link": stop.link}}
             for stop in given.stops]
    features = [*(line if len(given.line) > 1 else []), *stops]
    told = {"type": "FeatureCollection", "title": _plain(given.title), "about": _plain(given.about, lines=True),
            "features": features}
    return json.dumps(told, ensure_ascii=False, allow_nan=False).encode()


WRITERS: dict[str, Callable[[Export], bytes]] = {"gpx": gpx, "kml": kml, "ics": ics, "geojson": geojson}
MEDIA_TYPES = {"gpx": "application/gpx+xml", "kml": "application/vnd.google-earth.kml+xml", "ics": "text/calendar; charset=utf-8",
               "geojson": "application/geo+json"}


def _plain(text: str, *, lines: bool = False) -> str:
    """Printable text only: no control, no direction mark, nothing that XML 1.0 or UTF-8 cannot hold."""
    return "".join(char if char.isprintable() or (lines and char == "\n") else " " for char in text[:LONGEST])


def _texts(parent: ET.Element, **texts: str | None) -> None:
    for tag, text in texts.items():
        if text:
            ET.SubElement(parent, tag).text = text if tag == "coordinates" else _plain(text, lines=tag.startswith("desc"))


def _xml(root: ET.Element) -> bytes:
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _no_html(text: str) -> str:
    return html.escape(_plain(text, lines=True).replace("$[", "$ ["), quote=True).replace("\n", "<br>")


def _latlon(lon: float, lat: float) -> dict[str, str]:
    return {"lat": f"{lat:.7f}", "lon": f"{lon:.7f}"}


def _zulu(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _basic(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _ical(text: str, *, lines: bool = False) -> str:
    flat = _plain(text, lines=lines)
    for raw, said in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        flat = flat.replace(raw, said)
    return flat


def _folded(line: str) -> bytes:
    """The line in pieces of at most FOLD octets, each but the first begun by a space, no character torn."""
    pieces, piece = [], b""
    for char in line:
        octets = char.encode()
        if len(piece) + len(octets) > FOLD:
            pieces.append(piece)
            piece = b" "
        piece += octets
    return b"\r\n".join([*pieces, piece]) + b"\r\n"
