// Questions to the server. A newer question of the same kind ends the one before.
import { told } from "./words.js";

export class Problem extends Error {
  constructor(body) {
    super(body.detail);
    Object.assign(this, { title: body.title, detail: body.detail, code: body.code, field: body.field });
  }
}

const running = new Map();

// What the page's head asked before any script had come (early.js), if it is this very question; another one is given up.
function foreseen(address, body) {
  const early = window.locatorEarly;
  window.locatorEarly = null;
  if (early?.url === address && early.body === body) return early;
  early?.control.abort();
  return null;
}

async function ask(kind, url, options = {}) {
  running.get(kind)?.abort();
  const join = url.includes("?") ? "&" : "?", address = url + join + new URLSearchParams({ lang: told.lang, region: told.region });
  const early = kind === "along" ? foreseen(address, options.body) : null, control = early?.control ?? new AbortController();
  running.set(kind, control);
  const response = await (early?.response ?? fetch(address, { ...options, signal: control.signal }));
  const body = await response.json();
  if (!response.ok) throw new Problem(body);
  return body;
}

// JSON; with a driver's own file, a form with the file in it.
function sent(question) {
  const { file, ...said } = question;
  if (!file) return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(said) };
  const { preset, ...measures } = said.vehicle, flat = { ...said, ...measures, vehicle: preset };
  const body = new FormData();
  for (const name of ["from", "to", "via"]) delete flat[name];
  for (const [name, value] of Object.entries(flat))
    if (value !== null && value !== undefined && value.length !== 0) body.append(name, String(value));
  body.append("file", file);
  return { method: "POST", body };
}

const OF_A_PLAN = ["rule", "want", "driven_min", "driven_today_min", "duty_start"];

// The stops along a route; with a rule also where he must rest by it, which holds all that the stops alone do.
export function along(question) {
  if (question.rule) return ask("along", "/api/plan", sent(question));
  return ask("along", "/api/along", sent(Object.fromEntries(Object.entries(question).filter(([name]) => !OF_A_PLAN.includes(name)))));
}

export const closures = () => ask("closures", "/api/closures");

export const layers = () => ask("layers", "/api/layers");

export const items = (layer, bbox) => ask(`items ${layer}`, `/api/layers/${encodeURIComponent(layer)}/items?${new URLSearchParams({ bbox: bbox.join(","), limit: 500 })}`);

export const names = (q) => ask("names", `/api/places?${new URLSearchParams({ q, limit: 8 })}`).then((found) => found.names);
