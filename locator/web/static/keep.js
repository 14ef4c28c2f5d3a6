// What stays on the phone for when there is no network: the page (sw.js), the last answers, the roads along the route.
import { sparing } from "./shell.js";
import { told } from "./words.js";

const ANSWERS = "answers-1", MOST = 8;
const CLAIMED_MS = 5_000;                            // a new worker takes the page over at once; no longer waited for
const BESIDE = [[0, 0], [-0.3, 0], [0.3, 0], [0, -0.3], [0, 0.3]];       // in tiles: the corridor is as wide as that
const WIDE_TO = 10, MOST_TILES = 120, ZOOMS = [8, 9, 10, 11, 12], AT_ONCE = 2;

const able = () => window.isSecureContext && "caches" in window;

// After everything else: the page's own files come from the browser's cache then, and cost nothing.
export async function stay(whenNew) {
  if (!window.isSecureContext || !("serviceWorker" in navigator)) return;
  const had = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => { if (had) whenNew(); });
  try {
    await navigator.serviceWorker.register("/sw.js", { scope: "/", updateViaCache: "none" });
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller) await new Promise((done) => {
      navigator.serviceWorker.addEventListener("controllerchange", done, { once: true });
      setTimeout(done, CLAIMED_MS);
    });
  } catch { /* not without a trusted certificate; the page works as before */ }
}

// The same question, however it was written; a file by its name and size.
function key({ file, ...question }) {
  const said = JSON.stringify([told.region, file ? [file.name, file.size] : null, question], (name, value) => (value === null ? undefined : value));
  let hash = 0n;
  for (const char of said) hash = BigInt.asUintN(64, (hash ^ BigInt(char.codePointAt(0))) * 1_099_511_628_211n);
  return `/kept/${hash.toString(36)}`;
}

export async function keep(question, told_so) {
  if (!able()) return;
  const cache = await caches.open(ANSWERS), { file, ...said } = question;
  const body = JSON.stringify({ at: new Date().toISOString(), question: said, ...told_so });
  await cache.delete(key(question));                 // so that the newest is the last
  await cache.put(key(question), new Response(body, { headers: { "Content-Type": "application/json" } }));
  for (const old of (await cache.keys()).slice(0, -MOST)) await cache.delete(old);
}

// What was told to this question, or null.
export async function kept(question) {
  if (!able()) return null;
  const found = await (await caches.open(ANSWERS)).match(key(question));
  return found ? found.json() : null;
}

// The tiles of the corridor, coarse ones first, a bounded number; sw.js keeps what comes by.
export async function keepCorridor(lonlat) {
  if (sparing() || !navigator.serviceWorker?.controller || !window.protomapsL) return;
  const todo = corridor(lonlat).flatMap((tile) => Object.values(told.tiles.files).map((url) => [url, tile]));
  const sources = new Map(Object.values(told.tiles.files).map((url) => [url, new window.protomapsL.PmtilesSource(url, false)]));
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let next = todo.shift(); next; next = todo.shift()) {
      try {
        await sources.get(next[0]).get(next[1], 512);
      } catch {
        todo.length = 0;                             // no network: another time
      }
    }
  }));
}

export function corridor(lonlat) {
  const tiles = new Map();
  for (const z of ZOOMS) {
    const here = new Map(), n = 2 ** z;
    for (const [x, y] of along(lonlat, n))
      for (const [dx, dy] of z < WIDE_TO ? BESIDE : [[0, 0]]) {
        const tile = { z, x: Math.floor(x + dx), y: Math.floor(y + dy) };
        here.set(`${tile.x},${tile.y}`, tile);
      }
    if (tiles.size + here.size > MOST_TILES) break;
    for (const [name, tile] of here) tiles.set(`${z},${name}`, tile);
  }
  return [...tiles.values()];
}

// Points of the line in units of tiles, never farther apart than half of one.
function* along(lonlat, n) {
  let last = null;
  for (const [lon, lat] of lonlat) {
    const rad = lat * (Math.PI / 180);
    const at = [((lon + 180) / 360) * n, ((1 - Math.log(Math.tan(rad) + 1 / Math.cos(rad)) / Math.PI) / 2) * n];
    const steps = last ? Math.ceil(Math.hypot(at[0] - last[0], at[1] - last[1]) * 2) : 1;
    for (let i = 1; i <= steps; i += 1) yield last ? [last[0] + ((at[0] - last[0]) * i) / steps, last[1] + ((at[1] - last[1]) * i) / steps] : at;
    last = at;
  }
}
