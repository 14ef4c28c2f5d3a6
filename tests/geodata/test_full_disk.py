"""A disk that fills up while a region is built, for real: the error says so, and the region answers as before."""
from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geodata.errors import NoRoom
from geodata.regions import build_region, list_regions, open_region
from tests.geodata.roads.world import Tags
from tests.geodata.test_regions import FACTS, FUEL, INN, extract, left_in, tells

KIB = 1024
BUILD = """
import json, resource, sys
from pathlib import Path
from geodata.errors import LocatorError
from geodata.regions import Facts, build_region
limit = int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    print(json.dumps(["built", build_region(Path(sys.argv[1]), Facts("town"), [Path(sys.argv[2])]).number]))
except LocatorError as told:
    print(json.dumps([type(told).__name__, told.code]))
"""


def build_where_no_file_may_pass(limit: int, data: Path, file: Path) -> list[str | int]:
    """The same end as a full disk (EFBIG in place of ENOSPC), for any user."""
    ran = subprocess.run([sys.executable, "-W", "error", "-c", BUILD, str(data), str(file), str(limit)], capture_output=True,
            text=True,
                         timeout=120, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])})
    assert not ran.returncode, ran.stderr
    said: list[str | int] = json.loads(ran.stdout)
    return said


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    old: dict[str, Tags] = {"B": {**FUEL, "name": "one"}, "F": INN}
    new: dict[str, Tags] = {"B": {**FUEL, "name": "two"}, "F": {**INN, "name": "New Inn"}}
    return extract(tmp_path / "in", "old", nodes=old), extract(tmp_path / "in", "new", roads="ABC", nodes=new)


@pytest.mark.parametrize("limit", [0, 300, 50 * KIB], ids=lambda limit: f"{limit} bytes")
def test_no_file_may_grow(tmp_path: Path, files: tuple[Path, Path], limit: int) -> None:
    data = tmp_path / "var"
    before = tells(build_region(data, FACTS, [files[0]]))
    there = left_in(data)
    assert build_where_no_file_may_pass(limit, data, files[1]) == ["NoRoom", "disk_full"]
    assert left_in(data) == there and tells(open_region(data, "town")) == before


def test_no_file_may_grow_where_nothing_stands_yet(tmp_path: Path, files: tuple[Path, Path]) -> None:
    assert build_where_no_file_may_pass(50 * KIB, tmp_path / "var", files[1]) == ["NoRoom", "disk_full"]
    assert left_in(tmp_path / "var") <= {"regions"} and list_regions(tmp_path / "var") == []


def test_a_layer_that_finds_no_room_takes_back_the_one_put_before_it(tmp_path: Path, files: tuple[Path, Path]) -> None:
    """The service areas are put first and fit; his 4000 fuel stations, kept through the rebuild, do not."""
    data = tmp_path / "var"
    region = build_region(data, FACTS, [files[0]])
    read = region.layers.catalog()["fuel"].frame
    his = gpd.GeoDataFrame({"id": [f"mine/{n}" for n in range(4000)], "kind": "fuel", "name": "mine"},
                           geometry=shapely.points(np.linspace(10, 10.006, 4000), 50.0), crs=4326)
    region.layers.replace("fuel", gpd.GeoDataFrame(pd.concat([read, his], ignore_index=True), crs=4326))
    before = tells(open_region(data, "town"))
    assert build_where_no_file_may_pass(300 * KIB, data, files[1]) == ["NoRoom", "disk_full"]
    assert tells(open_region(data, "town")) == before
    steps = open_region(data, "town").layers.history("service_area")
    assert [(step.version, step.what) for step in steps] == [(1, "add"), (2, "replace"),
            (3, "replace")]      # put, and taken back
    assert not list((region.folder / "builds").glob("[.0-9]*2"))
    assert build_region(data, FACTS, [files[1]]).number == 2


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MiB of its own; skipped where this user may not mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = shutil.which("mount") and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)],
            capture_output=True,
                                                       timeout=30).returncode == 0
    if not mounted:
        pytest.skip("no right to mount a small file system here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True, timeout=30)


def fill(disk: Path, room: int) -> None:
    """Leave so many bytes free."""
    (disk / "ballast").unlink(missing_ok=True)
    left = shutil.disk_usage(disk).free - room
    (disk / "ballast").write_bytes(bytes(max(0, left)))


def sweep(disk: Path, files: tuple[Path, Path], rooms: range) -> None:
    data = disk / "var"
    before = tells(build_region(data, FACTS, [files[0]]))
    there = {name for name in left_in(data) if "layers" not in name}
    for room in rooms:
        fill(disk, room)
        with pytest.raises(NoRoom) as told:
            build_region(data, FACTS, [files[1]])
        fill(disk, 2 * KIB * KIB)
        assert told.value.code == "disk_full"
        assert {name for name in left_in(data) if "layers" not in name} == there, room
        assert tells(open_region(data, "town")) == before, room
    assert tells(build_region(data, FACTS, [files[1]])) != before


def test_the_disk_is_full_at_whatever_step(small_disk: Path, files: tuple[Path, Path]) -> None:
    sweep(small_disk, files, range(0, 480 * KIB, 96 * KIB))


@pytest.mark.deep
def test_the_disk_is_full_at_every_step(small_disk: Path, files: tuple[Path, Path]) -> None:
    sweep(small_disk, files, range(0, 480 * KIB, 8 * KIB))
