// The page without a network. The server writes the version; it changes with the page, and old caches go with it.
// Page and assets: from here first. Road tiles: the ranges that were asked for. Layers and closures: the network first.
const VERSION = "{{version}}", SHELL = `shell-${VERSION}`, SEEN = "seen-1", TILES = "tiles-1", ANSWERS = "answers-1";
const MOST = { [SEEN]: 80, [TILES]: 500 };
const ASSET = /\/assets\/[\w./-]+\.(?:js|css|svg)/g;

// The pages people have open, or had kept by the version before, each with every asset it names.
self.addEventListener("install", (event) => event.waitUntil((async () => {
  const open = (await self.clients.matchAll({ includeUncontrolled: true, type: "window" })).map((one) => one.url);
  const old = (await caches.keys()).filter((name) => name.startsWith("shell-") && name !== SHELL);
  const before = (await Promise.all(old.map(async (name) => (await (await caches.open(name)).keys()).map((one) => one.url)))).flat();
  const pages = new Set([...open, ...before].filter((url) => new URL(url).pathname === "/").map(pageKey));
  const cache = await caches.open(SHELL);
  for (const page of pages) await storePage(cache, page, old.length ? "reload" : "force-cache");
  await self.skipWaiting();
})()));

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  const mine = [SHELL, SEEN, TILES, ANSWERS];
  for (const name of await caches.keys()) if (!mine.includes(name)) await caches.delete(name);
  await self.clients.claim();
})()));

self.addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {                  // other pages, those behind a login first of all, are not kept
    if (url.pathname === "/") event.respondWith(page(event));
    else if (url.pathname === "/here") event.respondWith(seen(event, url.href));
  }
  else if (url.pathname.startsWith("/assets/")) event.respondWith(asset(event));
  else if (url.pathname.startsWith("/basemap/") && request.headers.has("range")) event.respondWith(tile(event));
  else if (/^\/api\/(layers|closures)/.test(url.pathname)) event.respondWith(seen(event, url.href));
});

// A page is the same for every trip: only its language and region make it another.
function pageKey(address) {
  const url = new URL(address), said = new URLSearchParams();
  for (const name of ["lang", "region"]) if (url.searchParams.get(name)) said.set(name, url.searchParams.get(name));
  return `${said}` === "" ? `${url.origin}/` : `${url.origin}/?${said}`;
}

async function storePage(cache, key, how) {
  const response = await fetch(key, { cache: how, credentials: "same-origin" });
  if (!response.ok) throw new Error(`${key}: ${response.status}`);
  const text = await response.clone().text();
  await cache.put(key, response);
  for (const name of new Set(text.match(ASSET) ?? []))
    if (!(await cache.match(name))) await cache.add(name);
}

async function page(event) {
  const cache = await caches.open(SHELL), key = pageKey(event.request.url);
  const kept = await cache.match(key);
  if (kept) return kept;
  try {
    const response = await fetch(event.request);
    if (response.ok) event.waitUntil(cache.put(key, response.clone()));
    return response;
  } catch (error) {
    const any = (await cache.keys()).find((one) => new URL(one.url).pathname === "/");      // another language is better than nothing
    if (any) return cache.match(any);
    throw error;
  }
}

async function asset(event) {
  const cache = await caches.open(SHELL), kept = await cache.match(event.request, { ignoreSearch: true });
  if (kept) return kept;
  const response = await fetch(event.request);
  if (response.ok) event.waitUntil(cache.put(event.request, response.clone()));
  return response;
}

// A cache keeps no 206: the part is kept as a whole answer under its range, and given as a part again.
async function tile(event) {
  const range = event.request.headers.get("range"), key = `${event.request.url}?${range}`;
  const cache = await caches.open(TILES), kept = await cache.match(key);
  if (kept) return part(kept);
  const response = await fetch(event.request);
  if (response.status !== 206) return response;
  const headers = { "Content-Type": response.headers.get("Content-Type"), "X-Range": response.headers.get("Content-Range"), ETag: response.headers.get("ETag") ?? "" };
  event.waitUntil(put(TILES, key, new Response(response.clone().body, { headers })));
  return response;
}

async function part(kept) {
  const headers = { "Content-Type": kept.headers.get("Content-Type"), "Content-Range": kept.headers.get("X-Range") };
  if (kept.headers.get("ETag")) headers.ETag = kept.headers.get("ETag");
  return new Response(await kept.blob(), { status: 206, headers });
}

async function seen(event, key) {
  try {
    const response = await fetch(event.request);
    if (response.ok) event.waitUntil(put(SEEN, key, response.clone()));
    return response;
  } catch (error) {
    const cache = await caches.open(SEEN);
    const kept = (await cache.match(key)) ?? (await cache.match(key, { ignoreSearch: event.request.mode === "navigate" }));
    if (kept) return kept;
    throw error;
  }
}

// Bounded: the oldest go first, and tiles of an older build before all others.
async function put(name, key, response) {
  const cache = await caches.open(name);
  await cache.put(key, response);
  const keys = await cache.keys();
  for (const old of keys.slice(0, Math.max(0, keys.length - MOST[name]))) await cache.delete(old);
}
