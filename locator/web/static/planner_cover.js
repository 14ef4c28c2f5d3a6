// Coverage: how much of the freight roads lies near a place, band by band; the gaps as a list, linked to the map.
import * as asks from "./planner_asks.js";
import { el } from "./dom.js";
import * as map from "./planner_map.js";
import { km, minutes, percent } from "./planner_says.js";
import { named, t, told } from "./words.js";

const form = document.getElementById("cover-form"), place = document.getElementById("cover-told");
let answer = null, later = null;

export function start() {
  form.addEventListener("input", () => { label(); place.setAttribute("aria-busy", "true"); clearTimeout(later); later = setTimeout(ask, 350); });
  form.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
  label();
  return ask();
}

function label() {
  form.querySelector("#minutes-said").textContent = t("planner.min", { min: form.minutes.value });
  const hour = Number(form.hour.value);
  form.querySelector("#hour-said").textContent = hour < 0 ? t("planner.any_hour") : `${String(hour).padStart(2, "0")}:00`;
}

export function question() {
  const data = new FormData(form), hour = Number(form.hour.value);
  const asked = { limit_s: 60 * Number(form.minutes.value), direction: form.direction.value, kinds: data.getAll("kind"), services: data.getAll("service"),
    vehicle: { preset: form.vehicle.value }, lines: true, gaps: 100 };
  if (hour >= 0) asked.hour = hour;
  if (hour >= 0 && form.weekday.value) asked.weekday = form.weekday.value;
  return asked;
}

async function ask() {
  place.setAttribute("aria-busy", "true");
  try {
    show(await asks.coverage(question()));
  } catch (error) {
    if (error.name === "AbortError") return;
    place.replaceChildren(el("p.trouble", { role: "alert" }, error.detail ?? t("planner.unreached")));
  }
  place.removeAttribute("aria-busy");
}

const bandColour = (band) => told.bands[Math.min(band, told.bands.length - 1)];
const bandStyle = (feature) => ({ color: bandColour(feature.properties.band), weight: feature.properties.end_s === null ? 3.5 : 3, opacity: 0.95 });

export function show(found) {
  answer = found;
  const total = found.total;
  place.replaceChildren(...[
    el("p.big", {}, el("b", {}, percent(total.share)), el("span", {}, t("planner.within", { min: found.limit_s / 60, covered: km(total.covered_m), total: km(total.total_m) }))),
    found.approximate ? el("p.warn", {}, t("planner.approximate")) : null,
    found.places.open === 0 ? el("p.warn", {}, t("planner.no_places")) : el("p.quiet", {}, t("planner.places_counted", { open: found.places.open, unknown: found.places.unknown, closed: found.places.closed })),
    found.if_unknown_open ? el("p.quiet", {}, t("planner.if_unknown", { share: percent(found.if_unknown_open.share) })) : null,
    legend(found), classes(found), gaps(found)].filter(Boolean));
  again();
}

function legend(found) {
  let before = 0;
  const rows = found.bands.map((band, i) => {
    const share = (band.share ?? 0) - before;
    before = band.share ?? 0;
    return bar(bandColour(i), t("planner.to_min", { min: band.limit_s / 60 }), share);
  });
  return el("section", {}, el("h2", {}, t("planner.bands")), el("ul.bands", {}, ...rows, bar(bandColour(found.bands.length), t("planner.beyond"), 1 - before)),
    el("p.quiet", {}, t("planner.band_norms")));
}

function bar(colour, text, share) {
  const fill = el("i.fill", {});
  fill.style.setProperty("--kind", colour);
  fill.style.setProperty("--share", `${(100 * Math.max(share, 0)).toFixed(2)}%`);
  return el("li", {}, el("span", {}, text), el("span.track-bar", {}, fill), el("b", {}, percent(Math.max(share, 0))));
}

function classes(found) {
  const rows = found.by_class.map((one) => el("tr", {}, el("th", { scope: "row" }, named("road_class", one.road_class)), el("td", {}, percent(one.share)), el("td", {}, km(one.total_m))));
  return el("details.more", {}, el("summary", {}, t("planner.by_class")), el("table.figures", {}, el("tbody", {}, ...rows)));
}

export const gapName = (p) => [...p.refs, ...p.names].slice(0, 3).join(" · ") || t("planner.unnamed");

function gaps(found) {
  const items = found.features.map((gap, i) => {
    const p = gap.properties;
    return el("li", {}, el("button.gap", { type: "button", "data-gap": gap.id, onclick: () => choose(gap.id) },
      el("span.rank", {}, String(i + 1)), el("span", {}, el("b", {}, gapName(p)), el("small", {}, `${named("road_class", p.classes[0] ?? "")} · ${p.worst_s === null ? t("planner.unreachable") : t("planner.worst", { min: minutes(p.worst_s) })}`)),
      el("span.length", {}, km(p.length_m), p.lorry_km_day === null ? null : el("small", {}, t("planner.lorry_km", { n: Math.round(p.lorry_km_day) })))));
  });
  return el("section", {}, el("h2", {}, t("planner.gaps", { n: found.gaps_total })), items.length ? el("ol.gaps", {}, ...items) : el("p.quiet", {}, t("planner.no_gaps")));
}

function draw(found) {
  map.put("bands", found.lines?.features ?? [], bandStyle);
  map.put("gaps", found.features, () => ({ color: told.gap, weight: 12, opacity: 0.28 }), (feature) => choose(feature.id, true));
}

export function again() {
  if (answer && !document.getElementById("panel-cover").hidden) draw(answer);
}

// From the list the map follows; from the map the list does.
function choose(id, fromMap = false) {
  for (const button of place.querySelectorAll(".gap")) button.setAttribute("aria-pressed", String(button.dataset.gap === String(id)));
  const gap = answer.features.find((one) => one.id === id);
  map.point(gap, told.gap);
  if (!fromMap) return;
  place.querySelector(".gap[aria-pressed='true']")?.scrollIntoView({ block: "center" });
}
