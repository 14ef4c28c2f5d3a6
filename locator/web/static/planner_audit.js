// The trip audit: where the law forces a stop and there is none, and the places that are many a trip's last chance.
import { el } from "./dom.js";
import * as map from "./planner_map.js";
import { minutes } from "./planner_says.js";
import { named, place as called, t, told } from "./words.js";

const place = document.getElementById("audit-told");
const SHOWN = 100, EMPTY = { gaps: [], chances: [] };
let answer = EMPTY;

export function show(found) {
  answer = { gaps: together(found.without_place), chances: found.last_chances.map((one, i) => feature(one, i)) };
  place.replaceChildren(...[
    el("p.big", {}, el("b", {}, String(found.without)), el("span", {}, t("planner.audited", { forced: found.forced, trips: found.trips, drive: minutes(found.drive_s), unserved: found.unserved }))),
    found.bad ? el("p.warn", {}, t("planner.audit_bad", { n: found.bad })) : null,
    found.approximate ? el("p.warn", {}, t("planner.approximate")) : null,
    el("p.quiet", {}, t("planner.audit_depth", { depth: found.depth, rule: found.rule, on: found.on })),
    list("planner.without_place", "planner.all_served", answer.gaps, told.gap, gapLines),
    list("planner.last_chances", "planner.no_chances", answer.chances, told.sides.a, chanceLines)].filter(Boolean));
  draw();
}

const feature = (one, id) => ({ type: "Feature", id, geometry: { type: "Point", coordinates: [one.lon, one.lat] }, properties: one });

// The hours of one road in one cell as one.
function together(stops) {
  const spots = new Map();
  for (const one of stops) {
    const key = [one.way, one.road, one.cell_lon, one.cell_lat].join("|"), before = spots.get(key);
    const hours = [...(before?.hours ?? []), ...(one.hour === null ? [] : [one.hour])].sort((a, b) => a - b);
    spots.set(key, { ...(before ?? one), forced: (before?.forced ?? 0) + one.forced, weight: (before?.weight ?? 0) + one.weight, hours });
  }
  return [...spots.values()].sort((a, b) => b.weight - a.weight).map(feature);
}

const hour = (n) => `${String(n).padStart(2, "0")}:00`;
const gapLines = (p) => [p.road || t("planner.unnamed"), [t("planner.trips_day", { n: p.weight }), ...p.hours.slice(0, 6).map(hour), ...(p.hours.length > 6 ? ["…"] : [])].join(" · ")];
const chanceLines = (p) => [called(p), `${t("planner.trips_day", { n: p.weight })} · ${named("kind", p.kind)}`];

function list(title, none, features, colour, lines) {
  const mark = el("i.mark", { colour });
  const items = features.slice(0, SHOWN).map((one, i) => el("li", {}, el("button.gap", { type: "button", onclick: (event) => choose(event.currentTarget, one, colour) },
    el("span.rank", {}, String(i + 1)), el("span", {}, el("b", {}, lines(one.properties)[0]), el("small", {}, lines(one.properties)[1])),
    el("span.length", {}, `× ${one.properties.forced}`))));
  return el("section", {}, el("h2", {}, mark, t(title, { n: features.length })), items.length ? el("ol.gaps", {}, ...items) : el("p.quiet", {}, t(none)));
}

function choose(button, one, colour) {
  for (const other of place.querySelectorAll(".gap")) other.setAttribute("aria-pressed", String(other === button));
  map.point(one, colour);
}

// Circles whose area tells how many trips.
export async function draw() {
  const most = Math.max(1, ...[...answer.gaps, ...answer.chances].map((one) => one.properties.weight));
  const style = (colour) => (one) => ({ radius: 5 + 13 * Math.sqrt(one.properties.weight / most), color: "#fff", weight: 1.5, fillColor: colour, fillOpacity: 0.75 });
  const say = (lines) => (one) => map.say(...one.geometry.coordinates, [...lines(one.properties), `× ${one.properties.forced}`]);
  await map.put("chances", answer.chances, style(told.sides.a), say(chanceLines));
  await map.put("without", answer.gaps, style(told.gap), say(gapLines));
  map.fit(["chances", "without"]);
}
