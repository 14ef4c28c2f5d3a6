"""locator audit: trips against the driving-time rules.

In: a table or folder of trips, a rule, a depth.    Out: what was found, as JSON or lines; every forced stop in a folder.
Never knows: how a trip is judged.
"""
from __future__ import annotations

import csv
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import orjson

from geodata.errors import BadInput, LocatorError
from geodata.sheets import neutral
from geodata.whole import no_room, write_whole
from locator.asks import Want
from locator.audit.asking import DEPTHS, AuditAsk
from locator.audit.depths import Auditor
from locator.audit.running import Parts, run_audit
from locator.audit.sources import Source, open_source
from locator.audit.tally import STOP_COLUMNS
from locator.audit.telling import audit_json, stop_rows
from locator.cli.caller import ANSWERED, NOTHING_FOUND, Caller, caller
from locator.cli.helping import Number, OneOf, Verb
from locator.cli.options import datum_option, measured_options, option, place_options, read_vehicle
from locator.cli.regions import progress_bar
from locator.cli.tables import duration, plain, table
from locator.cli.telling import closing_lines
from locator.rules import RULE_SETS
from locator.wiring import AuditorThere, audit_executor

SHOWN = 20                           # places on the road and last chances told as lines


@click.command("audit", cls=Verb)
@click.argument("trips", metavar="TRIPS")
@option("--depth", type=OneOf(DEPTHS), default="quick")
@option("--rule", type=OneOf(RULE_SETS), default="cn")
@option("--corridor-m", type=Number(1.0, 50_000.0), metavar="M")
@option("--max-detour-s", type=Number(0.0, 86_400.0), metavar="S")
@option("--behind-s", type=Number(0.0, 86_400.0), default=0.0, metavar="S")
@option("--workers", type=Number(1, 64), metavar="N")
@option("--out", metavar="FOLDER")
@option("--resume", is_flag=True)
@datum_option
@measured_options
@place_options
def audit(trips: str, workers: int | None, out: str | None, resume: bool, **given: Any) -> int:
    """Where the law forces a stop and there is none."""
    who = caller()
    if resume and out is None:
        raise BadInput("missing", field="out")
    source, there = open_source(Path(trips)), AuditorThere(who.settings, who.region, _ask(given), datetime.now(UTC))
    auditor = there()
    many = int(workers or os.cpu_count() or 1)
    with audit_executor(who.settings, many) as (executor, places), _kept(out, source, auditor, resume) as (parts, each), \
            progress_bar(who) as progress:
        tally = run_audit(source, there, executor, there.ask.depth, workers=places, parts=parts, progress=progress, each=each)
    told = audit_json(auditor, tally)
    if out is not None:
        write_whole(Path(out) / "audit.json", orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_INDENT_2))
    who.tell(told, lambda: audit_lines(who, told))
    return ANSWERED if told["trips"] else NOTHING_FOUND


def _ask(given: dict[str, Any]) -> AuditAsk:
    kinds, services = (tuple(dict.fromkeys(code for some in given[name] for code in some)) for name in ("kinds", "services"))
    named = {name: given[name] for name in ("min_accuracy", "max_age_days", "max_detour_s") if given[name] is not None}
    want = Want(kinds=kinds, services=services, min_bays=given["min_bays"] or 0, **named)
    day = datetime.now(UTC).date()
    return AuditAsk(given["depth"], given["rule"], day, want, read_vehicle(given), given["corridor_m"], given["behind_s"],
                    given["datum"])


@contextmanager
def _kept(out: str | None, source: Source, auditor: Auditor, resume: bool,
          ) -> Iterator[tuple[Parts | None, Callable[[dict[str, Any]], None]]]:
    """The folder of results: parts of the run, and every forced stop as a line of stops.csv, there when all is done."""
    if out is None:
        yield None, lambda kept: None
        return
    folder = Path(out)
    parts = Parts(folder / "parts", run_key(source, auditor))
    try:
        if not resume:
            shutil.rmtree(parts.folder, ignore_errors=True)
        parts.folder.mkdir(parents=True, exist_ok=True)
        beside = folder / ".stops.csv.part"
        with beside.open("w", encoding="utf-8-sig", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(STOP_COLUMNS)
            yield parts, lambda kept: lines.writerows([_safe(cell) for cell in row] for row in stop_rows(auditor, kept))
        beside.replace(folder / "stops.csv")
    except OSError as why:
        raise no_room(why, folder) from why


def _safe(cell: Any) -> Any:
    return neutral(plain(cell)) if isinstance(cell, str) else cell


def run_key(source: Source, auditor: Auditor) -> str:
    """Changes with the trips, with what is asked, with the region's build and with its layers."""
    ask = auditor.ask                                    # by the law's values: a run may be taken up again the next day
    asked = [getattr(ask, one.name) for one in fields(ask) if one.name != "on"]
    region = auditor.locator.region
    said = (source.fingerprint, asked, ask.drive_s, ask.break_s, region.name, region.number, auditor.atlas.places.key)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def audit_lines(who: Caller, told: Mapping[str, Any]) -> list[str]:
    """The sums, the heaviest places without a stop, the most used last chances, the first refused trips."""
    text = who.text
    lines = [text(f"audit.depth.{told['depth']}"), text("audit.law", rule=told["rule"], drive=duration(who, told["drive_s"]),
                                                         rest=duration(who, told["break_s"]), n=told["places"])]
    lines.append(text("audit.sums", **{name: _said(told[name]) for name in ("trips", "long", "forced", "without", "unserved",
                                                                        "unserved_weight", "weight")}))
    if told["without_place"]:
        heads = [text(f"head.{name}") for name in ("on_road", "lonlat", "hour", "count", "weight")]
        body = [[one["road"], f"{one['lon']:.4f},{one['lat']:.4f}", None if one["hour"] is None else f"{one['hour']:02d}",
                 _said(one["forced"]), _said(one["weight"])] for one in told["without_place"][:SHOWN]]
        lines += ["", text("audit.without"), *table(heads, body, right="---rr")]
    if told["last_chances"]:
        heads = [text(f"head.{name}") for name in ("name", "kind", "count", "weight")]
        body = [[_name(who, one), who.words.name("kind", one["kind"]), _said(one["forced"]), _said(one["weight"])]
                for one in told["last_chances"][:SHOWN]]
        lines += ["", text("audit.chances"), *table(heads, body, right="--rr")]
    if told["bad"]:
        lines += ["", text("audit.refused", n=told["bad"])]
        lines += [f"  {plain(str(one['file']))}:{one['row']} {plain(refusal(who, one))}" for one in told["findings"][:SHOWN]]
    return [*lines, *closing_lines(who, told)]


def refusal(who: Caller, one: Mapping[str, Any]) -> str:
    return who.words.error(LocatorError(one["code"], field=one["field"], value=one["value"], **one["params"]))


def _name(who: Caller, one: Mapping[str, Any]) -> str:
    return str((one["name_en"] if who.lang != "zh" else None) or one["name"] or one["id"])


def _said(value: float) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
