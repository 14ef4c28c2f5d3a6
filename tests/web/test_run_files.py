"""A report's files are made once and kept with its run: then only read; gone with it, bounded with all that is kept."""
from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from locator.coverage import CoverAsk
from locator.jobs import add_job, cancel_job, finish_job, read_jobs, tend_jobs
from locator.keeping import kept_bytes
from locator.reporting import report_json
from locator.run_files import keep_files, read_file
from locator.settings import Settings
from locator.state import STATE
from locator.web import create_app, report_run, reports
from locator.web.planned import files_of
from locator.web.report_run import file_name
from locator.wiring import open_locator
from tests.conftest import copied

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
KEPT = {"report.gpkg", "report.zh.pdf", "report.en.pdf", "report.zh.xlsx", "report.en.xlsx"}


@pytest.fixture(scope="module")
def answer(wujin: Settings) -> bytes:
    return orjson.dumps(report_json(open_locator(wujin, "wujin"), CoverAsk(limit_s=900.0)), option=orjson.OPT_SERIALIZE_NUMPY)


@pytest.fixture
def own(wujin: Settings, tmp_path: Path) -> Settings:
    return copied(wujin, tmp_path / "var")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The files that were made meanwhile, in order."""
    names, make = list[str](), report_run.make_file

    def counted(told: Any, form: str, lang: str, made: datetime) -> bytes:
        names.append(file_name(form, lang))
        return make(told, form, lang, made)
    for room in (report_run, reports):
        monkeypatch.setattr(room, "make_file", counted)
    yield names


def done(own: Settings, answer: bytes, kind: str = "report") -> str:
    file = own.data / STATE
    name = add_job(file, kind, "wujin", {}, NOW).id
    tend_jobs(file, lambda _: 0, most=99, limit_s=1e9, now=NOW)
    finish_job(file, name, answer, NOW)
    return name


def fetch(own: Settings, job: str, form: str = "pdf", lang: str = "en") -> Any:
    return create_app(own, open_locator).test_client().get(f"/api/jobs/{job}/report.{form}?lang={lang}")


def test_the_run_makes_every_file_once_and_they_are_only_read_then(own: Settings, answer: bytes, made: list[str]) -> None:
    """Though another server reads them, with nothing to make them of."""
    job, files = done(own, answer), files_of("report", answer, NOW)
    assert set(files) == set(made) == KEPT and len(made) == len(KEPT)
    assert keep_files(own.data / STATE, job, files)
    with closing(sqlite3.connect(own.data / STATE)) as state, state:
        state.execute("UPDATE jobs SET result = x'7b7d'")
    for form in ("pdf", "xlsx", "gpkg"):
        for lang in ("zh", "en"):
            said = fetch(own, job, form, lang)
            assert said.status_code == 200 and said.data == files[file_name(form, lang)]
    assert len(made) == len(KEPT)
    assert files_of("coverage", b"no JSON", NOW) == {}


def test_a_run_that_kept_none_has_each_made_once_when_asked(own: Settings, answer: bytes, made: list[str]) -> None:
    job = done(own, answer)
    first = fetch(own, job)
    assert fetch(own, job).data == first.data and made == ["report.en.pdf"]
    fetch(own, job, lang="zh"), fetch(own, job, "gpkg"), fetch(own, job, "gpkg", "zh")
    assert made == ["report.en.pdf", "report.zh.pdf", "report.gpkg"]


def test_files_go_with_their_run_and_count_as_what_is_kept(own: Settings) -> None:
    file = own.data / STATE
    old, new = (done(own, bytes(2_000)) for _ in range(2))
    with closing(sqlite3.connect(file)) as state, state:
        state.execute("UPDATE jobs SET ended = '2026-11-25' WHERE id = ?", (old,))
        before = kept_bytes(state)
    assert keep_files(file, old, {"a": bytes(3_000)}) and keep_files(file, old, {"a": bytes(1_000), "b": b"b"})
    with closing(sqlite3.connect(file)) as state:
        assert kept_bytes(state) == before + 1_001
    assert not keep_files(file, new, {"a": bytes(3_000)}, 5_000), "not even where all others go"
    assert read_file(file, old, "b") == b"b" and len(read_jobs(file)) == 2
    assert keep_files(file, new, {"a": bytes(2_000)}, 5_500)                        # the older run goes, and its files with it
    assert [job.id for job in read_jobs(file)] == [new] and read_file(file, old, "b") is None
    with closing(sqlite3.connect(file)) as state:
        assert kept_bytes(state) == 4_000 + len("{}")
    cancel_job(file, new, NOW)
    assert read_file(file, new, "a") is None and not keep_files(file, new, {"a": b"a"})


def test_without_room_the_file_comes_all_the_same(own: Settings, answer: bytes, made: list[str]) -> None:
    job, few = done(own, answer), replace(own, kept_bytes=1_000_000)
    assert fetch(few, job, "gpkg").status_code == 200
    with closing(sqlite3.connect(own.data / STATE)) as state, state:
        state.execute("UPDATE jobs SET ask = ? WHERE id = ?", ('{"x":"' + "x" * 1_000_000 + '"}', job))
    said = [fetch(few, job) for _ in range(2)]
    assert [one.status_code for one in said] == [200, 200] and made == ["report.gpkg", "report.en.pdf", "report.en.pdf"]
