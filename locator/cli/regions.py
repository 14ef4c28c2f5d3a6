"""locator region build | list | info: a region from an extract of OpenStreetMap.

In: .osm.pbf or .osm files.    Out: a folder of roads and places, and a summary of what was read and dropped.
Never knows: how roads are read.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from shutil import get_terminal_size
from typing import Any

import click
from tqdm import tqdm

from geodata.errors import BadInput
from locator.cli.caller import Caller, caller
from locator.cli.helping import Room
from locator.cli.options import existing, option
from locator.cli.tables import plain, table, width
from locator.wiring import Progress, build, region_summary, regions

BAR = "{desc}{bar:30} {percentage:3.0f}% {elapsed}"
region = Room("region")


@region.command("build")
@click.argument("name", metavar="NAME")
@click.argument("files", nargs=-1, metavar="FILE…")
@option("--no-roads", is_flag=True)
@option("--country", metavar="XX")
@option("--tz", metavar="ZONE")
@option("--speeds", metavar="FILE.toml")
def build_region(name: str, files: tuple[str, ...], no_roads: bool, country: str | None, tz: str | None,
                 speeds: str | None) -> None:
    """A region from extracts; without roads only when that is said."""
    if bool(files) == no_roads:
        raise BadInput("not_allowed", field="--no-roads", value=files[0], allowed="FILE…") if files else BadInput(
            "missing", field="FILE…")
    who = caller()
    paths = [existing(file, "file") for file in files]
    table_of_speeds = existing(speeds, "speeds") if speeds else None
    with progress_bar(who) as progress:
        summary = build(who.settings, name, paths, country=country, tz=tz, speeds=table_of_speeds, progress=progress)
    who.tell(summary, lambda: summary_lines(who, summary))


@region.command("list")
def list_regions() -> None:
    """The regions there are."""
    who = caller()
    told = list(regions(who.settings))
    heads = [who.text(f"head.{name}") for name in ("name", "country", "arcs", "layers")]
    who.tell({"regions": told}, lambda: table(heads, [
        [one["name"], one.get("country"), str(one.get("arcs") or 0), str(one.get("layers"))] for one in told
    ], right="--rr"))


@region.command("info")
@click.argument("name", required=False, metavar="NAME")
def info(name: str | None) -> None:
    """What is known of one region."""
    who = caller()
    summary = region_summary(who.settings, name or who.region)
    who.tell(summary, lambda: summary_lines(who, summary))


@contextmanager
def progress_bar(who: Caller) -> Iterator[Progress]:
    """A bar on stderr, for progress(step and count, done, in all); nothing where stderr is no terminal."""
    columns = get_terminal_size().columns
    with tqdm(total=1.0, leave=False, disable=None, ncols=columns, bar_format=BAR) as bar:
        def show(step: str, done: float, total: float) -> None:
            name, _, count = step.partition(" ")
            said = f"{who.words.name('cli.step', name)} {count}"
            bar.set_description_str(said + " " * max(22 - width(said), 1), refresh=False)
            bar.total, bar.n = total, done
            bar.refresh()
        yield show


def summary_lines(who: Caller, told: Mapping[str, Any]) -> list[str]:
    """What was read, kept and dropped, as a table."""
    head = who.text("region_of", name=told["name"], country=told["country"], tz=told["tz"], built=told["built"])
    files = plain(", ".join(told["files"]))
    lines = [plain(head), who.text("region_files", files=files) if files else who.text("no_roads")]
    said = told["summary"]
    if said:
        lines += ["", *table([who.text("head.part"), who.text("head.found")], _found(who, said), widest=110)]
    if told["speeds"]:
        own = ", ".join(f"{field} {value}" for field, value in told["speeds"].items())
        lines += ["", who.text("summary.speeds", own=plain(own))]
    lines += ["", who.text("schematic")] if told["schematic"] else [""]
    return [*lines, plain(told["attribution"])]


def _found(who: Caller, said: Mapping[str, Any]) -> list[tuple[str, str]]:
    joint = "、" if who.lang == "zh" else ", "

    def reasons(dropped: Mapping[str, int]) -> str:
        most_first = sorted(dropped.items(), key=lambda one: -one[1])
        return joint.join(f"{who.words.name('cli.why', why)} {n}" for why, n in most_first)

    def kept(read: int, good: int, dropped: Mapping[str, int]) -> str:
        text = who.text("summary.kept", read=read, kept=good)
        return text + who.text("summary.dropped", why=reasons(dropped)) if dropped else text

    return [
        (who.text("summary.ways"), kept(said["ways_read"], said["ways_kept"], said["dropped"])),
        (who.text("summary.roads"), who.text("summary.network", km=round(said["road_km"], 1), nodes=said["nodes"],
                                             arcs=said["arcs"], turns=said["turns"])),
        (who.text("summary.restrictions"), kept(said["restrictions_read"], said["restrictions_kept"],
                                                said["restrictions_dropped"])),
        (who.text("summary.signs"), who.text("summary.sign_counts", height=said["height_signs"], mass=said["mass_signs"],
                                             barriers=said["barriers"])),
        (who.text("summary.places"), joint.join(f"{who.words.name('kind', kind)} {n}" for kind, n in said["places"].items())),
        (who.text("summary.names"), str(said["names"])),
    ]
