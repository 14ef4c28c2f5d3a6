// The drivers' page: form, answer, map and the way along it brought together.
import { along } from "./ask.js";
import { el } from "./dom.js";
import { first, later } from "./first.js";
import * as form from "./form.js";
import { say } from "./inputs.js";
import { keep, keepCorridor, kept, stay } from "./keep.js";
import * as live from "./live.js";
import * as map from "./map.js";
import { drawPlan } from "./plan.js";
import { sparing, Unreached } from "./shell.js";
import { draw } from "./stops.js";
import { locate, measured } from "./track.js";
import { fold, isNarrow, see, startViews, unfold } from "./views.js";
import { clockAt, far, t, told } from "./words.js";

const place = document.getElementById("told"), section = document.getElementById("answer");
let answer = null, trip = null, cheapest = false;
let wanted = new URLSearchParams(location.search).get("stop");       // the stop somebody shared

async function ask(question = form.question(), coming = null) {
  form.blame(null);
  form.toAddress();
  busy(true);
  try {
    const found = await (coming ?? along(question));
    say("");
    take({ along: found }, question);
    keep(question, { along: found }).catch(() => {});      // no room on the phone: nothing is kept
  } catch (error) {
    if (error.name === "AbortError") return;               // a newer question is on its way
    const old = error.detail ? null : await kept(question).catch(() => null);
    if (old) {
      take(old, question);
      say(t("page.kept", { at: clockAt(Date.parse(old.at), old.along.route.depart) }));
    } else trouble(error);
  }
  busy(false);
}

function take(found, question) {
  answer = found.along;
  trip = question.file ? { from: t("page.from"), to: t("page.to") } : { from: question.from, to: question.to };
  notice();
  show();
  fold(form.trip());
  map.draw(answer, (n) => choose(n, true));
  live.follow(answer, question, answer.ladder ?? null);
  if (wanted) showStop(wanted);
  wanted = null;
}

function busy(is) {
  section.classList.toggle("busy", is);
  section.setAttribute("aria-busy", String(is));
  place.querySelector(".working")?.remove();
  if (is) place.prepend(el("div.working", { role: "progressbar", "aria-label": t("page.asking") }));
}

function show() {
  const plan = drawPlan(answer, { choose: (n) => { choose(n, false); place.querySelector(`.stop[data-n="${n}"]`)?.scrollIntoView({ block: "center" }); } });
  place.replaceChildren(...[plan].filter(Boolean), ...draw(answer, trip, {
    cheapest,
    order: () => { cheapest = !cheapest; show(); },
    choose: (n) => choose(n, false),
    show: (stop) => onMap(answer.features.indexOf(stop) + 1),
    via: (stop) => putVia(stop.geometry.coordinates.map((part) => part.toFixed(5)).join(", "), stop.properties.leave_m ?? stop.properties.offset_m),
  }));
  document.getElementById("aloud").textContent = t("page.count", { n: answer.features.length });
}

// A new via is passed where it lies along the route, between those before and behind it.
function putVia(text, at_m) {
  const asked = answer.route.via_m ?? [];              // an answer kept on this phone by a version before does not say
  form.put("via", text, ask, asked.filter((m) => m <= at_m).length, asked.length);
}

function put(role, text) {
  if (role !== "via" || !answer) return form.put(role, text, ask);
  const { geometry, distance_m } = answer.route;
  return putVia(text, locate(measured(geometry.coordinates, distance_m), text.split(",").map(Number)).at_m);
}

function showStop(id) {
  const item = [...place.querySelectorAll(".stop")].find((one) => one.dataset.id === id);
  if (!item) return;
  choose(Number(item.dataset.n), false);
  item.scrollIntoView({ block: "center" });
}

// From the list the map follows; from the map the list does.
function choose(n, fromMap) {
  for (const item of place.querySelectorAll(".stop")) item.classList.toggle("chosen", Number(item.dataset.n) === n);
  map.choose(n, !fromMap);
  const item = place.querySelector(`.stop[data-n="${n}"]`);
  if (fromMap && !isNarrow()) item?.scrollIntoView({ block: "nearest", behavior: "smooth" });
}

async function onMap(n) {
  see("map");
  if (await openMap()) map.show(n);
}

async function openMap() {
  try {
    await map.open((role, at) => { see("list"); put(role, at); });
    return true;
  } catch (error) {
    if (!(error instanceof Unreached)) throw error;
    document.getElementById("map-wait").textContent = t("page.no_map");
    return false;
  }
}

function notice() {
  const vague = answer.schematic || answer.features.some((stop) => stop.properties.approximate);
  document.getElementById("notice").hidden = !vague;
  document.getElementById("watermark").hidden = !answer.schematic;
  for (const id of ["credit", "sources"]) document.getElementById(id).textContent = answer.attribution;
  if (vague && !answer.schematic) document.getElementById("notice").replaceChildren(el("b", {}, t("page.approximate")), " ", t("page.approximate_note"));
}

function trouble(error) {
  answer = null;
  map.clear();
  live.forget();
  unfold();
  const said = error.detail ? [error.title, error.detail] : [t("page.offline"), t("page.offline_hint")];
  place.replaceChildren(el("div.trouble", { role: "alert" }, el("b", {}, said[0]), said[1]));
  form.blame(error.field);
}

// On the way: what is behind is gone from the list, what is ahead says how far from here.
function onTheWay(of) {
  for (const item of place.querySelectorAll(".stop")) {
    const now = of(answer.features[Number(item.dataset.n) - 1].properties);
    item.hidden = now.gone;
    if (now.gone) continue;
    const [figure, unit] = far(now.left_m);
    item.querySelector(".far").replaceChildren(figure, el("small", {}, ` ${unit}`));
    item.querySelector(".eta").textContent = t("page.arrive", { at: clockAt(now.at_ms, answer.route.depart, Date.now()) });
  }
}

async function settle() {
  if (!sparing()) await openMap();
  await stay(() => say(t("page.renewed")));
  if (answer) await keepCorridor(answer.route.geometry.coordinates);
  document.documentElement.dataset.kept = "yes";           // all that is to be on this phone is
}

async function begin() {
  startViews(openMap);
  later.ask = () => ask();
  live.startLive({ ask, here: (lon, lat, accuracy_m) => map.here(lon, lat, accuracy_m, true), shown: onTheWay, left: () => { map.leave(); if (answer) show(); } });
  if (first) await ask(first.question, first.answer);
  document.documentElement.dataset.region = told.region;
  await settle();
}

begin();
