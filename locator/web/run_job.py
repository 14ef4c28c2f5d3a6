"""The process of one long run: `python -m locator.web.run_job ID`.

In: a job's id, the environment.    Out: its result in the state file.
Never knows: who started it.
"""
from __future__ import annotations

import os
import signal
import sys
from types import FrameType

from geodata.errors import Unavailable
from locator.settings import Settings
from locator.web.running import run_job

NICER = 10                           # it gives way to the server


def main(name: str) -> None:
    os.nice(NICER)
    settings = Settings.read()

    def late(number: int, frame: FrameType | None) -> None:
        raise Unavailable("took_too_long", limit_s=settings.job_timeout_s)
    signal.signal(signal.SIGALRM, late)
    signal.alarm(settings.job_timeout_s)
    run_job(settings, name)


if __name__ == "__main__":
    main(sys.argv[1])
