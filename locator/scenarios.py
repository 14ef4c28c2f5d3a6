"""Scenarios: a planner's question under a name, with all it was asked of and its answer; set beside another; asked again.

In: the state file, a question, its answer, what it stood on.    Out: Scenario; what changed; figures side by side.
Never knows: how a question is answered, HTTP, languages.
"""
from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

from geodata.errors import BadInput, NotFound, Unavailable
from locator.jobs import ENDED
from locator.keeping import KEPT_BYTES, make_room
from locator.locator import Locator
from locator.state import opened

log = logging.getLogger(__name__)
VERSION = 1
MOST = 500                           # scenarios kept
LONGEST_NAME = 80
MOST_BYTES = 40_000_000              # of an answer
WAIT_S = 5.0
CLOSE = 1e-9                         # figures that differ by less of themselves are the same
TABLE = """
CREATE TABLE IF NOT EXISTS scenarios (
    name TEXT PRIMARY KEY, kind TEXT NOT NULL, region TEXT NOT NULL, ask TEXT NOT NULL, inputs TEXT NOT NULL,
    figures TEXT NOT NULL, made TEXT NOT NULL, answer BLOB NOT NULL) STRICT
"""
SHOWN = "name, kind, region, ask, inputs, figures, made"
Json = dict[str, Any]


@dataclass(frozen=True)
class Scenario:
    """inputs  what the answer stood on, besides the question: `inputs_of`
    figures name -> number, None not known
    """

    name: str
    kind: str
    region: str
    ask: Json
    inputs: Json
    figures: dict[str, float | None]
    made: datetime


def inputs_of(locator: Locator) -> Json:
    """What an answer stands on: the roads' build and its files, every layer's version, roads closed by hand, the program."""
    region = locator.region
    closed = [str(asdict(one.closure)) for one in locator.closures()]
    return {"build": region.number, "built": region.facts.built, "files": list(region.facts.files),
            "layers": {layer.name: layer.version for layer in locator.layers().values()},
            "closures": hashlib.sha256("\n".join(sorted(closed)).encode()).hexdigest()[:12] if closed else None,
            "program": version("locator")}


def changed_inputs(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[Json]:
    """Every input that is another: what, then, now; a layer by its name."""
    flat = [{**{key: value for key, value in one.items() if key not in ("layers", "built", "files")},
             **{f"layer {name}": number for name, number in one.get("layers", {}).items()}} for one in (then, now)]
    return [{"what": name, "then": flat[0].get(name), "now": flat[1].get(name)}
            for name in dict.fromkeys([*flat[0], *flat[1]]) if flat[0].get(name) != flat[1].get(name)]


def compare_figures(a: Mapping[str, float | None], b: Mapping[str, float | None]) -> list[Json]:
    """The figures of two answers side by side, in the order of the first; difference: second less first, None where unknown."""
    def row(name: str) -> Json:
        one, other = a.get(name), b.get(name)
        return {"name": name, "a": one, "b": other, "difference": None if one is None or other is None else other - one}
    return [row(name) for name in dict.fromkeys([*a, *b])]


def is_same(a: Mapping[str, float | None], b: Mapping[str, float | None]) -> bool:
    """The same figures, to CLOSE of themselves."""
    def close(one: float | None, other: float | None) -> bool:
        if one is None or other is None:
            return one is other
        return abs(one - other) <= CLOSE * max(abs(one), abs(other))
    return a.keys() == b.keys() and all(close(a[name], b[name]) for name in a)


def changed_asks(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[Json]:
    """Every part of the question that is another; long ones are told by their length."""
    def short(value: Any) -> Any:
        return f"#{len(value)}" if isinstance(value, (list, dict, str)) and len(orjson.dumps(value)) > 200 else value
    return [{"what": name, "a": short(a.get(name)), "b": short(b.get(name))}
            for name in dict.fromkeys([*a, *b]) if a.get(name) != b.get(name)]


# ---------------------------------------------------------------- kept

def save_scenario(file: Path, scenario: Scenario, answer: Json, most_bytes: int = KEPT_BYTES) -> None:
    """Where all that is kept would be more than most_bytes, the oldest runs go.

    Raises  BadInput bad_name, scenario_exists, too_large; NoRoom kept_full; Unavailable busy.
    """
    check_name(scenario.name)
    content = orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY)
    if len(content) > MOST_BYTES:
        raise BadInput("too_large", field="answer", value=len(content), limit=MOST_BYTES, unit="bytes")
    with _opened(file) as state:
        if state.execute("SELECT count(*) FROM scenarios").fetchone()[0] >= MOST:
            raise BadInput("too_large", field="scenarios", value=MOST + 1, limit=MOST, unit="scenarios")
        if state.execute("SELECT 1 FROM scenarios WHERE name = ?", (scenario.name,)).fetchone():
            raise BadInput("scenario_exists", field="name", value=scenario.name)
        told = [orjson.dumps(one).decode() for one in (scenario.ask, scenario.inputs, scenario.figures)]
        make_room(state, len(content) + sum(len(one.encode()) for one in told), most_bytes, ENDED)
        state.execute("INSERT INTO scenarios VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                      (scenario.name, scenario.kind, scenario.region, *told, scenario.made.isoformat(), content))


def check_name(name: str) -> str:
    """Raises  BadInput bad_name: empty, long, with control characters or a slash."""
    if not 0 < len(name.strip()) == len(name) <= LONGEST_NAME or not name.isprintable() or "/" in name:
        raise BadInput("bad_name", field="name", value=name)
    return name


def read_scenarios(file: Path) -> list[Scenario]:
    """All, the newest first."""
    with _opened(file) as state:
        return [_scenario(row) for row in state.execute(f"SELECT {SHOWN} FROM scenarios ORDER BY made DESC, name")]


def read_scenario(file: Path, name: str) -> tuple[Scenario, Json]:
    """It and its answer. Raises  NotFound unknown_scenario."""
    with _opened(file) as state:
        row = state.execute(f"SELECT {SHOWN}, answer FROM scenarios WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise _unknown(state, name)
        return _scenario(row[:-1]), orjson.loads(row[-1])


def remove_scenario(file: Path, name: str) -> None:
    """Raises  NotFound unknown_scenario."""
    with _opened(file) as state:
        if not state.execute("DELETE FROM scenarios WHERE name = ?", (name,)).rowcount:
            raise _unknown(state, name)


def _unknown(state: sqlite3.Connection, name: str) -> NotFound:
    known = [row[0] for row in state.execute("SELECT name FROM scenarios ORDER BY made DESC LIMIT 10")]
    return NotFound("unknown_scenario", field="name", value=name, known=", ".join(known) or "—")


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with opened(file, "scenarios", VERSION, TABLE, WAIT_S) as state:
            yield state
    except (sqlite3.Error, OSError) as why:
        log.warning("scenarios: %s: %s", file, why)
        raise Unavailable("busy") from why


def _scenario(row: tuple[Any, ...]) -> Scenario:
    name, kind, region, ask, inputs, figures, made = row
    return Scenario(name, kind, region, orjson.loads(ask), orjson.loads(inputs), orjson.loads(figures),
                    datetime.fromisoformat(made))
