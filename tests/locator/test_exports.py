"""A route and its stops as files: read back by other programs' readers, whatever the names hold."""
from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser

import defusedxml.ElementTree as safe
import gpxpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from locator.exports import FOLD, GPX_SPACE, KML_SPACE, WRITERS, Export, ExportStop, geojson, gpx, ics, kml

CST = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 24, 1, 2, 3, tzinfo=UTC)
ETA = datetime(2026, 11, 24, 9, 5, 33, tzinfo=CST)
LINE = ((119.9446, 31.7158), (119.98, 31.73), (120.1115, 31.7637))
HOSTILE = ("<script>alert(1)</script>", "]]><x/>", "&amp;&lt;&#0;", "a\x00b\x0b\x1b[2J", "\ud800\ufffe\uffff", "\u202eabc",
           "x\r\nBEGIN:VEVENT\r\nUID:1",
           "a,b;c\\d\\n", "$[name]", "湖塘" * 60, "😀" * 40, '"\'', "=cmd()", "%s%(x)s{0}", "\u2028\u2029", " ")


def export(name: str, **more: object) -> Export:
    stops = (ExportStop("p1", name, 119.98, 31.73, ETA, 1_200.0, name, "https://uri.amap.com/navigation?to=1,2&mode=car"),
             ExportStop("p2", "湖塘", 120.0, 31.74, **more))  # type: ignore[arg-type]
    return Export(name, name, LINE, stops, NOW)


def shown(name: str) -> str:
    """What a name is in any file: its printable characters."""
    return "".join(char if char.isprintable() else " " for char in name)


def unfolded(content: bytes) -> list[str]:
    """The lines of an iCalendar file, as RFC 5545 3.1 unfolds them; every raw line is checked for its length."""
    raw = content.decode("utf-8").split("\r\n")
    assert raw.pop() == "" and not any("\n" in line or "\r" in line for line in raw)
    assert all(len(line.encode()) <= FOLD for line in raw)
    return "\r\n".join(raw).replace("\r\n ", "").split("\r\n")


def properties(lines: list[str]) -> list[dict[str, str]]:
    """The events, values unescaped as RFC 5545 3.3.11 says."""
    events: list[dict[str, str]] = []
    for line in lines:
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            events.append({})
        elif events and line != "END:VEVENT":
            told = re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], value)
            assert name not in events[-1] or name == "END"
            events[-1][name] = told
    return events


def test_gpx_is_read_by_gpxpy() -> None:
    read = gpxpy.parse(gpx(export("湖塘服务区")).decode())
    assert (read.version, read.creator, read.name) == ("1.1", "locator", "湖塘服务区")
    assert [(w.longitude, w.latitude, w.name) for w in read.waypoints] == [(119.98, 31.73, "湖塘服务区"), (120.0, 31.74, "湖塘")]
    assert read.waypoints[0].time == ETA and read.waypoints[1].time is None
    assert read.waypoints[0].link == "https://uri.amap.com/navigation?to=1,2&mode=car"
    assert tuple((p.longitude, p.latitude) for p in read.tracks[0].segments[0].points) == LINE


def test_gpx_keeps_the_order_of_its_schema() -> None:
    """xsd:sequence of GPX 1.1: metadata, wpt*, rte*, trk*; in a point time, name, desc, link."""
    root = ET.fromstring(gpx(export("x")))
    assert [child.tag.split("}")[1] for child in root] == ["metadata", "wpt", "wpt", "trk"] and root.tag == f"{{{GPX_SPACE}}}gpx"
    assert [child.tag.split("}")[1] for child in root[1]] == ["time", "name", "desc", "link"]


def test_kml_has_a_line_and_a_mark_for_each_stop() -> None:
    root = ET.fromstring(kml(export("湖塘")))
    tags = {"k": KML_SPACE}
    line = root.findtext("k:Document/k:Placemark/k:LineString/k:coordinates", namespaces=tags)
    assert line and [tuple(map(float, pair.split(","))) for pair in line.split()] == list(LINE)
    marks = root.findall("k:Document/k:Placemark[k:Point]", tags)
    assert [mark.findtext("k:Point/k:coordinates", namespaces=tags) for mark in marks] == ["119.9800000,31.7300000",
                                                                                           "120.0000000,31.7400000"]
    assert [mark.findtext("k:TimeStamp/k:when", namespaces=tags) for mark in marks] == ["2026-11-24T01:05:33Z", None]


def test_a_calendar_has_an_event_for_each_stop_with_an_arrival() -> None:
    lines = unfolded(ics(export("湖塘服务区", arrive=ETA + timedelta(hours=1))))
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"] and lines[-1] == "END:VCALENDAR"
    first, second = properties(lines)
    assert (first["DTSTART"], first["DTEND"], first["DTSTAMP"]) == ("20261124T010533Z", "20261124T012533Z", "20261124T010203Z")
    assert first["SUMMARY"] == "湖塘服务区" and first["GEO"] == "31.730000;119.980000" and "DTEND" not in second
    assert first["UID"] != second["UID"] and len(properties(unfolded(ics(export("x"))))) == 1
    assert ics(export("湖塘服务区")) == ics(export("湖塘服务区")), "the same stop keeps its UID"


def test_geojson_has_the_route_first_and_then_the_stops() -> None:
    told = json.loads(geojson(export("湖塘")))
    assert [one["geometry"]["type"] for one in told["features"]] == ["LineString", "Point", "Point"]
    assert told["features"][1]["properties"]["arrive"] == "2026-11-24T09:05:33+08:00"


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_no_stops_and_no_line_is_still_a_file(write: Callable[[Export], bytes]) -> None:
    assert write(Export("t", "", (), (), NOW))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_text_in_each(name: str) -> None:
    held_as_text(name)


@given(st.text(st.characters(), max_size=200))
def test_any_name_is_text_in_each(name: str) -> None:
    held_as_text(name)


def held_as_text(name: str) -> None:
    given = export(name)
    for write in (gpx, kml):
        elements = list(safe.fromstring(write(given), forbid_dtd=True).iter())
        assert {element.tag for element in elements} <= {element.tag for element in safe.fromstring(write(export("x"))).iter()}
        assert not name or shown(name) in [element.text for element in elements if element.tag.endswith("}name")]
    events = properties(unfolded(ics(given)))
    assert [event["SUMMARY"] for event in events] == [shown(name)]
    assert events[0].keys() == properties(unfolded(ics(export("x"))))[0].keys()
    assert json.loads(geojson(given))["features"][1]["properties"]["name"] == shown(name)


class Tags(HTMLParser):
    """What a program that takes a KML description for HTML would see."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_kml_description_has_no_markup_but_line_breaks(name: str) -> None:
    for element in ET.fromstring(kml(export(name))).iter(f"{{{KML_SPACE}}}description"):
        tags = Tags()
        tags.feed(element.text or "")
        assert set(tags.seen) <= {"br"} and "$[" not in (element.text or "")
