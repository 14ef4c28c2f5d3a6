"""Both doors of one data folder, and what they say against a question."""
from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from flask.testing import FlaskClient

from geodata.errors import CODES
from locator.settings import Settings
from locator.web import create_app
from locator.wiring import open_locator
from locator.words import words
from tests.cli.conftest import Run, runner

TRIP = {"from": "湖塘", "to": "横山桥"}
LONG = "长" * 10_000
HOSTILE = {"tag": "<script>alert(1)</script>", "jinja": "{{7*7}}", "formula": "=cmd()", "lines": "湖塘老路口\nError: y",
           "right-to-left": "\u202e口路塘湖\u200f", "percent": "100%(value)s", "escape": "\x1b[2J口", "long": LONG}


class Said(NamedTuple):
    """What a door said against a question."""

    code: str | None
    field: str | None
    text: str


class Doors(NamedTuple):
    """Both doors of one data folder."""

    run: Run
    client: FlaskClient

    def typed(self, *args: object, lang: str, stdin: bytes | None = None, **env: str) -> Said:
        """What the command line says: exit code 2, one line on stderr, nothing on stdout."""
        done = self.run("--lang", lang, *args, stdin=stdin, **env)
        assert (done.exit_code, done.stdout) == (2, ""), (done.stdout, done.stderr)
        return Said(None, None, one_line(done.stderr, lang))

    def sent(self, send: Callable[..., Any], address: str, *, lang: str, **more: Any) -> Said:
        """What the API says: a problem."""
        answer = send(address, headers={"Accept-Language": lang}, **more)
        body = answer.get_json()
        assert answer.headers["Content-Type"] == "application/problem+json", answer.get_data(as_text=True)[:200]
        assert 400 <= answer.status_code == body["status"] < 500 and "Traceback" not in body["detail"]
        assert answer.headers["Content-Language"] == lang
        return Said(body["code"], body["field"], body["detail"])


def one_line(stderr: str, lang: str) -> str:
    head, _, text = stderr.partition("：" if lang == "zh" else ": ")
    assert head == {"zh": "错误", "en": "Error"}[lang] and stderr.count("\n") == 1 and stderr.rstrip("\n").isprintable(), stderr
    return text.rstrip("\n")


def tells(text: str, code: str, lang: str) -> bool:
    """Is this the sentence of that code, filled in?"""
    assert code in CODES
    keys = [key for key in words(lang).table if key == f"error.{code}" or key.startswith(f"error.{code}.")]
    return any(re.fullmatch(re.sub(r"%\\\(\w+\\\)s", ".*", re.escape(words(lang).table[key])), text, re.DOTALL) for key in keys)


def doors_of(settings: Settings) -> Doors:
    return Doors(runner(settings.data), create_app(settings, open_locator).test_client())


def left_in(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path.relative_to(folder)): (path.stat().st_size, path.stat().st_mtime_ns)
            for path in folder.rglob("*") if path.is_file() and path.name != ".lock"}
