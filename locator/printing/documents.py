"""A paper ready to be set: a template, its data, its pictures; set as a PDF or as pictures of its pages.

In: what a composer made.    Out: bytes.
Never knows: what is on it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from geodata.regions import Region
from locator.printing.both import Both, Pair, clean, plain
from locator.printing.sheets import Sheet
from maps.paper import FONT_LICENCE, write_pdf, write_pngs

SHARED = (
    "last_safe",
    "not_sure",
    "bays",
    "hours_unknown",
    "number",
    "stop",
    "km",
    "eta",
    "detour",
    "side",
    "hours",
    "navigate",
    "last_half_hour",
    "limit",
    "plan",
    "drive",
    "arrive",
    "stay",
    "legend",
    "no_stops_here",
    "scan_live",
    "scan_navigate",
    "you_are_here",
    "what_is_here",
    "nothing_known",
    "next_each_way",
    "events",
    "index",
)


@dataclass(frozen=True, eq=False)
class Document:
    """`panels`: name -> (SVG, world file, projection) of the maps on it, for those who want them alone."""

    template: str
    data: dict[str, Any]
    pictures: dict[str, str]
    made: datetime
    panels: dict[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return str(self.data["title"])

    def pdf(self, *, strict: bool = False) -> bytes:
        return write_pdf(self.template, self.data, self.pictures, made=self.made, strict=strict)

    def pngs(self, ppi: float) -> list[bytes]:
        return write_pngs(self.template, self.data, self.pictures, made=self.made, ppi=ppi)


def common(
    both: Both,
    sheet: Sheet,
    region: Region,
    made: datetime,
    *,
    title: str,
    kind: str,
    approximate: bool = False,
    demo: bool = False,
) -> dict[str, Any]:
    """What every template asks for: the words, the warnings, the foot, what the PDF says of itself."""
    facts = region.facts
    place = facts.title_zh if both.lang == "zh" else facts.title_en
    warnings = [both.text("export.schematic")] if facts.schematic else []
    if approximate and not facts.schematic:
        warnings.append(both.text("paper.approximate"))
    if demo:
        warnings.append(both.text("paper.demo"))
    foot = both.first.text(
        "paper.foot",
        region=place or region.name,
        data=facts.built[:10] or None,
        printed=f"{made:%Y-%m-%d %H:%M}",
        credit=clean(facts.attribution),
    )
    return {
        "title": title,
        "author": both.first.text("paper.author", region=place or region.name),
        "lang": both.lang,
        "text_region": {"zh": "CN", "en": "GB"}[both.lang],
        "keywords": [both.first.text(f"paper.kind.{kind}"), place or region.name],
        "words": {key: both.text(f"paper.{key}") for key in SHARED},
        "warnings": warnings,
        "foot": foot,
        "small_print": [both.text("paper.small_print"), both.text("paper.accuracy"), plain(FONT_LICENCE)],
        "live": None,
        "live_alt": both.first.text("paper.qr_live"),
    }


def fact(label: Pair, value: str) -> dict[str, Any]:
    return {"label": label, "value": value}
