// The planner's questions to the server. A newer question of the same kind ends the one before.
import { Problem } from "./ask.js";
import { told } from "./words.js";

const running = new Map();

async function ask(kind, url, options = {}) {
  running.get(kind)?.abort();
  const control = new AbortController();
  running.set(kind, control);
  const common = new URLSearchParams({ lang: told.lang, region: told.region });
  const response = await fetch(`${url}${url.includes("?") ? "&" : "?"}${common}`, { ...options, signal: control.signal });
  const body = await response.json();
  if (!response.ok) throw new Problem(body);
  return body;
}

const sent = (method, body) => ({ method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
const named = (name) => encodeURIComponent(name);

export const get = (kind, url) => ask(kind, url);
export const post = (kind, url, body) => ask(kind, url, sent("POST", body));
export const coverage = (body) => post("coverage", "/api/coverage", body);
export const unmet = () => ask("unmet", "/api/unmet");
export const jobs = () => ask("jobs", "/api/jobs");
export const startJob = (kind, body) => post("start", "/api/jobs", { question: kind, ask: body });
export const jobResult = (id) => ask("result", `/api/jobs/${named(id)}/result`);
export const endJob = (id) => ask("end", `/api/jobs/${named(id)}`, { method: "DELETE" });
export const scenarios = () => ask("scenarios", "/api/scenarios");
export const saveScenario = (body) => post("save", "/api/scenarios", body);
export const scenario = (name) => ask("scenario", `/api/scenarios/${named(name)}`);
export const removeScenario = (name) => ask("remove", `/api/scenarios/${named(name)}`, { method: "DELETE" });
export const compareScenarios = (a, b) => ask("compare", `/api/scenarios/${named(a)}/compare/${named(b)}`);
export const replayScenario = (name) => post("replay", `/api/scenarios/${named(name)}/replay`, {});
