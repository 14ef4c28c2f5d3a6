// The answer as a list: totals, the stops in order, what was left out. Every name a stranger typed becomes text.
import { acts } from "./acts.js";
import { el, picture } from "./dom.js";
import { clock, far, local, named, place, span, t, told } from "./words.js";

const ON_THE_WAY_S = 30;          // a detour nobody notices
const NO_PIN = new Set(["invented", "unknown", "E", "D", "C"]);
const FAR_OFF_M = 300;            // an asked point so far from the road taken is worth a word
const HINTED = 5;                 // services named before the stop is opened
const look = (kind) => told.looks.kinds[kind] ?? { colour: "#4A5560", picture: "M12 2a10 10 0 100 20 10 10 0 000-20z" };

export const colour = (p) => look(p.kind).colour;
export const vague = (p) => NO_PIN.has(p.position_accuracy ?? "unknown");

export function draw(answer, trip, tell) {
  const { route, features } = answer;
  const shown = [];
  if (!features.length) shown.push(el("div.empty", {}, el("b", {}, t("page.none")), t("page.none_hint")));
  else shown.push(counted(answer, tell), list(answer, trip, tell));
  return [total(route), ...shown, leftOut(answer)].filter(Boolean);
}

function total(route) {
  const [figure, unit] = far(route.distance_m);
  return el("p.total", {}, el("strong", {}, figure, el("small", {}, ` ${unit}`)), el("strong", {}, span(route.duration_s)),
    route.approximate && el("span.tag.vague", {}, t("page.approximate")), ...snapped(route));
}

// What was asked that lies far from the road taken for it.
function snapped(route) {
  const last = route.snapped_m.length - 1, role = (i) => t(i === 0 ? "page.from" : i === last ? "page.to" : "page.via");
  return route.snapped_m.flatMap((metres, i) => (metres > FAR_OFF_M ? [el("span.tag.vague", {}, t("page.snapped", { place: role(i), far: far(metres).join(" ") }))] : []));
}

function counted(answer, tell) {
  const button = el("button", { type: "button", onclick: () => tell.order() }, t(tell.cheapest ? "page.by_distance" : "page.by_detour"));
  return el("div.count", {}, el("h2", {}, t("page.count", { n: answer.features.length })), button);
}

function list(answer, trip, tell) {
  const { route, features } = answer;
  const items = features.map((stop, i) => ({ stop, n: i + 1 }));
  if (tell.cheapest) items.sort((a, b) => a.stop.properties.detour_s - b.stop.properties.detour_s || a.n - b.n);
  const made = items.map(({ stop, n }) => item(stop, n, route, tell));
  if (tell.cheapest) return el("ol.stops.sorted", {}, ...made);
  const arrives = Date.parse(route.depart) + route.duration_s * 1000;
  return el("ol.stops", {}, end(trip.from, route.depart, route.depart), ...made, end(trip.to, local(arrives, route.depart), route.depart, "last"));
}

function end(name, iso, since, more = "first") {
  return el(`li.end-row.${more}`, {}, el("span.dot", { "aria-hidden": "true" }), el("span", {}, name), el("time", {}, clock(iso, since)));
}

function item(stop, n, route, tell) {
  const p = stop.properties, [figure, unit] = far(p.offset_m);
  const body = details(stop, route, tell);
  const head = el("button.head", { type: "button", "aria-expanded": "false", onclick: () => { toggle(); tell.choose(n); } },
    el("span.name", {}, place(p)),
    el("span.far", { title: t("page.ahead") }, figure, el("small", {}, ` ${unit}`)),
    el("span.kind", {}, picture(look(p.kind).picture), named("kind", p.kind)),
    el("span.eta", {}, t("page.arrive", { at: clock(p.eta, route.depart) })));
  const toggle = (open = body.hidden) => { body.hidden = !open; head.setAttribute("aria-expanded", String(open)); };
  return el("li.stop", { "data-n": n, "data-id": p.id, colour: colour(p) }, el("span.num", { "aria-hidden": "true" }, String(n)),
    el("div.card", {}, head, facts(p), services(p, route), body, acts(stop, tell)));
}

function facts(p) {
  const detour = p.detour_s < ON_THE_WAY_S ? el("span.tag.free", {}, t("page.on_the_way")) : el("span.tag", {}, t("page.detour", { span: span(p.detour_s) }));
  const open = p.open_at_eta === false ? "span.tag.closed" : "span.tag";
  return el("div.facts", {}, detour,
    p.access && el(`span.tag.${p.access}`, { title: t(`access.${p.access}.note`) }, picture(told.looks.access[p.access].picture), t(`access.${p.access}`)),
    el(open, {}, t(`open.${p.open_at_eta}`)),
    p.lorry_bays !== null && el("span.tag", {}, t("page.bays", { n: p.lorry_bays })),
    p.pass > 1 && el("span.tag", {}, t("page.pass", { n: p.pass })),
    vague(p) && el("span.tag.vague", {}, t(p.position_accuracy === "invented" ? "page.schematic_place" : "page.rough_place")));
}

// Each service with whether it is open on arrival: a mark for the eye, a word for the ear, nothing where nobody knows.
function services(p, route) {
  if (!p.services.length) return null;
  const first = [...p.services].sort((a, b) => (b.open_at_eta === true) - (a.open_at_eta === true)).slice(0, HINTED);
  const parts = first.map((one) => el(`li.${STATE[one.open_at_eta]}`, {}, named("service", one.what),
    one.open_at_eta !== null && el("i", {}, then(one, route))));
  const more = p.services.length - HINTED;
  return el("ul.svc", { "aria-label": t("page.services_here") }, ...parts, more > 0 && el("li.more", {}, t("page.and_more", { n: more })));
}

// "closes 20:00", "closed, opens 06:00"; too late when the usual break does not fit before it closes.
function then(one, route) {
  if (one.open_at_eta && one.closes && !always(one.closes, route)) return t(one.fits === false ? "page.closes_too_soon" : "page.closes", { at: clock(one.closes, route.depart) });
  if (one.open_at_eta === false && one.opens) return t("page.opens", { at: clock(one.opens, route.depart) });
  return t(one.open_at_eta ? "page.is_open" : "page.is_shut");
}

const always = (iso, route) => Date.parse(iso) - Date.parse(route.depart) > 86_400_000;      // a closing next week tells nobody anything

const STATE = { true: "open", false: "shut", null: "unsure" };

function details(stop, route, tell) {
  const p = stop.properties, rows = [], small = [];
  const say = (key, value, where = rows) => { if (value !== null && value !== undefined && value !== "") where.push(el("dt", {}, t(key)), el("dd", {}, value)); };
  say("page.access", p.access && t(`access.${p.access}.note`));
  say("page.leave_at", p.leave_m !== null && p.detour_s >= ON_THE_WAY_S ? [far(p.leave_m).join(" "), p.leave_name].filter(Boolean).join(" · ") : null);
  say("page.hours", p.hours);
  say("page.road", [p.road_ref, p.direction].filter(Boolean).join(" · "));
  say("page.phone", p.phone);
  say("page.position", named("accuracy", p.position_accuracy ?? "unknown"), small);
  say("page.note", p.note, small);
  say("page.source", p.source, small);
  const each = p.services.map((one) => el("li", {}, el("b", {}, named("service", one.what)),
    ...[one.hours, one.free === true ? t("page.free") : one.price, one.benefit, one.open_at_eta === false ? t("open.false") : null]
      .filter(Boolean).map((said) => el("span.quiet", {}, said))));
  return el("div.details", { hidden: true }, el("dl", {}, ...rows), each.length ? el("ul.each", {}, ...each) : null,
    el("dl.small", {}, ...small));
}

// Every place near the route that is no stop, folded: its name, how far off it lies, why, and the value that decided.
function leftOut(answer) {
  const all = answer.omitted, more = answer.omitted_more;
  if (!all.length) return null;
  const row = (one) => el("li", { "data-reason": one.reason }, el("span", {}, place(one), el("small", {}, ` ${far(one.off_route_m).join(" ")}`)), el("span", {}, why(one)));
  return el("details.left-out", {}, el("summary", {}, t("page.left_out", { n: all.length + more })),
    el("ul", {}, ...all.map(row)), more > 0 && el("p.quiet", {}, t("page.left_out_more", { n: more })));
}

const SAID = {
  kind_not_asked: (value) => named("kind", value),
  service_missing: (value) => (value === "lorry_bays" ? t("page.lorry_bays") : value.split(", ").map((what) => named("service", what)).join(" · ")),
  low_accuracy: (value) => named("accuracy", value),
  behind_start: (value) => far(value).join(" "),
  opposite_too_far: span,
  beyond_max_detour: span,
};

function why(one) {
  if (one.value === null) return t(`reason.${one.reason}`);
  return t(`left_out.${one.reason}`, { value: (SAID[one.reason] ?? String)(one.value) });
}
