// Spacing: every direction of every road as a line with its stops, the longest stretch marked, judged by the norms.
import * as asks from "./planner_asks.js";
import { el } from "./dom.js";
import * as map from "./planner_map.js";
import { km } from "./planner_says.js";
import { named, place as called, t, told } from "./words.js";

const place = document.getElementById("spacing-told");
const WIDE = 400, EDGE = 8;
let last = "", answer = null;

const shape = (tag, props, ...children) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(props)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};

const wanted = ({ kinds, services, vehicle, hour, weekday }) => ({ kinds, services, vehicle, ...(hour === undefined ? {} : { hour }), ...(weekday ? { weekday } : {}), lines: true });

export async function ask(question) {
  const asked = JSON.stringify(wanted(question));
  if (asked === last) return draw();
  place.setAttribute("aria-busy", "true");
  try {
    show(await asks.post("spacing", "/api/spacing", wanted(question)), (body) => keep({ question: "spacing", ask: body }), wanted(question));
    last = asked;
  } finally {
    place.removeAttribute("aria-busy");
  }
  return null;
}

let keep = () => {};

export const start = (whenKept) => { keep = whenKept; };

// An answer of now, which can be kept, or one that was kept.
export function show(found, kept = null, asked = null) {
  last = "";
  answer = [...found.directions].sort((a, b) => (b.longest_m ?? 0) - (a.longest_m ?? 0));
  place.replaceChildren(...[el("p.quiet", {}, t("planner.spacing_about")), ...found.norms.map(norm),
    answer.length ? el("ol.gaps", {}, ...answer.map(road)) : el("p.quiet", {}, t("planner.no_roads")),
    kept ? el("p.acts.last", {}, el("button.quick", { type: "button", onclick: () => kept(asked) }, t("planner.keep"))) : null].filter(Boolean));
  draw();
}

const worst = (one) => ["exceeded", "not_known", "met"].find((verdict) => one.verdicts.some((v) => v.verdict === verdict)) ?? "not_known";
const COLOURS = { exceeded: told.gap, not_known: "#6b7780", met: told.sides.a };
const straight = (one) => [one.begin, ...one.stops.map((stop) => [stop.lon, stop.lat]), one.end];
const line = (one) => ({ type: "Feature", properties: { verdict: worst(one), straight: !one.geometry, one }, geometry: one.geometry ?? { type: "LineString", coordinates: straight(one) } });

// All directions, those that exceed a norm in the colour of a gap, with their stops.
async function draw() {
  if (!answer) return;
  for (const button of place.querySelectorAll(".gap")) button.setAttribute("aria-pressed", "false");
  await map.put("road", answer.map(line), ({ properties: p }) => ({ color: COLOURS[p.verdict], weight: p.verdict === "exceeded" ? 5 : 3.5, opacity: 0.85, dashArray: p.straight ? "6 6" : null }),
    (feature) => choose(place.querySelectorAll(".gap")[answer.indexOf(feature.properties.one)], feature.properties.one, true));
  await stops(answer.flatMap((one) => one.stops));
  map.fit(["road"]);
}

const stops = (some) => map.places(some.map((stop) => ({ type: "Feature", properties: stop, geometry: { type: "Point", coordinates: [stop.lon, stop.lat] } })),
  (stop) => map.say(...stop.geometry.coordinates, [called(stop.properties), t("planner.at_km", { km: km(stop.properties.offset_m) })]));

const norm = (one) => el("p.quiet", {}, el("b", {}, named("norm", one.norm)), ` ≤ ${km(one.limit_m)}${one.source ? ` · ${one.source}` : ""}`);

function road(one) {
  const title = `${[one.ref, one.name].filter(Boolean)[0] ?? t("planner.unnamed")} ${one.heading}`;
  return el("li", {}, el("button.gap.wide", { type: "button", "data-road": title, onclick: (event) => choose(event.currentTarget, one) },
    el("span.road-head", {}, el("b", {}, title), el("span", {}, t("planner.road_facts", { km: km(one.length_m), stops: one.stops.length }))), strip(one),
    el("small", {}, t("planner.longest", { km: km(one.longest_m) })), ...one.verdicts.map((v) => el("span.verdict", { "data-verdict": v.verdict }, `${named("norm", v.norm)}: ${named("verdict", v.verdict)}`))));
}

// The road from its beginning to its end: a dot for each stop, the longest stretch without one behind it.
function strip(one) {
  const at = (metres) => EDGE + (WIDE - 2 * EDGE) * Math.min(Math.max(metres / one.length_m, 0), 1);
  const from = one.longest_from_m ?? 0, dots = one.stops.map((stop) => shape("circle", { cx: at(stop.offset_m), cy: 14, r: 5.5, fill: (told.looks.kinds[stop.kind] ?? { colour: "#4A5560" }).colour, stroke: "#fff", "stroke-width": 1.5 }));
  return shape("svg", { viewBox: `0 0 ${WIDE} 28`, class: "strip", role: "img", "aria-label": t("planner.strip_alt", { stops: one.stops.length, km: km(one.longest_m) }) },
    shape("line", { x1: at(from), x2: at(from + (one.longest_m ?? 0)), y1: 14, y2: 14, stroke: told.gap, "stroke-width": 12, "stroke-opacity": 0.3 }),
    shape("line", { x1: EDGE, x2: WIDE - EDGE, y1: 14, y2: 14, stroke: "currentColor", "stroke-width": 2.5 }), ...dots);
}

async function choose(button, one, fromMap = false) {
  for (const other of place.querySelectorAll(".gap")) other.setAttribute("aria-pressed", String(other === button));
  if (fromMap) button.scrollIntoView({ block: "center" });
  map.clear();
  await map.put("road", [line(one)], ({ properties: p }) => ({ color: COLOURS[p.verdict], weight: 5, dashArray: p.straight ? "6 6" : null }));
  await stops(one.stops);
  await map.point(line(one), COLOURS[worst(one)]);
}
