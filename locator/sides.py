"""How sure the side of the road is on which a place is said to stand.

In: how far off its position may be before it changes side, its class of accuracy.    Out: a share from 0 to 1.
Never knows: roads, routes.
"""
from __future__ import annotations

from math import erf, sqrt

RADIUS_M = {"A": 50.0, "B": 700.0, "C": 2_000.0}     # of the classes of geodata.columns.ACCURACY that promise one
WIDTHS = 2.4477                                      # 95 % of a normal scatter in two directions lies within so many widths


def side_confidence(margin_m: float | None, accuracy: str | None) -> float | None:
    """The chance that a place is on the side taken, if its true position scatters normally about the one given.

    margin_m  metres across the road to the point where another side would be taken; inf: its own roads are drawn
    None      the side, or the accuracy of the position, is not known
    """
    if margin_m is None or accuracy not in RADIUS_M:
        return None
    return 0.5 * (1.0 + erf(margin_m * WIDTHS / RADIUS_M[accuracy] / sqrt(2.0)))
