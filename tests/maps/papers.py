"""A booklet's data as locator.printing hands it over, drawn up by hand; and PDFs read back by others' eyes.

In: pages, stops.    Out: data and pictures for maps.paper; text, pixels and QR codes of a PDF.
Never knows: how the locator makes such data, but for which words every template asks for.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pypdfium2
import zxingcpp
from numpy.typing import NDArray

from locator.printing.documents import SHARED
from maps.paper import qr_svg

MADE = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
LINK = "https://uri.amap.com/navigation?to=119.97,31.71,stop&mode=car"


def pair(a: str, b: str = "") -> dict[str, str]:
    return {"a": a, "b": b}


def stop(number: int, name: str, **more: Any) -> dict[str, Any]:
    """One row, its QR code in a file of its own."""
    return {
        "number": number,
        "kind": "drivers_home",
        "name": name,
        "name_beside": "",
        "mark": None,
        "last_safe": False,
        "rest": None,
        "leave": None,
        "kind_name": pair("司机之家", "Drivers' home"),
        "services": pair("淋浴、热水", "Shower, hot water"),
        "note": "",
        "hours": "24/7",
        "open": pair("到时营业", "open"),
        "shut": False,
        "phone": "0519-8655 1201",
        "no_call": False,
        "qr": f"qr-{number}.svg",
        "qr_alt": f"QR {number}",
        "km": "12.4",
        "eta": "08:31",
        "eta_to": "– 08:52",
        "detour": "+2 min",
        "side": pair("顺行同侧", "own side"),
        "side_code": "same",
        "bays": "24",
        **more,
    }


def booklet(
    pages: list[list[dict[str, Any]]], *, title: str = "湖塘 → 横山桥", panel: str | None = None
) -> tuple[dict[str, Any], dict[str, str]]:
    """(data, pictures) of a booklet with these stops on its pages."""
    drawn = panel or (
        '<svg xmlns="http://www.w3.org/2000/svg" width="150mm" height="140mm" viewBox="0 0 150 140">'
        '<path d="M75 140V0" stroke="#0b6e4f" stroke-width="2"/></svg>'
    )
    ruler = {
        "shades": [{"from": 0.4, "to": 0.7}],
        "ticks": [{"at": k / 15, "major": k % 5 == 0, "label": f"{k} km"} for k in range(16)],
        "clocks": [{"at": k / 5, "label": f"0:{5 * k:02d}"} for k in range(6)],
        "flags": [{"at": 0.7, "stand": 0.72, "what": "limit", "number": None, "last": None, "places": [0.7], "kind": None,
                   "label": pair("时限", "Limit")}],
    }
    said = [
        {
            "title": f"第 {n} 幅",
            "span": "0–15 km",
            "scale": "1:100 000",
            "marks": [],
            "neighbours": [],
            "locator": None,
            "panel": {"file": f"strip-{n}.svg", "width_mm": 150, "height_mm": 140, "alt": f"strip {n}"},
            "ruler": ruler,
            "stops": stops,
        }
        for n, stops in enumerate(pages, start=1)
    ]
    pictures = {f"strip-{n}.svg": drawn for n in range(1, len(pages) + 1)}
    pictures |= {one["qr"]: qr_svg(f"{LINK}&n={one['number']}") for stops in pages for one in stops if one["qr"]}
    return {
        "title": title,
        "author": "武进",
        "keywords": ["strip maps"],
        "lang": "zh",
        "text_region": "CN",
        "warnings": [pair("示意", "schematic")],
        "foot": "© OpenStreetMap contributors",
        "words": {key: pair(f"[{key}]", key) for key in SHARED},
        "subtitle": ["货车"],
        "live": None,
        "live_alt": "",
        "facts": [{"label": pair("全程"), "value": "25.8 km"}],
        "overview": None,
        "legend": [],
        "small_print": [pair("注")],
        "plan": {"legs": [], "say": [pair("不必停车", "no rest needed")]},
        "pages": said,
        "law": True,
        "paper": {
            "width_mm": 210,
            "height_mm": 297,
            "margin_mm": 10,
            "ruler_mm": 38,
            "wide": True,
            "beside": False,
            "legend_columns": 4,
        },
    }, pictures


def texts(pdf: bytes) -> list[str]:
    """The text of every page, in the order in which a reader's software takes it out."""
    return [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in pypdfium2.PdfDocument(pdf)]


def pixels(pdf: bytes, page: int = 0, *, ppi: float = 150) -> NDArray[np.uint8]:
    """(h, w, 3) of a page, as a printer would see it."""
    return np.ascontiguousarray(pypdfium2.PdfDocument(pdf)[page].render(scale=ppi / 72, rev_byteorder=True).to_numpy()[:, :, :3])


def codes(pdf: bytes, page: int = 0, *, ppi: float = 200) -> set[str]:
    """What the QR codes of a page say, as another program reads them from its picture."""
    return {code.text for code in zxingcpp.read_barcodes(pixels(pdf, page, ppi=ppi), formats=zxingcpp.BarcodeFormat.QRCode)}
