"""Ids that somebody gave to leave candidates out, or to say what they cost or hold: each must be one that is known.

In: a SiteAsk, the ids of the candidates it may choose from, an Atlas.    Out: nothing, or BadInput unknown_id.
Never knows: models. A table may name more than counts here: a place of any layer is known, a candidate left out as well; what
is neither is a slip that would otherwise go unseen, and with it the capacity, the cost or the wish that was meant.
"""
from __future__ import annotations

import difflib
from collections.abc import Iterable

from geodata.errors import BadInput
from locator.atlas import Atlas
from locator.siting.asking import SiteAsk

SUGGESTIONS = 3
COMPARED = 5_000                # ids the one unknown is compared with


def refuse_unknown(ask: SiteAsk, candidates: Iterable[str], atlas: Atlas) -> None:
    """Raises  BadInput unknown_id: the field, the first id, how many there are, those most like it."""
    given = {"exclude": ask.exclude, "costs": tuple(ask.costs), "capacities": tuple(ask.capacities)}
    if not any(given.values()):
        return
    here = list(candidates)
    known = {*here, *place_ids(atlas)}
    for field, ids in given.items():
        if unknown := [one for one in ids if one not in known]:
            raise BadInput("unknown_id", field=field, value=unknown[0], count=len(unknown), suggestions=_like(unknown[0], here))


def place_ids(atlas: Atlas) -> list[str]:
    """Every place as answers name it: layer and id."""
    frame = atlas.frame
    return [f"{layer}:{name}" for layer, name in zip(frame["layer"], frame["id"], strict=True)] if len(frame) else []


def _like(unknown: str, candidates: list[str]) -> str:
    """The candidates whose ids are most like it, else the first ones."""
    same = [one for one in candidates if one.split(":")[0] == unknown.split(":")[0]]
    near = difflib.get_close_matches(unknown, [*same, *candidates][:COMPARED], 2 * SUGGESTIONS, cutoff=0.5)
    return ", ".join(list(dict.fromkeys([*near, *candidates[:SUGGESTIONS]]))[:SUGGESTIONS])
