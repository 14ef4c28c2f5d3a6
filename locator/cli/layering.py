"""locator layer add | replace | remove | list | history | export: the places one knows, kept in versions.

In: a table of places, the name of a layer.    Out: the next version of it, or the layer as a file.
Never knows: how a layer is stored.
"""
from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from geodata.columns import TABLES
from geodata.errors import BadInput
from geodata.files import read_table, write_table
from geodata.layers import Layer
from geodata.stores import LayerStore
from locator.answers import layers_json
from locator.cli.caller import Caller, caller
from locator.cli.checking import finding_lines
from locator.cli.helping import Number, OneOf, Room
from locator.cli.options import datum_option, existing, option
from locator.cli.tables import table
from locator.cli.telling import closing_lines
from locator.wiring import open_layers, open_locator

layer = Room("layer")
kind_option = option("--kind", type=OneOf(tuple(TABLES)), metavar="KIND", default="places")
version_option = option("--version", type=Number(1, 10**9), metavar="N")


@layer.command("add")
@click.argument("name", metavar="NAME")
@click.argument("file", metavar="FILE")
@kind_option
@datum_option
def add(name: str, file: str, kind: str, datum: str) -> None:
    """A new layer from a file."""
    who = caller()
    frame = _checked(who, file, kind, datum)
    _written(who, _store(who).add(name, kind, frame))


@layer.command("replace")
@click.argument("name", metavar="NAME")
@click.argument("file", metavar="FILE")
@datum_option
@version_option
def replace(name: str, file: str, datum: str, version: int | None) -> None:
    """The next version of a layer; the old one stays."""
    who = caller()
    store = _store(who)
    frame = _checked(who, file, store.catalog()[name].kind, datum)
    _written(who, store.replace(name, frame, version=version))


@layer.command("remove")
@click.argument("name", metavar="NAME")
@version_option
def remove(name: str, version: int | None) -> None:
    """Take a layer out; its history stays."""
    who = caller()
    _store(who).remove(name, version=version)
    who.tell({"name": name, "removed": True}, lambda: [who.text("removed", value=name)])


@layer.command("list")
def list_layers() -> None:
    """The layers of a region."""
    who = caller()
    told = layers_json(open_locator(who.settings, who.region))
    heads = [who.text(f"head.{name}") for name in ("name", "kind", "rows", "version")]
    rows = [[one["name"], who.words.name("kind", one["kind"]), str(one["items"]), str(one["version"])]
            for one in told["layers"]]
    lines = table(heads, rows, right="--rr") if rows else [who.text("nothing_found")]
    who.tell(told, lambda: [*lines, *closing_lines(who, told)])


@layer.command("history")
@click.argument("name", metavar="NAME")
def history(name: str) -> None:
    """Every change of a layer, oldest first."""
    who = caller()
    told = [asdict(change) for change in _store(who).history(name)]
    heads = [who.text(f"head.{name}") for name in ("version", "what", "rows", "when")]
    who.tell({"name": name, "history": told}, lambda: table(heads, [
        [str(one["version"]), who.text(f"did.{one['what']}"), str(one["rows"]), one["at"]] for one in told
    ], right="r-r"))


@layer.command("export")
@click.argument("name", metavar="NAME")
@click.argument("file", metavar="FILE")
def export(name: str, file: str) -> None:
    """A layer as a file: .geojson, .gpkg, .csv or .xlsx."""
    who = caller()
    one = _store(who).catalog()[name]
    write_table(one, Path(file))
    who.tell({**_summary(one), "file": file}, lambda: [who.text("exported", value=file, n=len(one))])


def _store(who: Caller) -> LayerStore:
    return open_layers(who.settings, who.region)


def _checked(who: Caller, file: str, kind: str, datum: str) -> Any:
    """The frame in `file`; its warnings on stderr. Raises BadInput bad_table when a check finds an error."""
    frame, findings = read_table(existing(file, "file"), kind=kind, datum=datum)
    if findings:
        click.echo("\n".join(finding_lines(who, findings)), err=True)
    errors = [one for one in findings if one.severity == "error"]
    if errors:
        raise BadInput("bad_table", field="file", value=file, errors=len(errors))
    return frame


def _written(who: Caller, one: Layer) -> None:
    told = _summary(one)
    who.tell(told, lambda: [who.text("written", value=one.name, n=len(one), version=one.version)])


def _summary(one: Layer) -> dict[str, Any]:
    return {"name": one.name, "kind": one.kind, "items": len(one), "version": one.version}
