"""The command `locator`: its verbs together, and the one place where whatever goes wrong becomes a line.

In: what was typed.    Out: an answer on stdout, errors on stderr, an exit code: 0 answered, 1 our fault or no
room, 2 bad input, 3 answered with nothing found, 130 interrupted. Never a traceback but with --debug.
Never knows: how a question is answered.
"""
from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from importlib import import_module
from traceback import format_exception
from typing import Any

import click
from click.exceptions import BadOptionUsage, MissingParameter, NoArgsIsHelpError, NoSuchCommand, NoSuchOption

from geodata.errors import LocatorError, NoRoom, Unavailable
from locator.cli.caller import ANSWERED, BAD_INPUT, FAILED, INTERRUPTED, Caller, language
from locator.cli.helping import Room, Unexpected, short_help, typed_as
from locator.cli.tables import plain
from locator.memory import keep_memory

VERBS = {"along": "questions", "plan": "plans", "nearest": "questions", "here": "helps", "route": "questions",
         "check": "checking", "layer": "layering", "region": "regions", "road": "roads", "unmet": "unmet",
         "coverage": "planning", "spacing": "planning", "criticality": "planning", "siting": "siting", "audit": "auditing",
         "scenario": "scenarios", "report": "reporting", "print": "printing",
         "serve": "serving"}      # verb -> the module here that holds it, read when it is asked for


class Door(Room):
    """The command itself."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in VERBS and cmd_name not in self.commands:
            self.add_command(getattr(import_module(f"locator.cli.{VERBS[cmd_name]}"), cmd_name))
        return self.commands.get(cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, short_help(name)) for name in VERBS])

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None,
             complete_var: str | None = None, standalone_mode: bool = True,
             windows_expand_args: bool = True, **extra: Any) -> Any:
        own_process = args is None
        args = list(sys.argv[1:] if args is None else args)
        if own_process and "serve" not in args:        # it answers once and ends
            keep_memory()
        who = Caller(language(args, os.environ))
        self._main_shell_completion({"obj": who}, prog_name or "locator", complete_var)
        try:
            with self.make_context(prog_name or "locator", args, obj=who) as context:
                code = self.invoke(context)
            sys.stdout.flush()
        except click.exceptions.Exit as end:
            code = end.exit_code
        except BrokenPipeError:                        # `locator … | head`: the reader has enough
            code = ANSWERED
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except (Exception, KeyboardInterrupt) as error:      # behind this door there is only the shell
            code = failed(who, error)
        code = code if isinstance(code, int) else ANSWERED
        sys.exit(code)


def failed(who: Caller, error: BaseException) -> int:
    """Say in one line on stderr why there is no answer; returns the exit code."""
    match error:
        case NoArgsIsHelpError():
            click.echo(error.message, err=True)
            return BAD_INPUT
        case click.Abort() | KeyboardInterrupt():
            line, code = who.text("interrupted"), INTERRUPTED
        case click.UsageError():
            line, code = usage(who, error), BAD_INPUT
        case LocatorError():
            ours = isinstance(error, (NoRoom, Unavailable)) or error.code == "internal"
            line, code = sentence(who, error), FAILED if ours else BAD_INPUT
        case _:
            line, code = who.text("internal"), FAILED
    if who.said.get("debug"):
        click.echo("".join(format_exception(error)), err=True)
    click.echo(who.text("error", text=plain(" ".join(line.split()))), err=True)
    return code


def sentence(who: Caller, error: LocatorError) -> str:
    """The words of a deliberate error; a field that is an option is named as it is typed."""
    typed = {param.name: param.opts[0] for verb in _loaded(main) for param in verb.params if param.opts[0].startswith("--")}
    typed |= {"from": "--from", "to": "--to"}
    field = typed.get(error.field, error.field) if error.field else None
    return who.words.error(LocatorError(error.code, field=field, value=error.value, **error.params))


def _loaded(room: click.Group) -> Iterator[click.Command]:
    """The verbs whose modules were read: the one that was asked among them."""
    for command in room.commands.values():
        yield from _loaded(command) if isinstance(command, click.Group) else (command,)


def usage(who: Caller, error: click.UsageError) -> str:
    """What click objects to, in the caller's language."""
    match error:
        case NoSuchOption():
            near = error.possibilities or ["--help"]
            return who.text("no_such_option", value=error.option_name, suggestions=", ".join(near))
        case NoSuchCommand(ctx=click.Context(command=Room() as room) as ctx):
            known = room.list_commands(ctx)
            near = get_close_matches(error.command_name, known) or known
            return who.text("no_such_verb", value=error.command_name, suggestions=", ".join(near))
        case Unexpected():
            return who.text("unexpected", value=error.message)
        case BadOptionUsage():
            return who.text("bad_option", value=error.option_name)
        case MissingParameter(param=click.Parameter() as param):
            return who.words.text("error.missing", field=typed_as(param))
        case _:
            return who.text("bad_usage", value=error.format_message())


main = Door("locator")
