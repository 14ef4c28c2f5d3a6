"""Planners' long runs, each in a process of its own (run_job.py): begun, tended, ended.

In: the settings, the state file.    Out: processes; results in the state file.
Never knows: how a question is answered. The process is its own group and gives way to the server: cancelling ends it and all it
started; a crash of it is nobody else's; a server that stops does not stop it.
A thread waits for each: none that ended is left behind.
"""
from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock, Thread

import orjson

from geodata.errors import LocatorError
from locator.jobs import Stopped, fail_job, finish_job, read_job, tell_progress, tend_jobs
from locator.run_files import keep_files
from locator.scenarios import inputs_of
from locator.settings import Settings
from locator.state import STATE
from locator.web.planned import answer_question, files_of
from locator.wiring import open_locator

log = logging.getLogger(__name__)
TOLD_EVERY_S = 0.5
_lock = Lock()


def tend(settings: Settings) -> None:
    """Begin what waits, say what was interrupted. Asked whenever somebody looks. Raises  Unavailable busy."""
    with _lock:
        tend_jobs(settings.data / STATE, lambda name: _start(settings, name), most=settings.jobs,
                  limit_s=settings.job_timeout_s, now=datetime.now(UTC))


def _start(settings: Settings, name: str) -> int:
    environment = {**os.environ, **settings.environment(), "LOCATOR_DATA": str(settings.data.resolve())}
    process = subprocess.Popen([sys.executable, "-m", "locator.web.run_job", name], env=environment, start_new_session=True,
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=None)
    Thread(target=process.wait, name=f"run {name}", daemon=True).start()
    return process.pid


def run_job(settings: Settings, name: str) -> None:
    """Answer the question of a job and keep what was found, or what went wrong."""
    file = settings.data / STATE
    try:
        tell_progress(file, name, "opening", 0.0)
        job = read_job(file, name)
        locator = open_locator(settings, job.region)
        told = answer_question(job.kind, job.ask, settings, locator, _progress(settings, name))
        told["inputs"] = inputs_of(locator)
        result, ended = orjson.dumps(told, option=orjson.OPT_SERIALIZE_NUMPY), datetime.now(UTC)
        del told                                  # a country's report takes 1 GB
        tell_progress(file, name, "files", 1.0)
        files = files_of(job.kind, result, ended.astimezone(locator.region.tz))
        finish_job(file, name, result, ended, settings.kept_bytes)
        if files:
            keep_files(file, name, files, settings.kept_bytes)
    except Stopped:
        return
    except LocatorError as why:
        fail_job(file, name, why, datetime.now(UTC))
    except Exception as why:
        log.error("job %s", name, exc_info=why)
        fail_job(file, name, LocatorError("internal"), datetime.now(UTC))


def _progress(settings: Settings, name: str) -> Callable[[str, float, float], None]:
    last = time.monotonic()

    def tell(step: str, done: float, total: float) -> None:
        nonlocal last
        if time.monotonic() - last >= TOLD_EVERY_S:
            tell_progress(settings.data / STATE, name, step, done / total if total else 0.0)
            last = time.monotonic()
    return tell
