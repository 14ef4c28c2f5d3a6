"""What is known of Wujin: the rows of facts.csv, each with its source and the accuracy of its position.

In: facts.csv.    Out: rows by Chinese name; positions.
Never knows: what is drawn from them.
"""
from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from geodata.samples.wujin.lines import Array

FILE = Path(__file__).with_name("facts.csv")
Fact = Mapping[str, str]      # name_zh, name_en, kind, lon, lat, datum, accuracy, source, note; '' is unknown


def read_facts() -> dict[str, Fact]:
    """The rows of facts.csv by name_zh."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return {row["name_zh"]: row for row in csv.DictReader(file)}


def lonlat_of(fact: Fact) -> Array:
    """Degrees, WGS 84. Raises ValueError for a fact that is known by name only."""
    return np.array([float(fact["lon"]), float(fact["lat"])])


def accuracy_of(fact: Fact) -> str:
    """The class of its position; one that we have to place is as good as invented, whatever its name is."""
    return fact["accuracy"] if fact["lon"] else "invented"
