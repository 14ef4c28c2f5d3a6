"""Limits as they are written: units, commas, words that say nothing. Meanings: wiki.openstreetmap.org, not the code."""
from __future__ import annotations

from math import isnan, nan

import pytest

from geodata.roads.limits import LIMIT_KEYS, limits_of, metres_of, tonnes_of
from tests.geodata.roads.world import tags_of


@pytest.mark.tags("maxheight=4.2 m", "maxheight=13'6\"", "maxheight=none", "maxheight=default", "maxheight=below_default")
@pytest.mark.parametrize(("text", "metres"), [
    ("4.2", 4.2), ("4,2", 4.2), ("4.2 m", 4.2), ("4.2m", 4.2), ("4.2 M", 4.2), ("420 cm", 4.2), ("~4.2", 4.2), ("<4.2", 4.2),
    ("13'6\"", 4.1148), ("13' 6\"", 4.1148), ("13′6″", 4.1148), ("13'6''", 4.1148), ("16'6\"", 5.0292), ("13'", 3.9624),
    ("13 ft", 3.9624), ("13 ft 6 in", 4.1148), ("13 ft. 6 in.", 4.1148), ("8 feet", 2.4384), ("8 feet 6 inches", 2.5908),
    ("12.5'", 3.81), ("162 in", 4.1148), ("3.8;4.0", 3.8), ("4.2 meters", 4.2), ("4.2 m approx", 4.2),
    ("default", None), ("below_default", None), ("none", None), ("unsigned", None), ("no_sign", None), ("no_indications", None),
    ("0", None), ("-3", None), ("4.2 x", None), ("1e1", None), ("", None), (None, None), ("9" * 5000, None),
    ("9" * 5000 + "'", None),
])
def test_a_length_in_metres(text: str | None, metres: float | None) -> None:
    assert isnan(metres_of(text)) if metres is None else metres_of(text) == pytest.approx(metres)


@pytest.mark.tags("maxweight=10 t", "maxweight=3500 kg", "maxweight=7,5", "maxweight=5 st", "maxweight=none")
@pytest.mark.parametrize(("text", "tonnes"), [
    ("7.5", 7.5), ("7,5 t", 7.5), ("7,5", 7.5), ("10 t", 10), ("3.5t", 3.5), ("2.5 T", 2.5), ("3500 kg", 3.5), ("3500kg", 3.5),
    ("5 st", 4.5359237), ("10000 lbs", 4.5359237), ("20 cwt", 1.016047), ("5 tons", 4.5359237), ("40;18", 18),
    ("6t mgw", 6),
    ("none", None), ("unsigned", None), ("no_sign", None), ("0", None), ("", None), (None, None), ("5 elephants", None),
])
def test_a_mass_in_tonnes(text: str | None, tonnes: float | None) -> None:
    assert isnan(tonnes_of(text)) if tonnes is None else tonnes_of(text) == pytest.approx(tonnes)


def test_of_several_limits_the_least_holds() -> None:
    found = limits_of({"maxheight": "4.5", "maxheight:physical": "4.1", "maxweight": "18", "maxweightrating": "7.5",
                       "maxaxleload": "8", "maxwidth": "3", "maxlength": "12", "maxlength:hgv": "10"})
    assert (found.height_m, found.mass_t, found.width_m, found.length_m, found.axle_t) == (4.1, 7.5, 3, 10, 8)


@pytest.mark.tags("maxheight:physical=*", "maxweightrating=*", "maxweightrating:hgv=*", "maxwidth:physical=*", "width=*",
                  "est_width=*", "maxlength=*", "maxaxleload=*", "maxweight:signed=no")
@pytest.mark.parametrize(("text", "limits"), [
    ("maxheight:forward=3.9", (3.9, nan, nan, nan, nan)), ("maxweight:backward=7.5 maxweight=10", (nan, 7.5, nan, nan, nan)),
    ("maxheight=3.9", (3.9, nan, nan, nan, nan)), ("maxheight:physical=3.9", (3.9, nan, nan, nan, nan)),
    ("maxweightrating:hgv=7.5", (nan, 7.5, nan, nan, nan)), ("maxweight=12 maxweight:signed=no", (nan, nan, nan, nan, nan)),
    ("maxweight:signed=yes maxweight=12", (nan, 12, nan, nan, nan)), ("maxgcweightrating=40", (nan, 40, nan, nan, nan)),
    ("width=2.2", (nan, nan, 2.2, nan, nan)), ("est_width=2", (nan, nan, 2, nan, nan)), ("width=narrow", (nan,) * 5),
    ("maxwidth:physical=2.1 width=5", (nan, nan, 2.1, nan, nan)), ("maxlength:hgv_articulated=12", (nan, nan, nan, 12, nan)),
    ("maxaxleload:hgv=9", (nan, nan, nan, nan, 9)), ("maxheight=none maxheight:physical=4", (4, nan, nan, nan, nan)),
    ("highway=primary", (nan,) * 5), ("maxweightrating:hgv:forward=12", (nan, 12, nan, nan, nan)),
])
def test_the_keys_of_limits(text: str, limits: tuple[float, ...]) -> None:
    found = limits_of(tags_of(text))
    assert (found.height_m, found.mass_t, found.width_m, found.length_m, found.axle_t) == pytest.approx(limits, nan_ok=True)


@pytest.mark.parametrize("key", LIMIT_KEYS)
def test_every_key_of_a_limit_says_one(key: str) -> None:
    assert sum(not isnan(value) for value in vars(limits_of({key: "3"})).values()) == 1
