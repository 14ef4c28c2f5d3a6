"""The embedded default, a schematic Wujin: `write_sample(folder) -> Sample` makes it from the tables here.

facts.csv          what is known, with source and accuracy
centrelines.toml   the roads, interchanges and service areas, drawn by hand through the facts
places.toml        the service points, services, events and grid outline, for demonstration
region.toml        what the region is called and what it must say of itself
"""
from __future__ import annotations

from geodata.samples.wujin.facts import read_facts
from geodata.samples.wujin.sample import Sample, write_sample

__all__ = ["Sample", "read_facts", "write_sample"]
