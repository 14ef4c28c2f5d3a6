"""Roads at rest: the same arrays again, still on the disk; a broken folder is told."""
from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from geodata.errors import BadInput
from geodata.roads.frames import roads_frame
from geodata.roads.graph import RoadGraph
from geodata.roads.store import read_roads_folder, write_array, write_roads
from geodata.roads.tags import CLASS_NAMES
from tests.geodata.roads.world import LORRY, ROAD, VAN, arcs_of, read_world, turns_of, write_world


@pytest.fixture
def graph(tmp_path: Path) -> RoadGraph:
    ways = {1: ("ABC", {**ROAD, "name": "{{ 7*7 }} 延政路"}), 2: ("BD", {"highway": "motorway", "maxheight": "3.5"})}
    return read_world(write_world(tmp_path / "w.osm", "A---B---C\n    D", ways, nodes={"D": {"maxheight": "2"}}))[0]


def test_what_was_written_is_read_and_stays_on_the_disk(graph: RoadGraph, tmp_path: Path) -> None:
    write_roads(graph, tmp_path / "roads")
    again = read_roads_folder(tmp_path / "roads")
    assert again.texts == graph.texts
    for field in fields(RoadGraph):
        if field.name not in ("texts", "conditions"):
            was, is_ = getattr(graph, field.name), getattr(again, field.name)
            assert was.dtype == is_.dtype and np.array_equal(was, is_, equal_nan=was.dtype.kind == "f"), field.name
            assert isinstance(is_.base, np.memmap) and type(is_) is np.ndarray and not is_.flags.writeable, field.name
    for profile in (LORRY, VAN):
        assert turns_of(again, profile) == turns_of(graph, profile)
        assert again.signature(profile) == graph.signature(profile)
    assert arcs_of(again) == arcs_of(graph)


def test_a_folder_of_the_format_before_is_told_to_be_built_again(graph: RoadGraph, tmp_path: Path) -> None:
    write_roads(graph, folder := tmp_path / "roads")
    head = json.loads((folder / "roads.json").read_text(encoding="utf-8"))
    (folder / "roads.json").write_text(json.dumps({**head, "format": head["format"] - 1}), encoding="utf-8")
    with pytest.raises(BadInput, match="old_region"):
        read_roads_folder(folder)


@pytest.mark.parametrize("array", [np.zeros((0, 2)), np.zeros(0, np.int32), np.arange(6).reshape(2, 3).T, np.array([True, False]),
                                   np.array([[1, np.nan]], np.float32)], ids=["no rows", "nothing", "by columns", "bool", "nan"])
def test_an_array_of_any_shape(array: np.ndarray, tmp_path: Path) -> None:
    write_array(tmp_path / "a.npy", array)
    again = np.load(tmp_path / "a.npy", mmap_mode="r", allow_pickle=False)
    assert again.dtype == array.dtype and np.array_equal(again, array, equal_nan=array.dtype.kind == "f")


@pytest.mark.parametrize("harm", ["cut", "empty", "gone", "format", "not json", "list", "pickle"])
def test_a_broken_folder_is_told(graph: RoadGraph, tmp_path: Path, harm: str) -> None:
    write_roads(graph, tmp_path / "roads")
    array, head = tmp_path / "roads" / "shape_lonlat.npy", tmp_path / "roads" / "roads.json"
    if harm in ("cut", "empty"):
        array.write_bytes(array.read_bytes()[:-8] if harm == "cut" else b"")
    elif harm == "gone":
        array.unlink()
    elif harm == "pickle":
        np.save(array, np.array([{}], dtype=object))
    else:
        head.write_text({"format": json.dumps({"format": 0, "texts": []}), "not json": "{", "list": "[]"}[harm])
    with pytest.raises(BadInput) as told:
        read_roads_folder(tmp_path / "roads")
    assert told.value.code == ("old_region" if harm == "format" else "bad_file") and told.value.field == "region"


def test_a_file_that_may_not_grow_is_told_with_its_reason(tmp_path: Path) -> None:
    """What np.save keeps to itself: why the disk took no more."""
    code = ("import errno, resource, sys; from pathlib import Path; import numpy as np\n"
            "from geodata.roads.store import write_array\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
            "try: write_array(Path(sys.argv[1]), np.zeros(10_000))\n"
            "except OSError as why: print(errno.errorcode[why.errno])")
    ran = subprocess.run([sys.executable, "-c", code, str(tmp_path / "a.npy")], capture_output=True, text=True, timeout=60)
    assert ran.stdout.strip() == "EFBIG", ran.stderr


def test_roads_as_a_frame_of_lines(graph: RoadGraph) -> None:
    frame = roads_frame(graph)
    assert frame.crs.to_epsg() == 4326 and list(frame["osm_way"]) == graph.edge_way.tolist()
    assert set(frame["class"]) == {"secondary", "motorway"} <= set(CLASS_NAMES)
    assert frame.set_index("osm_way")["one_way"].to_dict() == {1: False, 2: True}
    assert set(frame.loc[frame["osm_way"] == 1, "name"]) == {"{{ 7*7 }} 延政路"}
    assert all(np.array_equal(line.coords, graph.shape(edge)) for edge, line in enumerate(frame.geometry))
