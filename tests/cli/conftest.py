"""The command line as a person runs it: words in, an exit code and two streams out."""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from locator.cli.main import main
from locator.settings import Settings
from tests.conftest import copied

Run = Callable[..., Result]


def runner(data: Path, **more: str) -> Run:
    """Runs `locator …` over a data folder, in a C locale, so that Chinese is the default."""
    env: dict[str, str | None] = {"LOCATOR_DATA": str(data), "LANG": "C.UTF-8", "LC_ALL": None, "LC_MESSAGES": None, **more}

    def run(*args: object, stdin: bytes | None = None, **said: str) -> Result:
        return CliRunner().invoke(main, [str(arg) for arg in args], input=stdin, env={**env, **said})
    return run


@pytest.fixture
def nowhere(tmp_path: Path) -> Run:
    """The command over an empty data folder."""
    return runner(tmp_path / "var")


@pytest.fixture
def locator(wujin: Settings) -> Run:
    """The command over the embedded sample, which no test changes."""
    return runner(wujin.data)


@pytest.fixture
def own(wujin: Settings, tmp_path: Path) -> Run:
    """The command over a copy of the sample, for a test to change."""
    return runner(copied(wujin, tmp_path / "var").data)
