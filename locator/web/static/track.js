// Where on its route a lorry is, and when it will be farther on. Pure sums: knows no element and no browser.
const M_PER_DEG = 111_195;
const BEHIND_M = 300, AHEAD_M = 5_000;       // looked at first: one drives on, not to where the route comes by again

// A route made ready: metres from its start at each of its points, scaled to its true length.
export function measured(lonlat, length_m) {
  const at = [0];
  for (let i = 1; i < lonlat.length; i += 1) at.push(at[i - 1] + apart(lonlat[i - 1], lonlat[i]));
  const scale = at.at(-1) > 0 ? length_m / at.at(-1) : 1;
  return { lonlat, at: at.map((m) => m * scale) };
}

function apart([lonA, latA], [lonB, latB]) {
  const east = (lonB - lonA) * Math.cos(((latA + latB) / 2) * (Math.PI / 180));
  return Math.hypot(east, latB - latA) * M_PER_DEG;
}

// The nearest point of the route: { at_m, off_m }. `from_m` is where he was; null: anywhere.
export function locate(line, point, from_m = null) {
  const near = from_m === null ? null : nearest(line, point, from_m - BEHIND_M, from_m + AHEAD_M);
  if (near && near.off_m < 60) return near;
  const any = nearest(line, point, -Infinity, Infinity);
  return near && near.off_m < any.off_m + 30 ? near : any;
}

function nearest({ lonlat, at }, [lon, lat], low_m, high_m) {
  const kx = M_PER_DEG * Math.cos(lat * (Math.PI / 180));
  let best = null;
  for (let i = 1; i < lonlat.length; i += 1) {
    if (at[i] < low_m || at[i - 1] > high_m) continue;
    const ax = (lonlat[i - 1][0] - lon) * kx, ay = (lonlat[i - 1][1] - lat) * M_PER_DEG;
    const bx = (lonlat[i][0] - lon) * kx - ax, by = (lonlat[i][1] - lat) * M_PER_DEG - ay;
    const square = bx * bx + by * by, share = square > 0 ? Math.min(1, Math.max(0, -(ax * bx + ay * by) / square)) : 0;
    const off_m = Math.hypot(ax + share * bx, ay + share * by);
    if (!best || off_m < best.off_m) best = { off_m, at_m: at[i - 1] + share * (at[i] - at[i - 1]) };
  }
  return best;
}

// Driving seconds from the start to any metre: the route's ends, and the stops right beside it between them.
export function timed(route, stops) {
  const known = stops.filter((p) => p.detour_s < 60 && p.leave_m !== null).map((p) => [p.leave_m, p.reach_s]);
  const points = [[0, 0]];
  for (const [m, s] of [...known.sort((a, b) => a[0] - b[0]), [route.distance_m, route.duration_s]]) {
    const [lastM, lastS] = points.at(-1);
    if (m > lastM + 1 && s >= lastS && s <= route.duration_s) points.push([m, s]);
  }
  return (at_m) => {
    const i = points.findIndex(([m]) => m >= at_m);
    if (i <= 0) return i === 0 ? points[0][1] : route.duration_s;
    const [m0, s0] = points[i - 1], [m1, s1] = points[i];
    return s0 + ((at_m - m0) / (m1 - m0)) * (s1 - s0);
  };
}
