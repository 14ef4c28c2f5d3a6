"""The words people read, by key and language.

In: a dotted key and the values its sentence names.    Out: text in Chinese or English.
Never knows: HTTP, a terminal, where the words will stand. The sentences are in zh.po and en.po; the names of
kinds, services, accuracies and columns are in geodata/columns.py and join them here.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.messages.pofile import read_po

from geodata.columns import ACCURACY, KINDS, SERVICES, TABLES
from geodata.errors import LocatorError

LANGS = ("zh", "en")      # the first is the default
UNKNOWN = "—"             # stands where a sentence names a value nobody gave
LONGEST = 80              # characters of a value repeated to its author


@dataclass(frozen=True)
class Words:
    """One language. `table` is key -> sentence with %(name)s places."""

    lang: str
    table: Mapping[str, str]

    def text(self, key: str, **params: Any) -> str:
        """The sentence of `key`. KeyError when there is none: a key is code, its absence a fault of ours."""
        return self.table[key] % _shown(params, "、" if self.lang == "zh" else ", ")

    def error(self, error: LocatorError) -> str:
        """What went wrong, as a sentence. A reason or a unit that is a code of ours is said in words too."""
        said = {**error.params, "field": error.field, "value": error.value}
        key = f"error.{error.code}" if said.get("suggestions", True) else f"error.{error.code}.unlike_any"
        if said.get("why"):                                    # a road that is closed to the vehicle
            key, said["road"] = f"error.{error.code}.closed", said.get("road") or self.text("road.unnamed")
            said["why"] = self.text(f"why.{said['why']}", limit=said.get("limit"))
        rooms = {"reason": "why", "unit": "unit", "field": "field"}
        said |= {name: self.name(room, str(said[name])) for name, room in rooms.items() if said.get(name)}
        return self.text(key, **said)

    def name(self, room: str, code: str) -> str:
        """The name of a code in a list the user may have extended (`kind`, `service`…); the code itself if new."""
        return self.table.get(f"{room}.{code}", code)

    def section(self, *prefixes: str) -> dict[str, str]:
        """The raw sentences under these prefixes, for a page that fills them in itself."""
        heads = tuple(f"{prefix}." for prefix in prefixes)
        return {key: text for key, text in self.table.items() if key.startswith(heads)}


def words(lang: str | None = None) -> Words:
    """The words of a language tag such as `zh-CN` or `en`; Chinese for any other."""
    return _read(best_lang([lang or ""]))


def best_lang(tags: list[str]) -> str:
    """The first of these language tags that we speak, else the default."""
    for tag in tags:
        try:
            lang = Locale.parse(tag, sep="-").language if tag else ""
        except (UnknownLocaleError, ValueError):
            continue
        if lang in LANGS:
            return lang
    return LANGS[0]


@lru_cache(maxsize=len(LANGS))
def _read(lang: str) -> Words:
    with (Path(__file__).parent / f"{lang}.po").open("rb") as file:
        catalog = read_po(file, locale=lang, abort_invalid=True)
    return Words(lang, _names(lang) | {str(message.id): str(message.string) for message in catalog if message.id})


def _names(lang: str) -> dict[str, str]:
    """kind.*, service.*, accuracy.* and column.* from the tables that define them; a percent sign is doubled."""
    lists = {"kind": KINDS, "service": SERVICES, "accuracy": ACCURACY}
    names = {f"{room}.{code}": getattr(term, lang) for room, terms in lists.items() for code, term in terms.items()}
    names |= {f"column.{column.name}": getattr(column, f"title_{lang}") for table in TABLES.values() for column in table}
    return {key: (name[:1].upper() + name[1:]).replace("%", "%%") for key, name in names.items()}


def _shown(params: Mapping[str, Any], joint: str) -> defaultdict[str, str]:
    shown: defaultdict[str, str] = defaultdict(lambda: UNKNOWN)
    for name, value in params.items():
        if value is not None and value != "":
            text = joint.join(map(str, value)) if isinstance(value, (list, tuple, set)) else str(value)
            shown[name] = text if len(text) <= LONGEST or name != "value" else text[:LONGEST] + "…"
    return shown
