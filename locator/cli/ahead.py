"""Begin to read a region's hierarchy while Python still reads its own modules: they take seconds each, and side by side.

In: what was typed.    Out: nothing; locator.engines.hierarchy has it when the region is opened.
Never knows: what the verbs do. What is typed wrong is told by who reads it for good; here it only means that nothing is begun.
"""
from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise

from geodata.errors import LocatorError
from locator.memory import keep_memory
from locator.settings import Settings

WAYS = frozenset({"along", "plan", "nearest", "here", "route", "overview", "card", "poster", "batch"})   # they look for ways
SHOWN = frozenset({"--help", "-h"})


def begin_reading(args: Sequence[str], *, alone: bool = False) -> bool:
    """Has it been begun?    alone   this process answers once and ends"""
    if not WAYS & set(args) or SHOWN & set(args):
        return False
    with suppress(LocatorError, OSError, ValueError):
        settings = Settings.read()
        typed = [arg.partition("=")[2] or after for arg, after in pairwise([*args, ""])
                 if arg == "--region" or arg.startswith("--region=")]
        region = settings.data / "regions" / (typed[-1] if typed else settings.region)
        folder = region / "builds" / f"{int((region / 'current').read_text()):04d}" / "hierarchy"
        if region.parent == settings.data / "regions" and folder.is_dir():
            if alone:
                keep_memory()
            from locator.engines.hierarchy import read_ahead
            read_ahead(folder)
            return True
    return False


def unread() -> bool:
    """Is it still being read, or weighted, though the answer is given? Then nobody need wait for it."""
    from locator.engines.hierarchy import still_reading
    return still_reading()
