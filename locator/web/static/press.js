// The staff's page for papers: an order is filled in, shown page by page as it will be printed, and opened as a PDF.
import { el } from "./dom.js";
import { t, told } from "./words.js";

const form = document.getElementById("order"), pages = document.getElementById("pages"), state = document.getElementById("state");
const saved = document.getElementById("saved"), used = document.getElementById("gpx-used"), FIRST = 6, PPI = 70;
const NUMBERS = ["scale", "limit", "height_m", "mass_t", "driven_min"], TEXTS = ["from", "to", "depart", "vehicle", "rule", "paper", "orientation", "up"];
let map = null, drawn = null, line = null, standing = 0, routes = [], running = null;
const w = (key, params) => t(`paper.page.${key}`, params);
const common = () => new URLSearchParams({ lang: told.lang, region: told.region });

function order() {
  const said = {};
  for (const name of [...TEXTS, ...NUMBERS]) {
    const value = form.elements[name].value.trim();
    if (value) said[name] = NUMBERS.includes(name) ? Number(value) : value;
  }
  const via = form.elements.via.value.split("\n").map((one) => one.trim()).filter(Boolean);
  if (via.length) said.via = via;
  if (line) { delete said.from; delete said.to; delete said.via; said.polyline = line.polyline; }
  return said;
}

function say(text, bad = false) {
  state.textContent = text;
  state.className = bad ? "bad" : "quiet";
}

function blame(problem) {
  say(problem.detail ?? String(problem), true);
  form.querySelectorAll("[aria-invalid]").forEach((field) => field.removeAttribute("aria-invalid"));
  const field = problem.field && form.elements[problem.field.split(".").pop()];
  if (field instanceof HTMLElement) {
    field.setAttribute("aria-invalid", "true");
    field.closest("details")?.setAttribute("open", "");
    field.focus();
  }
}

// A paper's address is asked with POST, so that a long line of one's own has room.
async function fetched(what, ending, more = {}) {
  const response = await fetch(`/print/${what}.${ending}?${common()}`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ ...order(), ...more }), signal: running.signal });
  if (!response.ok) throw await response.json();
  return response;
}

// A card has no maps to be had alone.
function busy(is) {
  form.querySelectorAll(".go, #pdf").forEach((button) => { button.disabled = is; });
  document.getElementById("zip").disabled = is || form.elements.what.value === "card";
}

function begin() {
  running?.abort();
  running = new AbortController();
  busy(true);
  form.querySelectorAll("[aria-invalid]").forEach((field) => field.removeAttribute("aria-invalid"));
  say(w("working"));
}

function end(error) {
  busy(false);
  if (error && error.name !== "AbortError") blame(error);
}

async function preview(event) {
  event?.preventDefault();
  begin();
  pages.replaceChildren();
  try {
    await show(form.elements.what.value, 1);
    end();
  } catch (error) { end(error); }
}

async function show(what, from) {
  let count = Infinity, page = from;
  for (; page <= Math.min(count, from + FIRST - 1); page += 1) {
    const response = await fetched(what, "png", { page, ppi: PPI });
    count = Number(response.headers.get("Page-Count"));
    const picture = URL.createObjectURL(await response.blob());
    const shown = el("img", { src: picture, alt: w("page", { n: page }), onload: () => URL.revokeObjectURL(picture) });
    pages.append(el("figure", {}, shown, el("figcaption", {}, w("page", { n: page }))));
    say(w("pages", { n: count }));
  }
  if (page <= count) {
    const more = el("button.second", { type: "button", onclick: () => { more.remove(); show(what, page).catch(blame); } }, w("more"));
    pages.append(more);
  }
}

async function pdf() {
  const tab = window.open("", "_blank");                // before waiting: later a browser takes it for a pop-up
  begin();
  try {
    const response = await fetched(form.elements.what.value, "pdf");
    const file = URL.createObjectURL(await response.blob());
    if (tab) tab.location = file; else location.href = file;
    setTimeout(() => URL.revokeObjectURL(file), 60_000);
    say("");
    end();
  } catch (error) { tab?.close(); end(error); }
}

// The maps alone, for a GIS.
async function zip() {
  begin();
  try {
    const ppi = form.elements.ppi.value.trim();
    const response = await fetched(form.elements.what.value, "zip", ppi ? { ppi: Number(ppi) } : {});
    const name = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ?? "maps.zip";
    const file = URL.createObjectURL(await response.blob());
    el("a", { href: file, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(file), 60_000);
    say(w("zipped", { name }));
    end();
  } catch (error) { end(error); }
}

// Names for the fields, as one types.
let typed = 0;
function complete(event) {
  if (!["from", "to", "place"].includes(event.target.name)) return;
  clearTimeout(typed);
  typed = setTimeout(async () => {
    const q = event.target.value.trim();
    if (!q) return;
    const response = await fetch(`/api/places?${new URLSearchParams({ q, limit: 8, lang: told.lang, region: told.region })}`);
    if (response.ok) document.getElementById("places").replaceChildren(...(await response.json()).names.map((one) => el("option", { value: one.name })));
  }, 200);
}

// The map: start, end, then vias by clicks; the route shown as it is.
function openMap() {
  map = window[told.map];
  if (!map) return;
  if (told.bbox.length) map.fitBounds([[told.bbox[1], told.bbox[0]], [told.bbox[3], told.bbox[2]]], { animate: false });
  L.control.zoom({ position: "bottomright" }).addTo(map);
  map.on("click", ({ latlng }) => {
    const at = `${latlng.lng.toFixed(5)},${latlng.lat.toFixed(5)}`, { from, to, via } = form.elements;
    dropLine();
    if (!from.value) from.value = at;
    else if (!to.value) to.value = at;
    else via.value = [via.value.trim(), at].filter(Boolean).join("\n");
    draw();
  });
}

let asked = null;
async function draw(gpx = null) {
  asked?.abort();
  asked = new AbortController();
  const { from, to, via, vehicle } = form.elements;
  drawn?.remove();
  if (!gpx && !(from.value && to.value)) return null;
  const body = new FormData();
  if (gpx) body.append("file", gpx);
  const vias = via.value.split("\n").map((one) => one.trim()).filter(Boolean);
  try {
    const response = await fetch(`/api/route?${common()}`, gpx ? { method: "POST", body, signal: asked.signal } : {
      method: "POST", headers: { "Content-Type": "application/json" }, signal: asked.signal,
      body: JSON.stringify({ from: from.value, to: to.value, via: vias, vehicle: { preset: vehicle.value } }) });
    const route = await response.json();
    if (!response.ok) { blame(route); return null; }
    const points = route.geometry.coordinates;
    if (map) {
      drawn = L.polyline(points.map(([lon, lat]) => [lat, lon]), { color: "#0b6e4f", weight: 5, interactive: false }).addTo(map);
      map.fitBounds(drawn.getBounds(), { padding: [16, 16], animate: false });
    }
    return points;
  } catch (error) {
    if (error.name !== "AbortError") blame(error);
    return null;
  }
}

function dropLine() {
  line = null;
  used.hidden = true;
  document.getElementById("gpx").value = "";
}

async function takeGpx(event) {
  const file = event.target.files[0];
  if (!file) return;
  const points = await draw(file);
  if (!points) return dropLine();
  useLine(encoded(points), file.name);
}

function useLine(polyline, name) {
  line = { polyline };
  used.hidden = false;
  used.replaceChildren(w("gpx_used", { name }), " ", el("button.plain", { type: "button", onclick: () => { dropLine(); drawn?.remove(); } }, w("drop")));
}

// Google's encoded polyline, five decimals.
function encoded(points) {
  let text = "", before = [0, 0];
  for (const [lon, lat] of points) {
    const now = [Math.round(lat * 1e5), Math.round(lon * 1e5)];
    for (const i of [0, 1]) {
      let value = (now[i] - before[i]) * 2;
      if (value < 0) value = -value - 1;
      for (; value >= 32; value = Math.floor(value / 32)) text += String.fromCharCode((32 + (value % 32)) + 63);
      text += String.fromCharCode(value + 63);
    }
    before = now;
  }
  return text;
}

// Saved routes.
async function list() {
  const response = await fetch(`/api/print/routes?${common()}`);
  if (!response.ok) return;
  const known = await response.json();
  [standing, routes] = [known.version, known.routes];
  saved.replaceChildren(el("option", { value: "" }, w("choose")), ...routes.map((one, i) => el("option", { value: String(i) }, one.name)));
  document.getElementById("saving").hidden = !known.may_save;
}

function choose() {
  const one = routes[Number(saved.value)];
  if (saved.value === "" || !one) return;
  dropLine();
  for (const name of [...TEXTS, ...NUMBERS]) if (one[name] !== undefined || !["vehicle", "paper", "orientation", "up", "rule"].includes(name)) form.elements[name].value = one[name] ?? "";
  const via = Array.isArray(one.via) ? one.via : String(one.via ?? "").split(/[|;；]/);
  form.elements.via.value = via.map((part) => part.trim()).filter(Boolean).join("\n");
  document.getElementById("name").value = one.name;
  if (one.polyline) useLine(one.polyline, one.name);
  draw();
  preview();
}

async function change(method, path, body) {
  const key = document.getElementById("key").value;
  const response = await fetch(`/api/print/routes${path}?${common()}${method === "DELETE" ? `&version=${standing}` : ""}`, {
    method, headers: { "Content-Type": "application/json", "Staff-Key": key }, body });
  if (!response.ok) return blame(await response.json());
  say(w("saved_now"));
  return list();
}

const toPaper = (path) => (event) => {
  event.preventDefault();
  const said = new URLSearchParams([...new FormData(event.target), ...common()]);
  window.open(`/print/${path}.${event.submitter?.value || "pdf"}?${said}`, "_blank");
};

form.addEventListener("submit", preview);
document.addEventListener("input", complete);
form.addEventListener("change", (event) => { if (["from", "to", "via", "vehicle"].includes(event.target.name)) { dropLine(); draw(); } });
document.getElementById("pdf").addEventListener("click", pdf);
document.getElementById("zip").addEventListener("click", zip);
form.elements.what.addEventListener("change", () => busy(false));
document.getElementById("gpx").addEventListener("change", takeGpx);
document.getElementById("clear").addEventListener("click", () => { form.reset(); dropLine(); drawn?.remove(); pages.replaceChildren(); busy(false); say(w("empty")); });
saved.addEventListener("change", choose);
document.getElementById("save").addEventListener("click", () => change("PUT", "", JSON.stringify({ order: { ...order(), name: document.getElementById("name").value.trim() }, version: standing })));
document.getElementById("forget").addEventListener("click", () => change("DELETE", `/${encodeURIComponent(document.getElementById("name").value.trim())}`));
document.getElementById("poster").addEventListener("submit", toPaper("poster"));
document.getElementById("wall").addEventListener("submit", toPaper("wall"));
addEventListener("DOMContentLoaded", openMap);         // after the shell, which waits for the same
list();
