"""A corridor asked of PostGIS in the ways that are known to be quick, over psql.

In: a server, points and a route in degrees.    Out: milliseconds of the quickest of each kind, by the server's own clock.
Never knows: what it is compared with.
"""
from __future__ import annotations

import json
import subprocess

import numpy as np

TIMES = 3
CUTS = (10, 50, 200)      # vertices in a piece of the route: one long line makes every index useless

SETUP = """
create extension if not exists postgis;
drop table if exists bench_points, bench_route;
create table bench_points (id int, g geography(point, 4326), p geometry(point, 3035));
create temporary table given (id int, lon float8, lat float8);
\\copy given from stdin with (format csv)
"""
READY = """
insert into bench_points select id, point, st_transform(point::geometry, 3035)
  from (select id, st_setsrid(st_makepoint(lon, lat), 4326)::geography point from given) made;
create index on bench_points using gist (g);
create index on bench_points using gist (p);
create table bench_route as select {line}::geometry line;
vacuum analyze bench_points;
"""
PIECES = """with pieces as (
  select st_makeline(array_agg((d).geom order by (d).path)) piece from (select st_dumppoints(line) d from bench_route) v,
  lateral (values ((d).path[1] / {cut}), (((d).path[1] - 1) / {cut})) as k(n) group by n having count(*) > 1)"""
NEAR = {                  # only which points: offsets would make it slower by far
    "degrees": " select count(distinct id) from pieces join bench_points on st_dwithin(g, piece::geography, {within})",
    "plane": """, flat as materialized (select st_transform(piece, 3035) piece from pieces)
  select count(distinct id) from flat join bench_points on st_dwithin(p, piece, {within})""",
}


def corridor_ms(server: str, points: np.ndarray, route: np.ndarray, within_m: float) -> dict[str, float]:
    """On the ellipsoid ("degrees") and in a plane: the quickest cut of the route, each the least of TIMES executions."""
    line = "'SRID=4326;LINESTRING(" + ",".join(f"{lon!r} {lat!r}" for lon, lat in route.tolist()) + ")'"
    rows = "".join(f"{i},{lon!r},{lat!r}\n" for i, (lon, lat) in enumerate(points.tolist()))
    _psql(server, [SETUP + rows + "\\.\n" + READY.format(line=line)])
    return {name: min(_execution_ms(server, PIECES.format(cut=cut) + ask.format(within=within_m))
                      for cut in CUTS for _ in range(TIMES))
            for name, ask in NEAR.items()}


def _execution_ms(server: str, ask: str) -> float:
    said = json.loads(_psql(server, ["explain (analyze, timing off, format json) " + ask + ";"]))
    return float(said[0]["Execution Time"])


def _psql(server: str, statements: list[str]) -> str:
    done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", server], input="\n".join(statements),
                          text=True, capture_output=True, check=True, timeout=600)
    return done.stdout
