"""What every test may ask for: the test data beside the repository, and regions built once for the whole run."""
from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import hypothesis
import pytest

from locator.settings import Settings

hypothesis.settings.register_profile("house", deadline=None)      # the clock is no test: a busy machine fails nothing
hypothesis.settings.load_profile("house")

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of test data beside the repository; the test is skipped, saying so, where it is absent."""
    if not (SHARED / "data").is_dir():
        pytest.skip(f"no test data at {SHARED}")
    return SHARED


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings over one data folder for the whole run, all workers; tests read it and never change it."""
    base = tmp_path_factory.getbasetemp()
    data = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "var"
    return Settings(data=data, request_timeout_s=600)      # what is compiled on first use may take a minute on a busy machine


@pytest.fixture(scope="session")
def wujin(settings: Settings) -> Settings:
    """The same with the embedded sample built."""
    from locator.wiring import ensure_sample

    ensure_sample(settings, "wujin")
    return settings


@pytest.fixture(scope="session")
def porto(settings: Settings, shared: Path) -> Settings:
    """The same with the region `porto` built."""
    return built_region(settings, "porto", shared / "data/osm/porto.osm.pbf", country="PT", tz="Europe/Lisbon")


@pytest.fixture(scope="session")
def heidelberg(settings: Settings, shared: Path) -> Settings:
    """The same with the region `heidelberg` built."""
    return built_region(settings, "heidelberg", shared / "data/osm/heidelberg.osm.pbf", country="DE", tz="Europe/Berlin")


def copied(sample: Settings, data: Path) -> Settings:
    """A copy of the built sample under `data`, for a test to change."""
    shutil.copytree(sample.data / "regions" / "wujin", data / "regions" / "wujin")
    return replace(sample, data=data)


def built_region(settings: Settings, name: str, extract: Path, *, country: str, tz: str) -> Settings:
    from locator.wiring import build

    with _only_one(settings.data / f".{name}.lock"):
        if not (settings.data / "regions" / name / "current").is_file():
            build(settings, name, [extract], country=country, tz=tz)
    return settings


@contextmanager
def _only_one(lock: Path) -> Iterator[None]:
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever asks for `shared` is marked so; `-m "not shared"` needs nothing beside the repository."""
    for item in items:
        if "shared" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.shared)
