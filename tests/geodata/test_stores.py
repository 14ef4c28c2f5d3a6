"""Layers at rest: versions stay, edits do not overtake each other, and a full disk loses nothing."""
import os
import resource
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import geopandas as gpd
import pytest
from pandas.testing import assert_frame_equal
from shapely.geometry import MultiPolygon, Point, box

from geodata.columns import Service, services_text
from geodata.errors import BadInput, NoRoom, NotFound, StaleEdit
from geodata.layers import Layer
from geodata.stores import LayerStore
from geodata.whole import write_whole

RACE = """
import sys, geopandas as gpd
from shapely.geometry import Point
from geodata.errors import StaleEdit
from geodata.stores import LayerStore
store, won = LayerStore(sys.argv[1]), 0
for _ in range(4):
    seen = store.catalog()["homes"].version
    frame = gpd.GeoDataFrame({"id": ["a"]}, geometry=[Point(1, 2)], crs=4326)
    try:
        store.replace("homes", frame, version=seen)
        won += 1
    except StaleEdit:
        pass
print(won)
"""


def homes(*ids, **columns):
    shapes = [Point(119.9, 31.7), box(119, 31, 120, 32), MultiPolygon([box(0, 0, 1, 1), box(2, 2, 3, 3)])]
    return gpd.GeoDataFrame({"id": ids, **columns}, geometry=shapes[:len(ids)], crs=4326)


@pytest.fixture
def store(tmp_path):
    return LayerStore(tmp_path / "layers")


@contextmanager
def largest_file(n_bytes):
    """No file may grow beyond that: the system refuses the write, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_layer_is_the_same_after_it_was_stored(store):
    cells = [services_text([Service("shower", "24/7", "10 元", False, "会员免费")]), None, None]
    frame = homes("a", "b", "c", name=["湖塘{{7*7}}", None, "'; drop table x"], services=cells,
                  lorry_bays=[20, None, 0], demo=[True, False, None], max_height_m=[4.2, None, None],
                  updated=["2026-11-23", None, None])
    added = store.add("司机之家", "drivers_home", frame)
    read = LayerStore(store.folder).catalog()["司机之家"]
    assert (read.name, read.kind, read.version) == ("司机之家", "drivers_home", 1)
    assert_frame_equal(read.frame, added.frame)
    assert_frame_equal(read.frame, Layer.of("x", "drivers_home", frame).frame)


def test_an_empty_layer_can_be_stored(store):
    store.add("none", "fuel", homes()[:0])
    assert len(LayerStore(store.folder).catalog()["none"]) == 0


def test_old_versions_stay(store):
    store.add("homes", "drivers_home", homes("a"))
    store.replace("homes", homes("a", "b"))
    assert store.catalog()["homes"].version == 2
    assert [len(LayerStore(store.folder).version("homes", number)) for number in (1, 2)] == [1, 2]
    assert [(one.version, one.what, one.rows) for one in store.history("homes")] == [(1, "add", 1), (2, "replace", 2)]


def test_a_removed_layer_is_gone_and_its_history_stays(store):
    store.add("homes", "drivers_home", homes("a"))
    store.remove("homes")
    assert "homes" not in store.catalog()
    assert [one.what for one in store.history("homes")] == ["add", "remove"]
    assert len(store.version("homes", 1)) == 1
    assert store.add("homes", "fuel", homes("b")).version == 3
    assert store.catalog()["homes"].kind == "fuel"
    assert [one.what for one in store.history("homes")] == ["add", "remove", "add"]


def test_a_name_is_taken_once(store):
    store.add("homes", "drivers_home", homes("a"))
    with pytest.raises(BadInput, match="layer_exists"):
        store.add("homes", "drivers_home", homes("b"))
    assert store.catalog()["homes"].frame["id"].tolist() == ["a"]


@pytest.mark.parametrize("ask", [
    lambda store: store.replace("homes", homes("a")), lambda store: store.remove("homes"),
    lambda store: store.history("homes"), lambda store: store.version("homes", 1), lambda store: store.catalog()["homes"],
])
def test_an_unknown_layer_is_told_with_the_known_ones(store, ask):
    store.add("fuel", "fuel", homes("a"))
    with pytest.raises(NotFound) as caught:
        ask(store)
    assert (caught.value.code, caught.value.params["known"]) == ("unknown_layer", "fuel")


@pytest.mark.parametrize("name", ["..", "../x", "a/b", "", ".hidden", "a\0b", "/etc"])
def test_no_name_leads_out_of_the_folder(store, name, tmp_path):
    with pytest.raises(BadInput, match="bad_name"):
        store.add(name, "fuel", homes("a"))
    with pytest.raises(BadInput, match="bad_name"):
        store.history(name)
    assert {path.name for path in tmp_path.rglob("*")} <= {"layers", ".lock"}


def test_a_table_with_an_error_is_not_stored(store):
    with pytest.raises(BadInput) as caught:
        store.add("homes", "drivers_home", homes("a", "a", lorry_bays=["many", 2]))
    assert (caught.value.code, caught.value.params["errors"]) == ("bad_table", 2)
    assert "homes" not in store.catalog()


def test_an_edit_of_another_version_is_stale(store):
    store.add("homes", "drivers_home", homes("a"))
    store.replace("homes", homes("a", "b"), version=1)
    for edit in (lambda: store.replace("homes", homes("z"), version=1), lambda: store.remove("homes", version=1)):
        with pytest.raises(StaleEdit) as caught:
            edit()
        assert caught.value.params["current"] == 2
    assert store.catalog()["homes"].frame["id"].tolist() == ["a", "b"]


def test_processes_do_not_overwrite_each_other(store):
    store.add("homes", "drivers_home", homes("a"))
    racers = [subprocess.Popen([sys.executable, "-c", RACE, str(store.folder)], stdout=subprocess.PIPE, text=True)
              for _ in range(2)]
    won = sum(int(racer.communicate(timeout=120)[0]) for racer in racers)
    history = store.history("homes")
    assert won >= 4                                        # somebody always wins
    assert [one.version for one in history] == [*range(1, won + 2)]
    assert LayerStore(store.folder).catalog()["homes"].version == won + 1


def test_threads_do_not_overwrite_each_other(store):
    store.add("homes", "drivers_home", homes("a"))
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: store.replace("homes", homes("a")).version, range(8)))
    assert sorted(made) == [*range(2, 10)]


def test_readers_see_whole_versions_while_one_is_written(store):
    store.add("homes", "drivers_home", homes("a"))
    with ThreadPoolExecutor(2) as pool:
        writing = pool.submit(lambda: [store.replace("homes", homes("a", "b")) for _ in range(10)])
        seen = []
        while not writing.done():
            seen.append(len(LayerStore(store.folder).catalog()["homes"]))
    assert set(seen) <= {1, 2}


def test_a_full_disk_loses_nothing(store):
    store.add("homes", "drivers_home", homes("a"))
    before = {path: path.read_bytes() for path in store.folder.rglob("*") if path.is_file()}
    with largest_file(50_000):                             # a GeoPackage is larger
        with pytest.raises(NoRoom, match="disk_full"):
            store.replace("homes", homes("a", "b"))
        with pytest.raises(NoRoom, match="disk_full"):
            store.add("fuel", "fuel", homes("a"))
    assert {path: path.read_bytes() for path in store.folder.rglob("*") if path.is_file()} == before
    assert [*store.catalog()] == ["homes"]
    assert store.replace("homes", homes("a", "b")).version == 2


def test_what_a_stopped_writer_left_behind_is_never_read(store):
    store.add("homes", "drivers_home", homes("a"))
    (store.folder / "homes" / "0002.gpkg").write_bytes(b"half a file")       # stopped before the pointer moved
    (store.folder / "homes" / ".x.part").write_bytes(b"a part")
    assert LayerStore(store.folder).catalog()["homes"].version == 1
    assert store.replace("homes", homes("a", "b")).version == 2
    assert len(LayerStore(store.folder).catalog()["homes"]) == 2


def test_a_damaged_file_is_named(store):
    store.add("homes", "drivers_home", homes("a"))
    (store.folder / "homes" / "0001.gpkg").write_bytes(b"SQLite format 3\0 and no more")
    with pytest.raises(BadInput, match="bad_file"):
        LayerStore(store.folder).catalog()


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(NoRoom, match="not_writable"):
        LayerStore(tmp_path / "file" / "layers").add("homes", "fuel", homes("a"))
    with pytest.raises(NoRoom, match="not_writable"):
        write_whole(tmp_path / "file" / "x", b"x")


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path):
    file = tmp_path / "deep" / "x.csv"
    write_whole(file, b"old")
    with largest_file(10), pytest.raises(NoRoom, match="disk_full"):
        write_whole(file, b"x" * 100)
    assert file.read_bytes() == b"old"
    assert [path.name for path in file.parent.iterdir()] == ["x.csv"]
    assert os.stat(file).st_mode & 0o777 == 0o644
