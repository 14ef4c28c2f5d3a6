"""The packed tree: laid out right, the same answers as the k-d trees, kept on disk, and done without where it must be."""
from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
import pytest
from pyproj import Geod
from pytest import approx

from geodata.blocks import starts_of
from geodata.errors import BadInput, NoRoom
from geodata.geodesy import NEAR_M, ecef, near_metres
from geodata.index import FILE, MANY, SpatialIndex, carrier_for
from geodata.measured import MeasuredLine

GEOD = Geod(ellps="WGS84")
COUNT = 30_000
ROUTE = np.column_stack([np.linspace(4.5, 7.5, 3_000), 46.5 + np.sin(np.linspace(0, 25, 3_000)) / 3])


@cache
def world():
    """Towns and open country, some places twice, one flag of 64 rare; askers in it and around it."""
    rng = np.random.default_rng(11)
    towns = rng.normal([6, 46.5], [0.8, 0.4], (40, 2))
    points = np.vstack([towns[rng.integers(0, 40, COUNT // 2)] + rng.normal(0, 0.02, (COUNT // 2, 2)),
                        np.column_stack([rng.uniform(4, 8, COUNT // 2), rng.uniform(45, 48, COUNT // 2)])])
    points[:300] = points[300:600]
    flags = (rng.integers(0, 1 << 20, COUNT).astype(np.uint64) << np.uint64(5)) | (rng.random(COUNT) < 0.01).astype(np.uint64)
    askers = np.vstack([points[:50], np.column_stack([rng.uniform(3, 9, 200), rng.uniform(44, 49, 200)]), [[-120, -40], [0, 90]]])
    return points, flags, askers


@cache
def both():
    points, flags, _ = world()
    return SpatialIndex(points, flags, carrier="hilbert"), SpatialIndex(points, flags, carrier="chords")


def same(one, other):
    return all(a.shape == b.shape and a == approx(b, abs=1e-3) for a, b in zip(one, other, strict=True))


def rough_lines():
    """Lines whose stretches of 16 pieces are nothing like straight: they turn about, stand still, circle and jump."""
    rng = np.random.default_rng(3)
    turns = np.linspace(0, 40 * np.pi, 500)
    there = np.column_stack([np.linspace(5, 7, 200), np.linspace(46, 47, 200)])
    return {"noise": there.repeat(3, axis=0) + rng.normal(0, 0.03, (600, 2)),
            "out and back": np.vstack([there, there[::-1]]),
            "circles": np.column_stack([6 + 0.02 * np.cos(turns) + turns / 400, 46.5 + 0.014 * np.sin(turns)]),
            "standing still": there.repeat(20, axis=0),
            "jumps": rng.uniform([4, 45], [8, 48], (60, 2))}


@pytest.mark.parametrize("name", rough_lines())
def test_rough_lines_have_the_same_beside_them(name):
    line = MeasuredLine(rough_lines()[name])
    for within_m in (300.0, 2_000.0):
        one, other = (i.along(line, within_m) for i in both())
        assert len(one.ids) > 5
        assert sorted(one.ids) == sorted(other.ids)
        a, b = np.argsort(one.ids), np.argsort(other.ids)
        assert one.off_m[a] == approx(other.off_m[b], abs=1e-3) and one.offset_m[a] == approx(other.offset_m[b], abs=2e-3)
        assert (one.side[a] == other.side[b]).all()


FILTERS = [(0, 0), (1, 0), (0, 1 << 9), (1 << 7, 3 << 11), (1 << 60, 0)]


@pytest.mark.parametrize(("need", "any_of"), FILTERS)
def test_both_carriers_answer_alike(need, any_of):
    (packed, plain), askers, line = both(), world()[2], MeasuredLine(ROUTE)
    for k, limit_m in ((1, np.inf), (10, np.inf), (70, 40_000.0), (5, 900_000.0)):
        one, other = (i.nearest(askers, k, need=need, any_of=any_of, limit_m=limit_m) for i in (packed, plain))
        assert (one[0] == other[0]).all() and same(one, other)
    for radius_m in (0.0, 3_000.0, 250_000.0 if need else 20_000.0):
        one, other = (i.within(askers[:40], radius_m, need=need, any_of=any_of) for i in (packed, plain))
        assert (one[1] == other[1]).all() and same(one, other)
    for within_m in (0.0, 500.0, *((29_000.0, 31_000.0) if need == 1 else ())):
        one, other = (i.along(line, within_m, need=need, any_of=any_of) for i in (packed, plain))
        assert sorted(one.ids) == sorted(other.ids) and (one.ids[:50] == other.ids[:50]).all()
        assert same((one.off_m, one.offset_m, one.side), (other.off_m, other.offset_m, other.side))


@pytest.mark.parametrize("count", [1, 2, 15, 16, 17, 255, 256, 257, 4_096, 4_097])
def test_every_size_of_tree_finds_the_first_and_the_last(count):
    points = world()[0][-count:]
    index = SpatialIndex(points, carrier="hilbert")
    ids, metres = index.nearest(points, 2)
    assert metres[:, 0] == approx(np.zeros(count)) and (points[ids[:, 0]] == points).all()
    assert len(index.within([[6, 46.5]], 1e6)[1]) == count == len(index.along(MeasuredLine(ROUTE), 1e6).ids)


def test_a_box_holds_what_is_below_it_and_a_mask_every_flag_of_it():
    arrays, starts = both()[0]._carrier.arrays, starts_of(COUNT)
    xyz = arrays["points"].transpose(0, 2, 1).reshape(-1, 3)[:COUNT]
    words = arrays["words"].reshape(-1)[:COUNT]
    for level in range(len(starts) - 1):
        nodes = arrays["nodes"][starts[level]:starts[level + 1]].transpose(0, 2, 1).reshape(-1, 6)
        masks = arrays["masks"][starts[level]:starts[level + 1]].reshape(-1)
        first = np.arange(0, COUNT, 16 ** (level + 1))
        low, high = np.minimum.reduceat(xyz, first), np.maximum.reduceat(xyz, first)
        assert (nodes[: len(first), :3] <= low).all() and (nodes[: len(first), 3:] >= high).all()
        assert nodes[: len(first), :3] == approx(low, abs=1) and nodes[: len(first), 3:] == approx(high, abs=1)
        assert (masks[: len(first)] == np.bitwise_or.reduceat(words, first)).all() and not masks[len(first):].any()


def test_a_point_costs_less_than_40_bytes():
    assert sum(array.nbytes for array in both()[0]._carrier.arrays.values()) / COUNT < 40


def test_places_and_flags_come_back_by_row():
    points, flags, _ = world()
    packed = both()[0]
    assert packed.lonlat == approx(points, abs=1e-12) and (packed.flags == flags).all() and len(packed) == COUNT


def test_near_metres_are_the_geodesics():
    rng = np.random.default_rng(4)
    lat, lon = np.degrees(np.arcsin(rng.uniform(-1, 1, 20_000))), rng.uniform(-180, 180, 20_000)
    metres = np.append(rng.uniform(0, NEAR_M, 19_999), NEAR_M)
    lon2, lat2, _ = GEOD.fwd(lon, lat, rng.uniform(0, 360, 20_000), metres)
    assert near_metres(ecef(lon, lat), ecef(lon2, lat2)) == approx(metres, abs=1e-5)
    assert near_metres(ecef(lon, lat), ecef(lon, lat)).tolist() == [0.0] * 20_000


def test_ties_go_by_id_however_the_points_are_shuffled():
    ring = np.array(GEOD.fwd([8] * 400, [90] * 400, np.arange(400) * 0.9, [5_000] * 400)[:2]).T
    for seed in range(3):
        index = SpatialIndex(np.random.default_rng(seed).permutation(ring), carrier="hilbert")
        assert index.nearest([[0, 90]], 60)[0].tolist() == [list(range(60))]


def test_the_centre_of_an_arc_of_many_pieces_is_measured_too():
    """More pieces tie than the kernel keeps: the line itself is asked, and the first pass counts."""
    arc = np.array(GEOD.fwd([8] * 500, [50] * 500, np.linspace(0, 270, 500), [3_000] * 500)[:2]).T
    points = [[8, 50], [8.001, 50.001]]
    one, other = (SpatialIndex(points, carrier=name).along(MeasuredLine(arc), 5_000) for name in ("hilbert", "chords"))
    assert (one.ids == other.ids).all() and same((one.off_m, one.offset_m, one.side), (other.off_m, other.offset_m, other.side))
    assert one.off_m[one.ids == 0] == approx([3_000], abs=0.1)


def test_many_threads_at_once_get_the_same_answers():
    packed, askers, line = both()[0], world()[2], MeasuredLine(ROUTE)
    ids, along = packed.nearest(askers, 10, need=1)[0], packed.along(line, 3_000).ids

    def ask(_: int) -> bool:
        return bool((packed.nearest(askers, 10, need=1)[0] == ids).all() and (packed.along(line, 3_000).ids == along).all())

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(40)))


@pytest.mark.parametrize("carrier", ["hilbert", "chords"])
@pytest.mark.parametrize("count", [0, 1, COUNT])
def test_what_was_saved_answers_as_before(tmp_path, carrier, count):
    points, flags, askers = world()
    SpatialIndex(points[:count], flags[:count], carrier=carrier).save(tmp_path)
    kept, fresh = SpatialIndex.load(tmp_path), SpatialIndex(points[:count], flags[:count], carrier=carrier)
    assert len(kept) == count and (kept.flags == flags[:count]).all() and kept.lonlat == approx(points[:count], abs=1e-12)
    for need in (0, 1):
        one, other = kept.nearest(askers, 5, need=need), fresh.nearest(askers, 5, need=need)
        assert (one[0] == other[0]).all() and same(one, other)
    assert (kept.along(MeasuredLine(ROUTE), 2_000).ids == fresh.along(MeasuredLine(ROUTE), 2_000).ids).all()


def test_a_saved_tree_stays_on_the_disk_and_nobody_changes_it(tmp_path):
    both()[0].save(tmp_path)
    before = (tmp_path / FILE).read_bytes()
    points = SpatialIndex.load(tmp_path)._carrier.arrays["points"]
    base = points
    while not isinstance(base, np.memmap):
        base = base.base
    assert not points.flags.owndata and points.nbytes < base.size
    points[:] = 0
    assert (tmp_path / FILE).read_bytes() == before


@pytest.mark.parametrize("broken", [
    lambda b: b"", lambda b: b"\0" * 200, lambda b: b"{}\n" + b, lambda b: b[: len(b) // 2], lambda b: b[:-64],
    lambda b: b.replace(b'"format":1', b'"format":9'), lambda b: b.replace(b'"points":3000', b'"points":9999'),
    lambda b: b.replace(b"<f8", b"|O8"), lambda b: b.replace(b'"ids"', b'"odd"'),
    lambda b: b.replace(b'"points":3000', b'"points":-300'),
], ids=["empty", "zeros", "another head", "half", "cut", "format", "count", "objects", "missing", "negative"])
def test_a_broken_file_is_refused(tmp_path, broken):
    SpatialIndex(world()[0][:3000], carrier="hilbert").save(tmp_path)
    content = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(broken(content))
    assert (tmp_path / FILE).read_bytes() != content
    with pytest.raises(BadInput, match="bad_file"):
        SpatialIndex.load(tmp_path)


def test_no_file_is_refused_and_so_is_no_folder(tmp_path):
    with pytest.raises(BadInput, match="bad_file"):
        SpatialIndex.load(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(NoRoom):
        both()[0].save(tmp_path / "file" / "folder")


def test_many_points_are_packed_and_few_are_not():
    assert (carrier_for(MANY - 1), carrier_for(MANY)) == ("chords", "hilbert")
    assert SpatialIndex(world()[0]).carrier == "hilbert" and SpatialIndex(world()[0][:100]).carrier == "chords"


def run(code: str, tmp_path) -> str:
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


ASK = """
import sys, numpy as np
from geodata.index import SpatialIndex
points = np.random.default_rng(0).uniform([5, 45], [8, 48], ({count}, 2))
index = SpatialIndex(points)
print(index.carrier, index.nearest([[6, 46]], 5)[0].tolist(), {more})
"""


def test_few_points_do_not_wake_the_compiler(tmp_path):
    assert run(ASK.format(count=MANY - 1, more="'numba' in sys.modules"), tmp_path).endswith("False")


@pytest.mark.parametrize("without", [
    "import sys; sys.modules['numba'] = None",
    "from numba.core.caching import CacheImpl; CacheImpl._locator_classes = []",
], ids=["no numba", "nowhere to keep what it compiles"])
def test_without_the_compiler_the_answers_are_the_same(tmp_path, without):
    """A tree saved before is read too."""
    both()[0].save(tmp_path)
    more = "(kept := SpatialIndex.load(sys.argv[1])).carrier, kept.nearest([[6, 46.5]], 4)[0].tolist()"
    code = ASK.format(count=MANY, more=more)
    with_it, alone = run(code, tmp_path), run(without + code, tmp_path)
    assert with_it.count("hilbert") == 2 and with_it.replace("hilbert", "chords") == alone
