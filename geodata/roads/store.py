"""A RoadGraph on disk: one .npy file an array, opened memory-mapped.

In: a RoadGraph, an empty folder.    Out: files; the same RoadGraph again, its big arrays still on disk.
Never knows: regions, versions, engines. The caller writes into a folder beside the real one and renames it.
"""
from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geodata.errors import BadInput
from geodata.roads.conditions import NO_CONDITIONS, Conditions
from geodata.roads.graph import RoadGraph

CONDITION_ARRAYS = tuple(f.name for f in fields(Conditions) if f.name != "texts")
FORMAT = 5        # raised whenever an array, here or built upon these, changes its meaning: older folders are then built again


def write_roads(graph: RoadGraph, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in _array_names():
        write_array(folder / f"{name}.npy", getattr(graph, name))
    for name in CONDITION_ARRAYS:
        write_array(folder / f"when_{name}.npy", getattr(graph.conditions, name))
    text = json.dumps({"format": FORMAT, "texts": graph.texts, "conditions": graph.conditions.texts}, ensure_ascii=False)
    (folder / "roads.json").write_text(text, encoding="utf-8")


def write_array(path: Path, array: NDArray[Any]) -> None:
    """A .npy file. np.save tells of a full disk without saying that it is full (no errno); a plain write does."""
    array = np.ascontiguousarray(array)
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, np.lib.format.header_data_from_array_1_0(array))
        file.write(array.view(np.uint8).data if array.size else b"")


def read_array(path: Path) -> NDArray[Any]:
    """A .npy file, memory-mapped, as a plain array: numpy's own class for such a file costs microseconds at every slice."""
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def is_of_this_format(folder: Path) -> bool:
    """False for a folder of an earlier or later version, and for one that cannot be read."""
    try:
        return bool(json.loads((folder / "roads.json").read_text(encoding="utf-8"))["format"] == FORMAT)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def read_roads_folder(folder: Path, *, region: str = "") -> RoadGraph:
    """Raises BadInput: old_region when the folder is of another format, bad_file when it is broken."""
    try:
        said = json.loads((folder / "roads.json").read_text(encoding="utf-8"))
        if said["format"] != FORMAT:
            raise BadInput("old_region", field="region", value=region or folder.name)
        arrays = {name: read_array(folder / f"{name}.npy") for name in _array_names()}
        whens = {name: np.load(folder / f"when_{name}.npy", allow_pickle=False) for name in CONDITION_ARRAYS}
        conditions = Conditions(tuple(said["conditions"]), **whens) if any(map(len, whens.values())) else NO_CONDITIONS
    except (OSError, ValueError, KeyError, TypeError, EOFError) as wrong:
        raise BadInput("bad_file", field="region", value=folder.name, reason=str(wrong)) from wrong
    return RoadGraph(**arrays, texts=tuple(said["texts"]), conditions=conditions)


def _array_names() -> list[str]:
    return [f.name for f in fields(RoadGraph) if f.name not in ("texts", "conditions")]
