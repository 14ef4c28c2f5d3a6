"""Whatever is typed, there are words in the caller's language, an exit code, and never a traceback."""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from locator.cli.caller import language
from locator.cli.main import VERBS, main
from locator.settings import Settings
from tests.cli.conftest import Run

EVERY = [*VERBS, *(f"{room} {verb}" for room in ("region", "layer")
                   for verb in ("build list info" if room == "region" else "add replace remove list history export").split())]


def test_the_verbs_are_the_ones_promised() -> None:
    context = click.Context(main)
    for path in EVERY:
        room, _, verb = path.partition(" ")
        command = main.get_command(context, room)
        assert command is not None
        assert not verb or (isinstance(command, click.Group) and command.get_command(context, verb) is not None)


@pytest.mark.parametrize("verb", ["", *EVERY])
def test_help_speaks_both_languages(nowhere: Run, verb: str) -> None:
    zh, en = nowhere(*verb.split(), "--help"), nowhere("--lang", "en", *verb.split(), "--help")
    assert zh.exit_code == en.exit_code == 0
    assert "用法: locator" in zh.stdout and "显示帮助" in zh.stdout
    assert en.stdout.startswith("Usage: locator") and "Show this help" in en.stdout
    assert en.stdout.replace("…", "").isascii()


@pytest.mark.parametrize("args", [[], ["layer"], ["--lang", "en"], ["--lang", "en", "region"]])
def test_a_group_alone_shows_its_help(nowhere: Run, args: list[str]) -> None:
    result = nowhere(*args)
    assert result.exit_code == 2 and "--help" in result.stderr and not result.stdout


@pytest.mark.parametrize(("args", "said"), [
    ("alogn", "along"),
    ("layer ad", "add"),
    ("along --form x", "--from"),
    ("along --from", "--from"),
    ("along --from a", "--to is missing"),
    ("along --to a", "--from is missing"),
    ("along --from a --to b --gpx x.gpx", "no file"),
    ("along --limit x", "--limit must be a number"),
    ("along --limit 0", "between 1 and"),
    ("along --limit 1001 --from a --to b", "between 1 and 1000"),
    ("along --max-detour-s nan", "--max-detour-s"),
    ("along --height-m 99", "between 1.0 and 6.0"),
    ("along --kind toilet", "drivers_home"),
    ("along --service shower,jacuzzi", "jacuzzi"),
    ("along --vehicle tank", "lorry"),
    ("along --depart yesterday --from a --to b", "yesterday"),
    ("along --datum utm", "gcj02"),
    ("along --precision 7", "between 5 and 6"),
    ("along --order name", "offset"),
    ("nearest", "--at is missing"),
    ("nearest a b", "“b”"),
    ("check", "FILE is missing"),
    ("check no-such-file.csv", "no-such-file.csv"),
    ("region build x", "FILE"),
    ("region build x nothing.osm.pbf", "nothing.osm.pbf"),
    ("region info nowhere", "nowhere"),
    ("route --from a --to b --region nowhere", "nowhere"),
    ("--region ../etc route --from a --to b", "../etc"),
    ("serve --port 99999", "65535"),
    ("--lang fr route", "zh, en"),
])
def test_bad_input_is_one_line_and_exit_code_2(nowhere: Run, args: str, said: str) -> None:
    result = nowhere(*args.split(), LOCATOR_LANG="en")
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: ") and said in result.stderr
    assert result.stderr.count("\n") == 1 and not result.stdout and "Traceback" not in result.stderr


def test_a_wrong_setting_is_said_by_its_name(nowhere: Run) -> None:
    result = nowhere("region", "list", LOCATOR_PORT="eighty")
    assert result.exit_code == 2 and "LOCATOR_PORT" in result.stderr and "eighty" in result.stderr


def test_a_fault_of_ours_is_said_without_a_traceback(nowhere: Run, tmp_path: Path) -> None:
    folder = tmp_path / "var" / "regions" / "broken"
    (folder / "builds" / "0001").mkdir(parents=True)
    (folder / "current").write_text("1")
    (folder / "builds" / "0001" / "region.json").write_text(
        '{"name": "broken", "files": [], "bbox": [], "has_roads": false, "summary": [1]}')
    result = nowhere("region", "info", "broken", "--lang", "en")
    assert result.exit_code == 1 and "Traceback" not in result.stderr and result.stderr.count("\n") == 1
    assert "Traceback" in nowhere("--debug", "region", "info", "broken").stderr


def test_a_name_cannot_break_out_of_its_line(locator: Run) -> None:
    result = locator("route", "--from", "x\nError: y\x1b[2J", "--to", "湖塘")
    assert result.exit_code == 2 and result.stderr.count("\n") == 1 and "\x1b" not in result.stderr


@pytest.mark.parametrize(("args", "env", "lang"), [
    ([], {}, "zh"),
    ([], {"LANG": "en_US.UTF-8"}, "en"),
    ([], {"LANG": "zh_CN.UTF-8"}, "zh"),
    ([], {"LANG": "de_DE.UTF-8"}, "en"),
    ([], {"LANG": "en_GB", "LC_ALL": "zh_TW.UTF-8"}, "zh"),
    ([], {"LANG": "zh_CN", "LOCATOR_LANG": "en"}, "en"),
    (["route", "--lang", "zh"], {"LOCATOR_LANG": "en"}, "zh"),
    (["--lang=en", "route"], {}, "en"),
    (["--lang", "en", "route", "--lang", "zh"], {}, "zh"),
    (["route", "--lang"], {"LANG": "POSIX"}, "zh"),
])
def test_the_language_is_asked_for_then_set_then_the_locales(args: list[str], env: dict[str, str], lang: str) -> None:
    assert language(args, env) == lang


def test_the_command_runs_as_a_program_and_starts_quickly_for_help() -> None:
    """Help reads no roads, no pandas, no web."""
    code = "import sys; sys.argv[1:] = ['--help']\ntry:\n    from locator.cli.main import main; main()\n" \
           "except SystemExit as end: print(end.code, sorted({'pandas', 'flask', 'numba', 'geopandas'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "0 []", done.stderr


def test_a_reader_that_leaves_early_is_no_error(wujin: Settings) -> None:
    env = {**os.environ, "LOCATOR_DATA": str(wujin.data)}
    command = f"{sys.executable} -c 'from locator.cli.main import main; main()' layer list --json | true"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, env=env, timeout=60)
    assert "Traceback" not in done.stderr and "BrokenPipe" not in done.stderr and done.returncode == 0
