"""What the docs promise is there, and what is there the docs tell: settings, codes, endpoints, verbs, columns."""
from __future__ import annotations

import re
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

import click
import pytest

from geodata.columns import KINDS, SERVICES, TABLES
from geodata.errors import CODES
from locator.cli.main import main
from locator.settings import Settings, env_name
from locator.words import LANGS, words

DOCS = Path(__file__).resolve().parents[1] / "docs"
README = DOCS.parent / "README.md"


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def verbs(command: click.Command, path: str = "") -> dict[str, click.Command]:
    """Every verb by its path: {"along": …, "layer add": …}."""
    if not isinstance(command, click.Group):
        return {path: command}
    context = click.Context(command)
    below = {name: command.get_command(context, name) for name in command.list_commands(context)}
    return {key: verb for name, one in below.items() if one is not None
            for key, verb in verbs(one, f"{path} {name}".strip()).items()}


VERBS = verbs(main)


@pytest.mark.parametrize("setting", fields(Settings), ids=lambda setting: str(setting.name))
def test_every_setting_is_documented_with_its_default_and_bounds(setting: Field[Any]) -> None:
    name, default = setting.name, setting.default
    row = next(line for line in page("settings.md").splitlines() if line.startswith(f"| `{env_name(name)}` |"))
    shown = f"./{default}" if isinstance(default, Path) else ",".join(default) if isinstance(default, tuple) else str(default)
    assert f"| `{shown}` |" in row
    meta = setting.metadata
    bounds = [str(meta[end]) for end in ("low", "high") if meta[end] is not None]
    assert all(value in row for value in [*bounds, *meta["allowed"]])


def test_no_setting_is_documented_that_does_not_exist() -> None:
    told = {name for file in [*DOCS.glob("*.md"), README]
            for name in re.findall(r"LOCATOR_[A-Z_]+[A-Z]", file.read_text(encoding="utf-8"))}
    assert told == {env_name(setting.name) for setting in fields(Settings)}


@pytest.mark.parametrize("code", CODES)
def test_every_error_code_is_documented(code: str) -> None:
    assert f"`{code}`" in page("api.md")


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_and_option_is_documented_and_has_help_in_both_languages(verb: str) -> None:
    text = page("cli.md")
    section = re.search(rf"^## `locator {verb}[` ](.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert section, f"docs/cli.md has no section for {verb}"
    everywhere = text.split("\n## `")[0]
    for param in VERBS[verb].params:
        typed = param.opts[0] if isinstance(param, click.Option) else str(param.metavar)
        assert f"`{typed}" in section[0] or f"`{typed}" in everywhere, f"{verb} {typed}"
        assert all(f"cli.option.{param.name}" in words(lang).table for lang in LANGS) or typed == param.metavar
    assert all(f"cli.{verb.replace(' ', '.')}.help" in words(lang).table for lang in LANGS)


def test_the_docs_tell_of_no_option_that_does_not_exist() -> None:
    known = {opt for verb in VERBS.values() for param in verb.params for opt in param.opts} | {"--help"}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", page("cli.md"))) <= known


@pytest.mark.parametrize("kind", TABLES)
def test_every_column_is_documented(kind: str) -> None:
    assert not {column.name for column in TABLES[kind] if f"`{column.name}`" not in page("formats.md")}


def test_every_kind_and_service_is_documented() -> None:
    assert not {code for code in [*KINDS, *SERVICES] if f"`{code}`" not in page("formats.md")}


def test_every_endpoint_is_documented() -> None:
    from locator.web import create_app
    from locator.wiring import open_locator

    rules = create_app(Settings(), open_locator).url_map.iter_rules()
    rules = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule) for rule in rules}
    public = {rule for rule in rules if rule.startswith("/api/") or rule in ("/docs", "/openapi.json")}
    assert public and not {rule for rule in public if rule not in page("api.md")}


@pytest.mark.parametrize("file", [README, *sorted(DOCS.glob("*.md"))], ids=lambda file: file.name)
def test_every_link_between_pages_leads_somewhere(file: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", file.read_text(encoding="utf-8"))
    assert not [link for link in links if not (file.parent / link).exists()]
