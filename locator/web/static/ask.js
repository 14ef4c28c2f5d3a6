// Questions to the server. A newer question of the same kind ends the one before.
import { told } from "./words.js";

export class Problem extends Error {
  constructor(body) {
    super(body.detail);
    Object.assign(this, { title: body.title, detail: body.detail, code: body.code, field: body.field });
  }
}

const running = new Map();

async function ask(kind, url, options = {}) {
  running.get(kind)?.abort();
  const control = new AbortController();
  running.set(kind, control);
  const join = url.includes("?") ? "&" : "?";
  const common = new URLSearchParams({ lang: told.lang, region: told.region });
  const response = await fetch(url + join + common, { ...options, signal: control.signal });
  const body = await response.json();
  if (!response.ok) throw new Problem(body);
  return body;
}

export const along = (question) => ask("along", "/api/along", {
  method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(question) });

export const closures = () => ask("closures", "/api/closures");

export const names = (q) => ask("names", `/api/places?${new URLSearchParams({ q, limit: 8 })}`).then((found) => found.names);
