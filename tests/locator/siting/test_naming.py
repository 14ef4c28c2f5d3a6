"""Ids in tables and lists: what names neither a candidate nor a place is told, what names one of them is taken."""
from __future__ import annotations

from typing import Any

import pytest

from geodata.errors import BadInput
from locator.asks import Want
from locator.coverage import CoverAsk
from locator.locator import Locator
from locator.settings import Settings
from locator.siting.asking import SiteAsk
from locator.siting.naming import place_ids, refuse_unknown
from locator.wiring import open_locator

HOMES = CoverAsk(limit_s=600.0, want=Want(kinds=("drivers_home",)))
SLIP = "drivers_homes:1"


@pytest.fixture(scope="module")
def here(wujin: Settings) -> Locator:
    return open_locator(wujin, "wujin")


def by_table(field: str, ids: list[str]) -> dict[str, Any]:
    said: dict[str, Any] = {"exclude": tuple(ids)} if field == "exclude" else {field: dict.fromkeys(ids, 1_000.0)}
    return said | {"costs": {"budget": 5_000.0}, "capacities": {"model": "capacitated"}}.get(field, {})


@pytest.mark.parametrize("candidates", [None, "partner"], ids=["generated", "layer"])
@pytest.mark.parametrize("field", ["exclude", "costs", "capacities"])
def test_an_id_nobody_knows_is_told(here: Locator, field: str, candidates: str | None) -> None:
    """With the field, the first such id, how many there are, and candidates to choose from."""
    asked = SiteAsk(cover=HOMES, candidates=candidates, k=2, **by_table(field, [*place_ids(here.atlas), SLIP, "x"]))
    with pytest.raises(BadInput) as caught:
        here.siting(asked)
    told = caught.value
    assert (told.code, told.field, told.value, told.params["count"]) == ("unknown_id", field, SLIP, 2)
    asked = SiteAsk(cover=HOMES, candidates=candidates, k=2)
    known = set(here.siting(asked).siting.candidates.table["id"]) | set(place_ids(here.atlas))
    assert told.params["suggestions"] and any(one in known for one in told.params["suggestions"].split(", "))


@pytest.mark.parametrize("field", ["exclude", "costs", "capacities"])
def test_a_place_that_counts_already_and_a_candidate_left_out_are_known(here: Locator, field: str) -> None:
    """One table serves many questions: it may name more than this one chooses from."""
    spot = str(here.siting(SiteAsk(cover=HOMES, k=1)).siting.candidates.table["id"].iloc[-1])
    asked = by_table(field, [*place_ids(here.atlas), spot])
    found = here.siting(SiteAsk(cover=HOMES, k=2, **asked | {"exclude": (*asked.get("exclude", ()), spot)})).siting
    assert spot not in found.candidates.table["id"].tolist()


def test_the_ids_most_like_it_are_told_first(here: Locator) -> None:
    ids = [f"roadside:{n}/1" for n in range(7_000)]
    with pytest.raises(BadInput) as caught:
        refuse_unknown(SiteAsk(exclude=("roadside:123",)), ids, here.atlas)
    assert "roadside:123/1" in caught.value.params["suggestions"].split(", ")
    with pytest.raises(BadInput) as caught:
        refuse_unknown(SiteAsk(exclude=("x",)), (), here.atlas)
    assert caught.value.params["suggestions"] == ""
