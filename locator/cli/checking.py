"""locator check FILE: every fault of a table, with its row, column, value and severity.

In: a file of places.    Out: findings; exit code 2 when one of them is an error.
Never knows: what makes a fault.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from geodata.checks import Finding
from geodata.columns import TABLES
from geodata.files import read_table
from locator.cli.caller import ANSWERED, BAD_INPUT, Caller, caller
from locator.cli.helping import OneOf, Verb
from locator.cli.options import datum_option, existing, option
from locator.cli.tables import table


@click.command("check", cls=Verb)
@click.argument("file", metavar="FILE")
@option("--kind", type=OneOf(tuple(TABLES)), metavar="KIND", default="places")
@datum_option
def check(file: str, kind: str, datum: str) -> int:
    """The findings of a table of places."""
    who = caller()
    frame, findings = read_table(existing(file, "file"), kind=kind, datum=datum)
    errors = sum(one.severity == "error" for one in findings)
    told = {"file": file, "rows": len(frame), "errors": errors,
            "findings": [_told(who, one) for one in findings]}
    summary = who.text("checked", n=len(frame), errors=errors, warnings=len(findings) - errors)
    who.tell(told, lambda: [*finding_lines(who, findings), summary])
    return BAD_INPUT if errors else ANSWERED


def finding_lines(who: Caller, findings: Sequence[Finding]) -> list[str]:
    """The findings as a table."""
    heads = [who.text(f"head.{name}") for name in ("severity", "row", "column", "value", "why")]
    rows = [[who.words.text(f"severity.{one.severity}"), None if one.row is None else str(one.row),
             one.column, None if one.value is None else str(one.value), _why(who, one)] for one in findings]
    return table(heads, rows, right="-r", widest=60) if rows else []


def _told(who: Caller, one: Finding) -> dict[str, Any]:
    return {"code": one.code, "severity": one.severity, "row": one.row, "column": one.column,
            "value": None if one.value is None else str(one.value), "detail": _why(who, one)}


def _why(who: Caller, one: Finding) -> str:
    said = {**one.why_params, "column": one.column, "value": one.value}
    return who.words.text(f"finding.{one.code}", **said)
