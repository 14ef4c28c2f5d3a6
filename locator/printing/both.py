"""Every text of a paper in both languages: the reader's first, the other beside it.

In: keys of the words, values.    Out: {"a": …, "b": …} as the templates read it.
Never knows: a question, a template.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from locator.words import LANGS, Words, best_lang, words

Pair = dict[str, str]
REGIONS = {"zh": "CN", "en": "GB"}  # which shapes and breaks of the script a template uses
LONGEST = 160  # characters of a text somebody typed, on paper
INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn")  # controls, directions turned about, halves of characters: they hide or reverse text


@dataclass(frozen=True)
class Both:
    """Two languages at once."""

    first: Words
    other: Words

    @classmethod
    def of(cls, lang: str | None) -> Both:
        first = best_lang([lang or ""])
        return cls(words(first), words(next(tag for tag in LANGS if tag != first)))

    @property
    def lang(self) -> str:
        return self.first.lang

    def text(self, key: str, **params: Any) -> Pair:
        return {"a": self.first.text(key, **params), "b": self.other.text(key, **params)}

    def name(self, room: str, code: str) -> Pair:
        return {"a": self.first.name(room, code), "b": self.other.name(room, code)}

    def names(self, room: str, codes: Iterable[str]) -> Pair:
        """A list of codes as one text."""
        codes = list(codes)
        return {
            side: ("、" if said.lang == "zh" else ", ").join(said.name(room, code) for code in codes)
            for side, said in (("a", self.first), ("b", self.other))
        }

    def duration(self, seconds: float) -> Pair:
        """As one says it: 45 s, 12 min, 2 h 03 min."""
        whole = round(seconds)
        if whole < 60:
            return self.text("cli.seconds", s=whole)
        if whole < 600:
            return self.text("cli.minutes_seconds", min=whole // 60, s=f"{whole % 60:02d}")
        minutes = round(seconds / 60)
        if minutes < 60:
            return self.text("cli.minutes", min=minutes)
        return self.text("cli.hours", h=minutes // 60, min=f"{minutes % 60:02d}")

    def titled(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """The name of a place in the reader's language, and in the other where it has one."""
        here, there = clean(row.get("name")), clean(row.get("name_en"))
        if self.lang != "zh":
            here, there = there or here, here if there else ""
        if not here:  # nobody gave it a name: then its kind says most
            kind = self.name("kind", str(row.get("kind") or ""))
            return kind["a"] or clean(row.get("id")), kind["b"]
        return here, there if there != here else ""


def clean(text: object, longest: int = LONGEST) -> str:
    """What somebody typed, as one line of visible text: to be printed as it stands."""
    if not isinstance(text, str):
        return ""
    flat = "".join(
        " " if char.isspace() else char
        for char in text[: 4 * LONGEST]
        if char.isspace() or unicodedata.category(char) not in INVISIBLE
    )
    flat = " ".join(flat.split())
    return flat if len(flat) <= longest else flat[:longest].rstrip() + "…"


def plain(text: str) -> Pair:
    """A text that is the same in any language."""
    return {"a": text, "b": ""}


def clock(at: datetime, since: datetime | None = None) -> str:
    """Hour and minute; with the day where that is another."""
    return f"{at:%H:%M}" if since is None or at.date() == since.date() else f"{at:%m-%d %H:%M}"


def km(metres: float) -> str:
    return f"{metres / 1000:.1f}"
