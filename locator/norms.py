"""Norms of how far apart stops should be, and what a road makes of one.

In: norms.toml; offsets of stops along a road.    Out: Norm; a verdict.
Never knows: roads, places, languages.
"""
from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from geodata.errors import BadInput

FILE = Path(__file__).with_name("norms.toml")
OWN = "own"                       # the norm a planner makes himself
VERDICTS = ("met", "exceeded", "not_known")
MEASURES = ("longest", "mean")


@dataclass(frozen=True)
class Norm:
    """kinds, services, classes (): any. low_m is told, not judged."""

    name: str
    measure: str
    limit_m: float
    low_m: float | None = None
    kinds: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    says: str = ""
    source: str = ""


@lru_cache(maxsize=1)
def norms() -> Mapping[str, Norm]:
    """Every norm of the file, in its order."""
    with FILE.open("rb") as file:
        read = tomllib.load(file)
    return {name: _norm(name, said) for name, said in read.items()}


def _norm(name: str, said: Mapping[str, Any]) -> Norm:
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in said.items()}
    return Norm(name, **values)


def norms_meant(names: tuple[str, ...], own_m: float | None, country: str | None) -> tuple[Norm, ...]:
    """Those named; else those of the country. own_m makes one more. Raises BadInput not_allowed."""
    for name in names:
        if name not in norms():
            raise BadInput("not_allowed", field="norms", value=name, allowed=", ".join(norms()))
    found = [norms()[name] for name in names]
    if not names and own_m is None:
        found = [norm for norm in norms().values() if country in norm.countries]
    return (*found, *([Norm(OWN, "longest", own_m)] if own_m is not None else []))


def verdict(norm: Norm, offsets_m: list[float], length_m: float) -> tuple[float | None, str]:
    """(what is measured, of VERDICTS) for stops at rising offsets along a road of a length.

    The stretches before the first stop and behind the last go on beyond the road that is known: they can exceed a norm, and
    cannot show that it is met. not_known: nothing exceeds it, but no two stops show a distance.
    """
    ends = [offsets_m[0], length_m - offsets_m[-1]] if offsets_m else [length_m]
    between = [b - a for a, b in pairwise(offsets_m)]
    if norm.measure == "mean":
        mean = (offsets_m[-1] - offsets_m[0]) / len(between) if between else None
        if max([mean or 0.0, *([] if between else ends)]) > norm.limit_m:
            return mean if mean is not None else max(ends), "exceeded"
        return mean, "not_known" if mean is None else "met"
    longest = max([*ends, *between])
    if longest > norm.limit_m:
        return longest, "exceeded"
    return longest, "met" if between else "not_known"
