"""Who asks in the terminal: his language, what he said for the whole run, and how he is answered.

In: the words typed and the environment.    Out: a Caller, handed from the command to its verbs.
Never knows: a question, an option of one verb.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

import click
import orjson

from locator.settings import Settings
from locator.words import LANGS, Words, words

ANSWERED, FAILED, BAD_INPUT, NOTHING_FOUND, INTERRUPTED = 0, 1, 2, 3, 130      # exit codes


@dataclass
class Caller:
    """One for each run of the command, shared by the verb and the groups before it."""

    lang: str
    said: dict[str, Any] = field(default_factory=dict)     # --region, --json, --debug, wherever they stood

    @property
    def words(self) -> Words:
        return words(self.lang)

    @cached_property
    def settings(self) -> Settings:
        return Settings.read()

    @property
    def region(self) -> str:
        return str(self.said.get("region") or self.settings.region)

    @property
    def wants_json(self) -> bool:
        return bool(self.said.get("json"))

    def text(self, key: str, **params: Any) -> str:
        return self.words.text(f"cli.{key}", **params)

    def tell(self, answer: Any, lines: Callable[[], Sequence[str]]) -> None:
        """Print the answer: as JSON when asked so, else as the lines a person reads."""
        if self.wants_json:
            click.echo(orjson.dumps(answer, option=orjson.OPT_APPEND_NEWLINE), nl=False)
        else:
            click.echo("\n".join(lines()))


def caller() -> Caller:
    """The caller of the verb that runs now."""
    found = click.get_current_context().find_object(Caller)
    assert found is not None
    return found


def language(args: Sequence[str], env: Mapping[str, str]) -> str:
    """--lang, then LOCATOR_LANG, then the locale, else the default; known before anything can go wrong."""
    typed = [arg.partition("=")[2] or after for arg, after in pairwise([*args, ""])
             if arg == "--lang" or arg.startswith("--lang=")]
    for tag in [*reversed(typed), env.get("LOCATOR_LANG", "")]:
        if tag in LANGS:
            return tag
    locale = next((env[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if env.get(name)), "C")
    spoken = re.split(r"[_.@]", locale.lower())[0]
    if spoken in ("c", "posix"):
        return LANGS[0]
    return spoken if spoken in LANGS else "en"
