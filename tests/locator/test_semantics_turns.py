"""Turn restrictions, drawn and driven: at a node, over one way and over several, and against every walk there is."""
from __future__ import annotations

import heapq
from collections.abc import Iterator

import numpy as np
import pytest

from geodata.roads.graph import RoadGraph
from locator.engines.network import FAR
from locator.vehicles import vehicle
from tests.drawing import draw, engine_of

LORRY, VAN = vehicle(), vehicle("van")
CROSS = """
    C
    |
A---J---B
    |
    D
"""
ARMS = {"AJ": "primary", "BJ": "primary", "CJ": "primary", "DJ": "primary"}


def cross(*turns: str, who: str = "lorry") -> dict[str, str]:
    """From A to each other end of a crossing, each end a dead end where one may turn."""
    town = draw(CROSS, roads=ARMS, turns=turns)
    return {to: town.trip(f"A{to}", vehicle(who)) for to in "BCD"}


FREE = {"B": "AJB", "C": "AJC", "D": "AJD"}
NO_C = {**FREE, "C": "AJBJC"}                       # by way of a dead end: it is as near as the other
ONLY_C = {"B": "AJCJB", "C": "AJC", "D": "AJCJD"}


@pytest.mark.tags("restriction=no_left_turn", "restriction=no_straight_on", "restriction=only_left_turn", "restriction=no_entry",
                  "restriction=no_exit", "restriction:hgv=*", "restriction:motorcar=*", "restriction:bus=*", "except=hgv",
                  "restriction=no_right_turn_on_red")
@pytest.mark.parametrize(("turns", "lorry", "van"), [
    (("no_left_turn AJ J CJ",), NO_C, NO_C), (("only_left_turn AJ J CJ",), ONLY_C, ONLY_C),
    (("restriction:hgv=no_left_turn AJ J CJ",), NO_C, FREE), (("restriction:motorcar=no_left_turn AJ J CJ",), FREE, NO_C),
    (("restriction:bus=no_left_turn AJ J CJ",), FREE, FREE), (("no_left_turn AJ J CJ except=hgv",), FREE, NO_C),
    (("only_left_turn AJ J CJ except=motorcar;psv",), ONLY_C, FREE), (("no_odd_bends AJ J CJ",), NO_C, NO_C),
    (("only_odd_bends AJ J CJ",), ONLY_C, ONLY_C), (("no_left_turn_on_red AJ J CJ",), FREE, FREE),
    (("yield AJ J CJ",), FREE, FREE),
    (("no_entry AJ J BJ,CJ",), FREE, FREE), (("no_exit AJ,DJ J CJ",), FREE, FREE), (("only_straight_on AJ J BJ,CJ",), FREE, FREE),
    (("no_entry AJ,DJ J CJ",), NO_C, NO_C), (("no_exit BJ J AJ,CJ",), FREE, FREE),
])
def test_at_a_node(turns: tuple[str, ...], lorry: dict[str, str], van: dict[str, str]) -> None:
    for expected, found in ((lorry, cross(*turns)), (van, cross(*turns, who="van"))):
        assert {to: len(way) for to, way in found.items()} == {to: len(way) for to, way in expected.items()}


@pytest.mark.tags("restriction=no_u_turn")
def test_where_turning_round_is_forbidden_a_dead_end_is_no_way_back() -> None:
    no_c, no_round = "no_left_turn AJ J CJ", ("no_u_turn BJ B BJ", "no_u_turn DJ D DJ")
    assert draw(CROSS, roads=ARMS, turns=(no_c, no_round[0])).trip("AC") == "AJDJC"
    assert draw(CROSS, roads=ARMS, turns=(no_c, *no_round)).trip("AC") == ""


YARD = """
W---X---N
    |
    |
  S-Y--M
"""
LANES = dict.fromkeys(("WX", "XN", "XY", "SY", "YM"), "primary")      # W and N meet at X, a link leads down to Y, between S and M


@pytest.mark.tags("restriction=no_right_turn", "restriction=no_left_turn", "restriction=only_right_turn",
                  "restriction:hgv=no_left_turn")
@pytest.mark.parametrize(("turns", "trips"), [
    ((), {"WS": "WXYS", "WM": "WXYM", "NS": "NXYS", "NM": "NXYM"}),
    (("no_left_turn WX XY YM",), {"WM": "WXYSYM", "WS": "WXYS", "NM": "NXYM", "MW": "MYXW"}),
    (("no_left_turn WX XY YM", "no_right_turn XN XY SY"), {"WM": "WXYSYM", "WS": "WXYS", "NM": "NXYM", "NS": "NXYMYS"}),
    (("only_right_turn WX XY SY",), {"WM": "WXYSYM", "WS": "WXYS", "NM": "NXYM", "WN": "WXN"}),
    (("restriction:motorcar=no_left_turn WX XY YM",), {"WM": "WXYM"}), (("no_left_turn WX XY YM except=hgv",), {"WM": "WXYM"}),
    (("no_right_turn YM XY XN",), {"MN": "MYSYXN", "WM": "WXYM", "SN": "SYXN"}),
    (("no_entry WX,XN XY YM",), {"WM": "WXYSYM", "NM": "NXYSYM", "WS": "WXYS"}),
    (("no_left_turn WX,XN XY YM",), {"WM": "WXYM", "NM": "NXYM"}),                   # several only in no_entry and no_exit
])
def test_over_a_way(turns: tuple[str, ...], trips: dict[str, str]) -> None:
    town = draw(YARD, roads=LANES, turns=turns)
    assert {ends: town.trip(ends) for ends in trips} == trips


def test_over_a_way_for_lorries_only() -> None:
    town = draw(YARD, roads=LANES, turns=("restriction:hgv=no_left_turn WX XY YM",))
    assert (town.trip("WM"), town.trip("WM", VAN)) == ("WXYSYM", "WXYM")


def test_who_sets_out_on_the_way_between_came_from_nowhere() -> None:
    roads = dict.fromkeys(("AB", "B1E", "ED", "EF"), "primary")
    town = draw("A---B-1-E---D\n        |\n        F", roads=roads, turns=("no_straight_on AB B1E ED",))
    assert town.trip("1D") == "1ED" and town.trip("A1") == "AB1" and town.trip("AD") == "AB1EFED"


STREET = """
P       Q       R
|       |       |
A---B---C---D---E---F
    |       |
    S       T
"""
ONE = "primary oneway=yes"
EAST = {**dict.fromkeys(("PA", "AB", "BC", "CD", "DE", "EF", "BS", "DT", "ER"), ONE), "CQ": "primary"}


@pytest.mark.parametrize("vias", ["AB,BC", "BC,AB"], ids=["in order", "out of order"])
def test_over_several_ways_and_restrictions_that_overlap(vias: str) -> None:
    """Who came from P must go on at C; who drove BC may not turn off at D; who came from Q may."""
    town = draw(STREET, roads=EAST, turns=(f"only_straight_on PA {vias} CD", "no_right_turn BC CD DT"))
    trips = {"PQ": "", "PT": "", "PS": "PABS", "PF": "PABCDEF", "PR": "PABCDER", "AQ": "ABCQ", "AT": "ABCQCDT", "QT": "QCDT",
             "QF": "QCDEF", "DT": "DT"}
    assert {ends: town.trip(ends) for ends in trips} == trips


def test_no_u_turn_from_one_carriageway_over_a_link_to_the_other() -> None:
    drawing = """
    A---B---C---X
        |   |
    J---I---H---Y
    """
    roads = {"AB": ONE, "BC": ONE, "CX": ONE, "YH": ONE, "HI": ONE, "IJ": ONE, "BI": "service", "CH": "service"}
    assert draw(drawing, roads=roads).trip("AJ") == "ABIJ"
    assert draw(drawing, roads=roads, turns=("no_u_turn AB BI IJ",)).trip("AJ") == "ABCHIJ"
    both = draw(drawing, roads=roads, turns=("no_u_turn AB BI IJ", "no_u_turn AB BC,CH HI"))
    assert both.trip("AJ") == ""


MEDIAN = """
A-B
            C---D
E-F
"""


@pytest.mark.tags("oneway=yes")
@pytest.mark.parametrize(("tags", "there"), [
    (f"{ONE} name=High_Street", "ABCDCFE"), (ONE, "ABCDCFE"), (f"{ONE} name=Other", "ABCFE")])
def test_where_two_carriageways_meet_nobody_turns_from_one_into_the_other(tags: str, there: str) -> None:
    """On to the dead end at D and round there; where the road has another name it is a corner like any other."""
    other = tags if there == "ABCDCFE" else f"{ONE} name=High_Street"
    town = draw(MEDIAN, grid_m=20.0, roads={"ABC": tags, "CFE": other, "CD": "primary"})
    assert (town.trip("AE"), town.trip("AD"), town.trip("DE")) == (there, "ABCD", "DCFE")


def test_where_two_carriageways_only_meet_one_another_the_way_leads_round() -> None:
    town = draw(MEDIAN, grid_m=20.0, roads={"ABC": ONE, "CFE": ONE, "CD": "primary motor_vehicle=no"})
    assert town.trip("AE") == "ABCFE"


def test_a_via_way_cut_at_junctions_and_a_first_way_that_goes_on_before() -> None:
    drawing = """
    A---B---C---D---E---H
        |   |   |   |
        P   Q   R   S
    """
    roads = {"ABC": ONE, "CDE": ONE, "EH": ONE, "ES": ONE, "BP": ONE, "CQ": ONE, "DR": ONE}
    town = draw(drawing, roads=roads, turns=("only_straight_on ABC CDE EH",))
    assert {ends: town.trip(ends) for ends in ("AH", "AS", "AQ", "AR", "DS")} == {
        "AH": "ABCDEH", "AS": "", "AQ": "ABCQ", "AR": "ABCDR", "DS": "DES"}


# ---------------------------------------------------------------- against every walk

SIDE, EVERY_MS = 4, 5


def random_net(rng: np.random.Generator) -> tuple[str, list[tuple[list[int], bool]]]:
    """A grid of streets and some restrictions over one or two ways, as OpenStreetMap XML and as (ways, only)."""
    at = {(x, y): 1 + SIDE * x + y for x in range(SIDE) for y in range(SIDE)}
    parts = [f"<node id='{n}' version='1' lon='{8 + 0.004 * x + 0.0007 * y}' lat='{47 + 0.003 * y}'/>"
             for (x, y), n in at.items()]
    pairs = [(at[x, y], at[x + dx, y + dy]) for x, y in at for dx, dy in ((1, 0), (0, 1)) if (x + dx, y + dy) in at]
    parts += [f"<way id='{i}' version='1'><nd ref='{a}'/><nd ref='{b}'/><tag k='highway' v='residential'/></way>"
              for i, (a, b) in enumerate(pairs, start=1)]
    rules = []
    for number in range(1, 13):
        ways, only = _walk(rng, pairs, 3 + int(rng.integers(3))), bool(rng.random() < 0.3)
        kinds = ["from", *["via"] * (len(ways) - 2), "to"]
        members = "".join(f"<member type='way' ref='{w}' role='{role}'/>" for w, role in zip(ways, kinds, strict=True))
        parts.append(f"<relation id='{number}' version='1'>{members}<tag k='type' v='restriction'/>"
                     f"<tag k='restriction' v='{'only' if only else 'no'}_straight_on'/></relation>")
        rules.append((ways, only))
    return f"<osm version='0.6'>{''.join(parts)}</osm>", rules


def _walk(rng: np.random.Generator, pairs: list[tuple[int, int]], length: int) -> list[int]:
    """Ways that follow one another without turning back or crossing themselves."""
    while True:
        way = int(rng.integers(len(pairs)))
        node, found = pairs[way][int(rng.integers(2))], [way + 1]
        seen = set(pairs[way])
        while len(found) < length:
            onward = [i for i, pair in enumerate(pairs) if node in pair and not seen - {node} & set(pair)]
            if not onward:
                break
            way = int(rng.choice(onward))
            node = sum(pairs[way]) - node
            seen.add(node)
            found.append(way + 1)
        if len(found) == length:
            return found


def forbidden(walk: tuple[int, ...], rules: list[tuple[list[int], bool]]) -> bool:
    """Does a walk, by ways, end in what a restriction forbids?"""
    for ways, only in rules:
        before = tuple(ways[:-1])
        if walk[-len(ways):-1] == before and (walk[-1] == ways[-1]) != only:
            return True
    return False


def walked_ms(graph: RoadGraph, arc_ms: np.ndarray, rules: list[tuple[list[int], bool]], start: int) -> dict[int, int]:
    """Least time from the end of an arc to the end of every other, over walks that remember the last four ways."""
    way, edge = (np.asarray(graph.edge_way)[graph.arc_edge]).tolist(), np.asarray(graph.arc_edge).tolist()
    own = [arc for arc in range(graph.arcs) if not graph.arc_copy[arc]]

    def onward(arc: int) -> Iterator[int]:
        return (b for b in own if graph.arc_tail[b] == graph.arc_head[arc] and edge[b] != edge[arc])

    heap, done, best = [(0, (start,))], set[tuple[int, ...]](), dict[int, int]()
    while heap:
        gone, walk = heapq.heappop(heap)
        if walk in done:
            continue
        done.add(walk)
        best.setdefault(walk[-1], gone)
        for b in onward(walk[-1]):
            longer = (*walk, b)
            if not forbidden(tuple(way[a] for a in longer), rules):
                heapq.heappush(heap, (gone + int(arc_ms[b]), longer[-5:]))
    return best


@pytest.mark.parametrize("seed", range(4))
def test_every_pair_of_streets_is_as_far_apart_as_by_all_walks(seed: int) -> None:
    osm, rules = random_net(np.random.default_rng(seed))
    engine = engine_of(osm)
    net, graph = engine.network(LORRY), engine.graph
    own = [arc for arc in range(graph.arcs) if not graph.arc_copy[arc]]
    starts = own[::EVERY_MS]
    assert graph.arcs > len(own)
    compared = 0
    for start, truth in ((start, walked_ms(graph, net.arc_ms, rules, start)) for start in starts):
        for end in own:
            copies = np.array(graph.arcs_like(end), np.int64)
            found = int(net.ends_ms(np.array([start]), copies).min())
            assert (truth.get(end) if end != start else 0) == (None if found >= FAR else found)
            compared += 1
    assert compared == len(starts) * len(own)


def test_walks_are_told_apart() -> None:
    rules = [([1, 2, 3], False), ([4, 5, 6], True)]
    assert [forbidden(walk, rules) for walk in ((1, 2, 3), (9, 1, 2, 3), (2, 3), (4, 5, 6), (4, 5, 7), (5, 7))] == [
        True, True, False, False, True, False]
