"""Turn restrictions on a crossing of four ways: which turns remain, for whom, and why some are not applied."""
from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.geodata.roads.world import LORRY, ROAD, VAN, Tags, read_world, turns_of, write_world

CROSS = """
    C
    |
A---X---B
    |
    D
"""
WAYS = {1: ("AX", ROAD), 2: ("XB", ROAD), 3: ("CX", ROAD), 4: ("XD", ROAD)}
A_TO_C = (("way", 1, "from"), ("node", "X", "via"), ("way", 3, "to"))
Members = Iterable[tuple[str, int | str, str]]


def read(tmp_path: Path, members: Members, tags: Tags, ways: dict[int, tuple[str, Tags]] | None = None,
         ) -> tuple[set[str], set[str], dict[str, int]]:
    """(turns at X closed to lorries, to vans, why the restriction was dropped)."""
    file = write_world(tmp_path / "r.osm", CROSS, ways or WAYS, relations=[(members, {"type": "restriction", **tags})])
    free = turns_of(read_world(write_world(tmp_path / "free.osm", CROSS, ways or WAYS))[0])
    graph, summary = read_world(file)
    assert summary.restrictions_read == summary.restrictions_kept + sum(summary.restrictions_dropped.values())
    return free - turns_of(graph, LORRY), free - turns_of(graph, VAN), dict(summary.restrictions_dropped)


NO, ONLY = {"AXC"}, {"AXB", "AXD"}


@pytest.mark.parametrize(("tags", "lorry", "van"), [
    ({"restriction": "no_left_turn"}, NO, NO), ({"restriction": "only_left_turn"}, ONLY, ONLY),
    ({"restriction": "no_left_turn", "except": "psv;bicycle"}, NO, NO),
    ({"restriction": "no_left_turn", "except": "hgv"}, set(), NO),
    ({"restriction": "no_left_turn", "except": "bus; motorcar"}, NO, set()),
    ({"restriction": "no_left_turn", "except": "goods"}, NO, set()),
    ({"restriction:hgv": "no_left_turn"}, NO, set()), ({"restriction:hgv": "only_left_turn"}, ONLY, set()),
    ({"restriction:motorcar": "no_left_turn"}, set(), NO), ({"restriction:motor_vehicle": "no_left_turn"}, NO, NO),
    ({"type": "restriction:hgv", "restriction": "no_left_turn"}, NO, set()),
    ({"restriction": "no_left_turn", "restriction:hgv": "no_left_turn"}, NO, NO),
    ({"restriction": "no_left_turn", "restriction:conditional": "none @ (Su)"}, NO, NO),
    ({"restriction:conditional": "no_left_turn @ (Mo-Fr 07:00-09:00)"}, set(), set()),       # read; see test_conditions.py
], ids=lambda given: str(given) if isinstance(given, dict) else None)
def test_a_turn_is_closed_to_whom_it_is_closed(tmp_path: Path, tags: Tags, lorry: set[str], van: set[str]) -> None:
    assert read(tmp_path, A_TO_C, tags) == (lorry, van, {})


@pytest.mark.parametrize(("members", "tags", "why"), [
    (A_TO_C, {"restriction": "no_left_turn", "day_on": "Monday"}, "conditional"),
    (A_TO_C, {"restriction": "no_parking"}, "unknown_kind"), (A_TO_C, {"restriction": "no"}, "unknown_kind"),
    (A_TO_C, {"restriction": "no_left_turn", "except": "motor_vehicle"}, "not_for_us"),
    (A_TO_C, {"type": "restriction:bus", "restriction": "no_left_turn"}, "not_for_us"),
    ((("way", 1, "from"), ("way", 2, "via"), ("way", 3, "to")), {"restriction": "no_u_turn"}, "not_in_graph"),
    (A_TO_C, {"restriction": "no_left_turn_on_red"}, "unknown_kind"),
    (A_TO_C[:2], {"restriction": "no_left_turn"}, "broken"), (A_TO_C[1:], {"restriction": "no_left_turn"}, "broken"),
    ((*A_TO_C, ("node", "A", "via")), {"restriction": "no_left_turn"}, "broken"),
    ((A_TO_C[0], ("node", "X", "via"), ("way", 99, "to")), {"restriction": "no_left_turn"}, "not_in_graph"),
    ((A_TO_C[0], ("node", "X", "via"), ("way", 99, "to")), {"restriction": "only_left_turn"}, "not_in_graph"),
    ((A_TO_C[0], ("node", "Z", "via"), A_TO_C[2]), {"restriction": "no_left_turn"}, "not_in_graph"),
    ((A_TO_C[0], ("node", "A", "via"), A_TO_C[2]), {"restriction": "no_left_turn"}, "not_in_graph"),
], ids=lambda given: str(given)[:60])
def test_what_is_not_applied_closes_nothing_and_is_counted_with_the_reason(tmp_path: Path, members: Members, tags: Tags,
        why: str) -> None:
    assert read(tmp_path, members, tags) == (set(), set(), {why: 1})


@pytest.mark.parametrize("tags", [{"restriction:bicycle": "no_left_turn"},
        {"type": "route", "restriction": "no_left_turn"}], ids=str)
def test_what_is_no_restriction_of_ours_is_not_even_read(tmp_path: Path, tags: Tags) -> None:
    assert read(tmp_path, A_TO_C, tags) == (set(), set(), {})


def test_no_entry_closes_from_every_way_and_no_exit_into_every_way(tmp_path: Path) -> None:
    entry = (("way", 1, "from"), ("way", 4, "from"), ("node", "X", "via"), ("way", 3, "to"))
    assert read(tmp_path, entry, {"restriction": "no_entry"})[0] == {"AXC", "DXC"}
    leave = (("way", 1, "from"), ("node", "X", "via"), ("way", 3, "to"), ("way", 4, "to"))
    assert read(tmp_path, leave, {"restriction": "no_exit"})[0] == {"AXC", "AXD"}


THROUGH = {1: ("AXB", ROAD), 3: ("CX", ROAD), 4: ("XD", ROAD)}


def test_from_a_way_that_passes_through_it_cannot_be_told_which_turn_is_meant(tmp_path: Path) -> None:
    assert read(tmp_path, A_TO_C, {"restriction": "no_left_turn"}, THROUGH) == (set(), set(), {"ambiguous": 1})
    into = (("way", 3, "from"), ("node", "X", "via"), ("way", 1, "to"))
    assert read(tmp_path, into, {"restriction": "no_left_turn"}, THROUGH) == (set(), set(), {"ambiguous": 1})
    assert read(tmp_path, into, {"restriction": "only_left_turn"}, THROUGH) == (set(), set(), {"ambiguous": 1})


def test_but_a_one_way_road_leads_there_and_away_only_once(tmp_path: Path) -> None:
    ways = {**THROUGH, 1: ("AXB", {**ROAD, "oneway": "yes"})}
    assert read(tmp_path, A_TO_C, {"restriction": "no_left_turn"}, ways)[0] == {"AXC"}
    straight = (("way", 1, "from"), ("node", "X", "via"), ("way", 1, "to"))
    assert read(tmp_path, straight, {"restriction": "only_straight_on"}, ways)[0] == {"AXC", "AXD"}


def test_no_u_turn_never_closes_the_way_straight_on_but_a_dead_end(tmp_path: Path) -> None:
    back = (("way", 1, "from"), ("node", "X", "via"), ("way", 1, "to"))
    assert read(tmp_path, back, {"restriction": "no_u_turn"}) == (set(), set(), {})
    assert read(tmp_path, back, {"restriction": "no_u_turn"}, THROUGH) == (set(), set(), {})
    assert read(tmp_path, back, {"restriction": "no_u_turn"}, {1: ("AX", ROAD)}) == ({"AXA"}, {"AXA"}, {})


def test_only_never_opens_what_is_closed_to_a_vehicle(tmp_path: Path) -> None:
    """The only way on is closed to lorries: they may not go elsewhere instead."""
    ways = {**WAYS, 3: ("CX", {**ROAD, "hgv": "no"})}
    graph, _ = read_world(write_world(tmp_path / "w.osm", CROSS, ways,
                                      relations=[(A_TO_C, {"type": "restriction", "restriction": "only_left_turn"})]))
    assert not {turn for turn in turns_of(graph, LORRY) if turn.startswith("AX")}
    assert {turn for turn in turns_of(graph, VAN) if turn.startswith("AX")} == {"AXC"}
