"""click in two languages: verbs and rooms of verbs whose help is found in the words.

In: names of verbs and options.    Out: help; what every verb takes (--region, --lang, --json, --debug).
Never knows: what a verb does.
"""
from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import click
from click.exceptions import NoArgsIsHelpError

from geodata.errors import BadInput
from locator.cli.caller import Caller, caller
from locator.words import LANGS

WEST = re.compile(r"-\d[\d.]*\s*,.*")      # a position west of Greenwich is no option


class Unexpected(click.UsageError):
    """More was typed than the verb takes. `message` is the first of it."""


class Option(click.Option):
    """An option whose help is the word cli.option.<its name>."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        record = super().get_help_record(ctx)
        return record and (record[0], caller().text(f"option.{self.name}"))


class Formatter(click.HelpFormatter):
    """Headings in the caller's language."""

    def write_heading(self, heading: str) -> None:
        super().write_heading(caller().text(f"heading.{heading.lower()}"))

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or f"{caller().text('heading.usage')}: ")


class Context(click.Context):
    formatter_class = Formatter


class Spoken(click.Command):
    """A command whose help is the word cli.<its path>.help, and on which the common options stand."""

    context_class = Context

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.params += common_options()

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(caller().text(f"{_path(ctx) or 'locator'}.help"))

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None and (who := ctx.find_object(Caller)) is not None:
            option.help = who.text("option.help")
        return option

    def get_short_help_str(self, limit: int = 45) -> str:
        above = _path(click.get_current_context())
        return short_help(f"{above}.{self.name}" if above else str(self.name))


class Verb(Spoken):
    """One thing to ask."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.allow_extra_args = True
        rest = super().parse_args(ctx, [f" {arg}" if WEST.fullmatch(arg) else arg for arg in args])
        if rest:
            raise Unexpected(str(rest[0]).strip(), ctx)
        return rest


class Room(Spoken, click.Group):
    """A group of verbs; without one it shows its help."""

    command_class = Verb

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, invoke_without_command=True, no_args_is_help=True, **more)

    def invoke(self, ctx: click.Context) -> Any:
        if not ctx._protected_args:
            raise NoArgsIsHelpError(ctx)
        return super().invoke(ctx)


def common_options() -> list[click.Parameter]:
    """--region, --lang, --json, --debug: before the verb or after it, the last one counts."""
    def flag(name: str) -> Option:
        return Option([name], is_flag=True, default=None, callback=_remember, expose_value=False)
    return [
        Option(["--region"], metavar="NAME", callback=_remember, expose_value=False),
        Option(["--lang"], type=OneOf(LANGS), callback=_remember, expose_value=False),
        flag("--json"),
        flag("--debug"),
    ]


def _remember(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    if value is not None and param.name:
        caller().said[param.name] = value


def _path(ctx: click.Context) -> str:
    """`locator layer add` -> layer.add; the command itself -> nothing."""
    return ".".join(ctx.command_path.split()[1:])


def short_help(path: str) -> str:
    """The first clause of a command's help."""
    return re.split(r"[。；]|[.;:](?:\s|$)", caller().text(f"{path}.help"))[0]


def typed_as(param: click.Parameter | None) -> str | None:
    """The option or argument as it is typed, to name it in an error."""
    if param is None:
        return None
    return param.metavar if isinstance(param, click.Argument) else param.opts[0]


class Number(click.ParamType[float]):
    """A number within bounds; a whole one when the bounds are whole."""

    name = "number"

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = low, high

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        whole = isinstance(self.low, int) and isinstance(self.high, int)
        try:
            number = int(value) if whole else float(value)
        except ValueError as why:
            raise BadInput("not_a_number", field=typed_as(param), value=value) from why
        if not self.low <= number <= self.high:                                # also refuses NaN
            raise BadInput("out_of_range", field=typed_as(param), value=value, low=self.low, high=self.high)
        return number


class OneOf(click.ParamType[str]):
    """One of a closed list, in capitals or not."""

    name = "choice"

    def __init__(self, allowed: Sequence[str]) -> None:
        self.allowed = tuple(allowed)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        return "|".join(self.allowed) if len("|".join(self.allowed)) < 40 else None

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        found = {one.casefold(): one for one in self.allowed}.get(str(value).casefold())      # a4 is A4
        if found is None:
            raise BadInput("not_allowed", field=typed_as(param), value=value, allowed=", ".join(self.allowed))
        return found
