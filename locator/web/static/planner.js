// The planner's page: tabs, panels, the map beside them.
import * as asks from "./planner_asks.js";
import * as audit from "./planner_audit.js";
import * as cover from "./planner_cover.js";
import { el } from "./dom.js";
import * as jobs from "./planner_jobs.js";
import * as map from "./planner_map.js";
import * as siting from "./planner_siting.js";
import * as spacing from "./planner_spacing.js";
import * as scenarios from "./planner_scenarios.js";
import * as unmet from "./planner_unmet.js";
import { named, t, told } from "./words.js";

const tabs = [...document.querySelectorAll("[role=tab]")], note = document.getElementById("note");
const panels = {
  cover: () => { map.clear(); cover.again(); dots(); },
  spacing: async () => { map.clear(); await spacing.ask(cover.question()); },
  siting: () => { map.clear(); dots(); },
  audit: () => { map.clear(); audit.draw(); },
  unmet: async () => { map.clear(); await unmet.show(); },
  jobs: () => jobs.show(),
  scenarios: () => scenarios.show(),
};

function turn(name, push = true, ask = true) {
  jobs.stop();
  say("");
  for (const tab of tabs) {
    const is = tab.id === `tab-${name}`;
    tab.setAttribute("aria-selected", String(is));
    tab.tabIndex = is ? 0 : -1;
    document.getElementById(tab.getAttribute("aria-controls")).hidden = !is;
  }
  if (push) history.replaceState(null, "", `#${name}`);
  if (ask) Promise.resolve(panels[name]()).catch(trouble);
  else map.clear();
}

function say(text) {
  note.textContent = text;
  note.hidden = !text;
}

const trouble = (error) => error.name === "AbortError" || say(error.detail ?? t("planner.unreached"));

for (const [i, tab] of tabs.entries()) {
  tab.addEventListener("click", () => turn(tab.id.slice(4)));
  tab.addEventListener("keydown", (event) => {
    const next = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (next === undefined) return;
    const other = tabs[(next + tabs.length) % tabs.length];
    other.focus();
    turn(other.id.slice(4));
  });
}

let places = null;

async function dots() {
  if (!places) {
    const { layers } = await asks.get("layers", "/api/layers");
    const found = await Promise.all(layers.filter((one) => one.kind in told.looks.kinds || one.kind === "places")
      .map((one) => asks.get(`items ${one.name}`, `/api/layers/${encodeURIComponent(one.name)}/items?limit=5000`)));
    places = found.flatMap((one) => one.features);
  }
  await map.places(places, (one) => map.say(...one.geometry.coordinates, [(told.lang === "en" && one.properties.name_en) || one.properties.name || one.id, t(`kind.${one.properties.kind}`)]));
}

async function keep(body) {
  const name = prompt(t("planner.name_it"));
  if (!name) return;
  await asks.saveScenario({ name: name.trim(), ...body });
  say(t("planner.kept", { name: name.trim() }));
}

document.getElementById("keep").addEventListener("click", () => keep({ question: "coverage", ask: cover.question() }).catch(trouble));
document.getElementById("run").addEventListener("click", () => asks.startJob("coverage", cover.question()).then(() => turn("jobs")).catch(trouble));
document.getElementById("report").addEventListener("click", () => {
  const { limit_s, kinds, services, vehicle, hour, weekday } = cover.question();
  asks.startJob("report", { limit_s, kinds, services, vehicle, hour, weekday }).then(() => turn("jobs")).catch(trouble);
});
document.getElementById("theme").addEventListener("click", () => window.locatorTheme.turn());

function opened(kind, answer) {
  turn({ coverage: "cover", report: "cover" }[kind] ?? kind, true, false);
  if (kind === "siting") dots();
  const shown = { siting, audit, spacing }[kind] ?? cover;
  shown.show(kind === "report" ? answer.coverage : answer);
  say(t("planner.opened", { question: named("question", kind) }));
}

spacing.start((body) => keep(body).catch(trouble));
siting.start(cover.question, (body) => keep(body).catch(trouble));
jobs.start((job) => asks.jobResult(job.id).then((answer) => opened(job.question, answer)).catch(trouble), (job) => keep({ job: job.id }).catch(trouble));
scenarios.start((one) => opened(one.question, one.answer));
const first = location.hash.slice(1) in panels ? location.hash.slice(1) : "cover";
turn(first, false);
cover.start();
map.open().catch(() => { document.getElementById("map-wait").textContent = t("planner.unreached"); });
