// Scenarios: what was kept, two side by side, the same asked again.
import * as asks from "./planner_asks.js";
import { el } from "./dom.js";
import * as map from "./planner_map.js";
import { elsewhere, figure, figureName, km, short, when } from "./planner_says.js";
import { named, t, told } from "./words.js";

const place = document.getElementById("scenarios-told"), below = document.getElementById("scenario-answer");
let chosen = [], open = () => {};

export function start(whenOpened) {
  open = whenOpened;
}

export async function show() {
  const { scenarios } = await asks.scenarios();
  chosen = chosen.filter((name) => scenarios.some((one) => one.name === name));
  place.replaceChildren(el("p.quiet", {}, t("planner.scenarios_about")),
    scenarios.length ? el("ul.jobs", {}, ...scenarios.map(item)) : el("p.quiet", {}, t("planner.no_scenarios")));
  offer();
}

function item(one) {
  const box = el("input", { type: "checkbox", name: "compare", value: one.name, "aria-label": t("planner.choose_two", { name: one.name }) });
  box.checked = chosen.includes(one.name);
  box.addEventListener("change", () => { chosen = box.checked ? [...chosen, one.name].slice(-2) : chosen.filter((name) => name !== one.name); show().catch(trouble); });
  const button = (key, onclick) => el("button.quick", { type: "button", onclick: () => onclick().catch(trouble) }, t(key));
  return el("li.job", { "data-name": one.name }, el("div", {}, el("label.pick-two", {}, box, el("b", {}, one.name)), el("span.state", {}, named("question", one.question))),
    el("small.quiet", {}, `${one.region} · ${when(one.made)}`),
    el("p.acts", {}, elsewhere(one, "scenarios") ?? button("planner.open", async () => open(await asks.scenario(one.name))), button("planner.replay", () => replay(one.name)),
      button("planner.forget", async () => { await asks.removeScenario(one.name); await show(); })));
}

function offer() {
  if (chosen.length === 2) compare(...chosen).catch(trouble);
  else below.replaceChildren();
}

const trouble = (error) => error.name === "AbortError" || below.replaceChildren(el("p.trouble", { role: "alert" }, error.detail ?? t("planner.unreached")));

function table(rows, a, b) {
  const cells = rows.map((row) => el("tr", row.difference ? { "data-differs": "yes" } : {}, el("th", { scope: "row" }, figureName(row.name)), el("td", {}, figure(row.name, row.a)), el("td", {}, figure(row.name, row.b)),
    el("td", {}, row.difference === null ? "—" : (row.difference > 0 ? "+" : "") + figure(row.name, row.difference))));
  return el("table.figures", {}, el("thead", {}, el("tr", {}, ...["", a, b, t("planner.difference")].map((head) => el("th", { scope: "col" }, head)))), el("tbody", {}, ...cells));
}

const changes = (title, rows, a, b) => rows.length ? el("section", {}, el("h2", {}, title), el("ul.changes", {}, ...rows.map((one) => el("li", {}, `${one.what}: ${short(one[a])} → ${short(one[b])}`)))) : null;

async function compare(a, b) {
  const found = await asks.compareScenarios(a, b);
  below.replaceChildren(el("h2", {}, t("planner.compared")), el("p.sides", {}, side("a", a, found), side("b", b, found)), roads(found) ?? "", table(found.figures, a, b),
    changes(t("planner.asked_otherwise"), found.asked, "a", "b"), changes(t("planner.stood_otherwise"), found.inputs, "then", "now"));
  map.clear();
  await map.put("compared", found.features, style);
  map.fit(["compared"]);
}

// The first wide and pale, the second narrow upon it: where both are, both are seen.
function style({ geometry, properties: { side, straight } }) {
  const wide = side === "a", colour = told.sides[side];
  if (geometry.type === "Point") return { radius: wide ? 10 : 6, color: "#fff", weight: 1.5, fillColor: colour, fillOpacity: wide ? 0.6 : 1 };
  return { color: colour, weight: wide ? 9 : 4, opacity: wide ? 0.55 : 0.95, dashArray: straight ? "6 6" : null };
}

// Spacing: each road that differs, its longest stretch there and here, and what stops only one of them has.
function roads(found) {
  if (found.a.question !== "spacing") return null;
  const rows = new Map();
  for (const one of found.features) {
    const { road, ref, heading, side, what, longest_m } = one.properties, row = rows.get(road) ?? { name: `${ref} ${heading}`, features: [], a: null, b: null, stops: 0 };
    row.features.push(one);
    if (what === "stretch") row[side] = longest_m;
    else row.stops += 1;
    rows.set(road, row);
  }
  if (!rows.size) return el("p.quiet", {}, t("planner.no_differences"));
  return el("ol.gaps", {}, ...[...rows.values()].map((row) => el("li", {}, el("button.gap.wide", { type: "button", onclick: () => { for (const one of row.features) map.point(one, told.gap); } },
    el("span.road-head", {}, el("b", {}, row.name), el("span", {}, row.a === null && row.b === null ? "" : `${km(row.a)} → ${km(row.b)}`)),
    row.stops ? el("small", {}, t("planner.stops_differ", { n: row.stops })) : null))));
}

function side(which, name, found) {
  const mark = el("i.mark", {});
  mark.style.setProperty("--kind", told.sides[which]);
  return el("span", {}, mark, t(`planner.sides_${found.a.question}`, { name }));
}

async function replay(name) {
  below.replaceChildren(el("p.quiet", {}, t("planner.replaying")));
  const found = await asks.replayScenario(name);
  below.replaceChildren(el("h2", {}, t(found.same ? "planner.replayed_same" : "planner.replayed_other")), table(found.figures, t("planner.then"), t("planner.now")),
    changes(t("planner.stood_otherwise"), found.changed, "then", "now"));
}
