"""Two other routing engines, OSRM and Valhalla, run as programs on 127.0.0.1: what they say of a drive between two points.

In: an extract, two points.    Out: a Drive, with its line and the time along it.
Never knows: our roads, our engine.

Their programs come in wheels for another Python and run without it: they are unzipped into a cache folder, never installed.
"""
from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polyline
from numpy.typing import NDArray

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "locator-engines"
WHEELS = ("osrm-bindings==26.10.0", "pyvalhalla==3.9.1")
DOWNLOAD = [sys.executable, "-m", "pip", "download", "-q", "--python-version", "3.12", "--abi", "abi3", "--platform",
            "manylinux_2_28_x86_64", "--only-binary", ":all:", "--no-deps"]
LIMITER_KMH = 90                # the speed limiter of lorries in the EU: both engines would let one drive 120 without it
LORRY = {"height": 4.0, "width": 2.55, "length": 16.5, "weight": 40.0, "axle_load": 11.5, "axle_count": 5,
         "top_speed": LIMITER_KMH, "speed_penalty_factor": 0}
# OSRM has no lorry profile: its car profile with a lorry's size, access keys and speed limiter, seeking the least time.
PROFILE = f"""
local car = require('car')
local function setup()
  local profile = car.setup()
  profile.properties.weight_name = 'duration'
  profile.vehicle_height, profile.vehicle_width, profile.vehicle_length, profile.vehicle_weight = 4.0, 2.55, 16.5, 40000
  profile.vehicle_max_speed = {LIMITER_KMH}
  profile.access_tags_hierarchy = Sequence {{ 'hgv', 'motor_vehicle', 'vehicle', 'access' }}
  profile.restrictions = Sequence {{ 'hgv', 'motor_vehicle', 'vehicle' }}
  return profile
end
return {{ setup = setup, process_way = car.process_way, process_node = car.process_node, process_turn = car.process_turn }}
"""


@dataclass(frozen=True, eq=False)
class Drive:
    """One engine's way. at_s: driving time at each point of the line, without what turns take; turns_s is that."""

    duration_s: float
    distance_m: float
    lonlat: NDArray[np.float64]        # (n, 2)
    at_s: NDArray[np.float64]          # (n,)
    turns_s: float


def find_programs(*, download: bool) -> Path | None:
    """The folder with both engines' programs; None where it is not there and may not, or cannot, be fetched."""
    if not (CACHE / ".whole").is_file():
        if not download:
            return None
        CACHE.mkdir(parents=True, exist_ok=True)
        try:
            subprocess.run([*DOWNLOAD, "--dest", str(CACHE), *WHEELS], check=True, timeout=300)
        except (subprocess.SubprocessError, OSError) as why:
            print(f"the other engines cannot be fetched: {why}", file=sys.stderr)
            return None
        for wheel in CACHE.glob("*.whl"):
            with zipfile.ZipFile(wheel) as packed:
                packed.extractall(CACHE)
        for program in [*CACHE.glob("osrm/bin/*"), *CACHE.glob("valhalla/bin/*")]:
            program.chmod(0o755)
        (CACHE / ".whole").touch()
    return CACHE


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _run(command: list[str | Path], folder: Path) -> None:
    done = subprocess.run([str(part) for part in command], cwd=folder, capture_output=True, text=True, timeout=900)
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name}: {done.stdout[-500:]}{done.stderr[-500:]}")


@contextmanager
def _served(command: list[str | Path], folder: Path, port: int) -> Iterator[None]:
    """A server while the block runs; it is ended at its end, whatever happens, and after an hour at any rate."""
    limited: list[str | Path] = ["timeout", "3600", *command]
    with (folder / "server.log").open("wb") as log, subprocess.Popen([str(part) for part in limited], cwd=folder, stdout=log,
                                                                     stderr=log) as server:
        try:
            for _ in range(300):
                with socket.socket() as one:
                    if one.connect_ex(("127.0.0.1", port)) == 0:
                        break
                if server.poll() is not None:
                    raise RuntimeError((folder / "server.log").read_text()[-500:])
                time.sleep(0.1)
            yield
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)        # `timeout` leads a group of its own: it and the engine


class Osrm:
    name = "OSRM"

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def route(self, a: tuple[float, float], b: tuple[float, float]) -> Drive | None:
        said = self._ask(f"route/v1/driving/{a[0]:.7f},{a[1]:.7f};{b[0]:.7f},{b[1]:.7f}"
                         "?overview=full&geometries=polyline6&annotations=duration&steps=false")
        if said.get("code") != "Ok":
            return None
        one = said["routes"][0]
        lonlat = np.array(polyline.decode(one["geometry"], 6))[:, ::-1]
        moving = np.array(one["legs"][0]["annotation"]["duration"], float)
        at_s = np.concatenate([[0.0], np.cumsum(moving)])
        if len(at_s) != len(lonlat):
            at_s = np.linspace(0.0, at_s[-1], len(lonlat))
        return Drive(one["duration"], one["distance"], lonlat, at_s, one["duration"] - float(moving.sum()))

    def off_m(self, point: tuple[float, float]) -> float:
        said = self._ask(f"nearest/v1/driving/{point[0]:.7f},{point[1]:.7f}?number=1")
        return float(said["waypoints"][0]["distance"]) if said.get("code") == "Ok" else np.inf

    def _ask(self, what: str) -> dict[str, Any]:
        return _json(urllib.request.Request(f"{self.url}/{what}"))


class Valhalla:
    name = "Valhalla"

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def route(self, a: tuple[float, float], b: tuple[float, float]) -> Drive | None:
        said = self._ask("route", locations=[_place(a), _place(b)], directions_type="none")
        if "trip" not in said:
            return None
        summary, shape = said["trip"]["summary"], said["trip"]["legs"][0]["shape"]
        lonlat = np.array(polyline.decode(shape, 6))[:, ::-1]
        traced = self._ask("trace_attributes", encoded_polyline=shape, shape_match="edge_walk", filters={
            "action": "include", "attributes": ["edge.begin_shape_index", "edge.end_shape_index", "node.elapsed_time",
                                                "node.transition_time"]})
        at_s, turns_s = np.linspace(0.0, summary["time"], len(lonlat)), 0.0
        if "edges" in traced:
            at_s, turns_s = _along(traced["edges"], lonlat, summary["time"])
        return Drive(summary["time"], summary["length"] * 1000.0, lonlat, at_s, turns_s)

    def off_m(self, point: tuple[float, float]) -> float:
        said = self._ask("locate", locations=[_place(point)], verbose=True)
        edges = said[0].get("edges") if isinstance(said, list) and said else None
        return min((float(edge["distance"]) for edge in edges), default=np.inf) if edges else np.inf

    def _ask(self, what: str, **asked: Any) -> Any:
        body = json.dumps({**asked, "costing": "truck", "costing_options": {"truck": LORRY}}).encode()
        return _json(urllib.request.Request(f"{self.url}/{what}", body, {"Content-Type": "application/json"}))


def _along(edges: list[dict[str, Any]], lonlat: NDArray[np.float64], whole_s: float) -> tuple[NDArray[np.float64], float]:
    """Driving time at every point of the line, turns apart, from what is known at the end of each edge."""
    ends, times, turns = [0], [0.0], 0.0
    for edge in edges:
        node = edge.get("end_node", {})
        ends.append(int(edge["end_shape_index"]))
        times.append(max(float(node.get("elapsed_time", whole_s)) - turns, times[-1]))
        turns += float(node.get("transition_time", 0.0))     # spent after this node's time was told
    return np.interp(np.arange(len(lonlat)), ends, times), turns


def _place(point: tuple[float, float]) -> dict[str, float]:
    return {"lon": round(point[0], 7), "lat": round(point[1], 7)}


def _json(request: urllib.request.Request) -> Any:
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as why:                    # both say so when there is no way
        return json.loads(why.read() or b"{}")


@contextmanager
def osrm(programs: Path, extract: Path, folder: Path) -> Iterator[Osrm]:
    shutil.copytree(programs / "osrm/share/profiles", folder, dirs_exist_ok=True)
    (folder / "lorry.lua").write_text(PROFILE)
    shutil.copyfile(extract, folder / "roads.osm.pbf")
    tools, port = programs / "osrm/bin", _free_port()
    _run([tools / "osrm-extract", "-t", "1", "-p", "lorry.lua", "roads.osm.pbf"], folder)
    _run([tools / "osrm-contract", "-t", "1", "roads.osrm"], folder)
    with _served([tools / "osrm-routed", "-i", "127.0.0.1", "-p", str(port), "-t", "1", "roads.osrm"], folder, port):
        yield Osrm(port)


@contextmanager
def valhalla(programs: Path, extract: Path, folder: Path) -> Iterator[Valhalla]:
    tools, port = programs / "valhalla/bin", _free_port()
    sockets = [part for name in ("httpd-service-loopback", "httpd-service-interrupt", "loki-service-proxy", "thor-service-proxy",
                                 "odin-service-proxy", "meili-service-proxy") for part in (f"--{name}", f"ipc://{folder}/{name}")]
    made = subprocess.run([sys.executable, str(programs / "valhalla/valhalla_build_config.py"), "--mjolnir-timezone", "",
                           "--mjolnir-tile-dir", str(folder / "tiles"), "--mjolnir-admin", "",
                           "--httpd-service-listen", f"tcp://127.0.0.1:{port}", *sockets],
                          capture_output=True, text=True, check=True, timeout=60)
    (folder / "valhalla.json").write_text(made.stdout)
    _run([tools / "valhalla_build_tiles", "-c", "valhalla.json", "-j", "1", extract], folder)
    with _served([tools / "valhalla_service", "valhalla.json", "1"], folder, port):
        yield Valhalla(port)
