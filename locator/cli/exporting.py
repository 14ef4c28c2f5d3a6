"""An answer as a file for other programs: written where it is said, else on stdout.

In: the dict that --json prints, a format, a file's name.    Out: the file.
Never knows: how an answer was found.
"""
from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import orjson

from geodata.errors import BadInput
from geodata.whole import write_whole
from locator.cli.caller import Caller
from locator.words import Words
from locator.words.exporting import FORMATS, along_file

ToFile = Callable[[dict[str, Any], str, Words, datetime], bytes]


def form_of(name: str) -> str:
    """The format a file's name ends in. Raises BadInput not_allowed."""
    form = Path(name).suffix.lower().removeprefix(".")
    if form not in FORMATS:
        raise BadInput("not_allowed", field="out", value=name, allowed=", ".join(f".{known}" for known in FORMATS))
    return form


def hand_over(who: Caller, told: dict[str, Any], form: str, out: str | None, made: ToFile = along_file) -> None:
    """Write the answer; geojson is what the API sends. Raises NoRoom; what was there then stays."""
    if form == FORMATS[0]:
        content = orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE)
    else:
        content = made(told, form, who.words, datetime.now(UTC))
    if out is None or out == "-":
        click.echo(content, nl=False)
    else:
        write_whole(Path(out), content)
        click.echo(who.text("stops_written", path=out, n=len(told["features"])), err=True)
