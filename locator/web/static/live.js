// Follows the lorry along its route: what is behind goes, what is ahead comes nearer, off the route it asks anew.
// While he is on the route nothing is asked of the server. Speech is off until he turns it on.
import { el } from "./dom.js";
import { say } from "./inputs.js";
import { locate, measured, timed } from "./track.js";
import { clockAt, far, place, span, t, told } from "./words.js";

const OFF_M = 80, OFF_FIXES = 3;             // so far from the route, so often in a row: he has left it
const VAGUE_M = 250;                         // a fix no better than this says little
const ASK_EVERY_MS = 30_000;                 // off the route, at most so often
const SPOKEN_M = [20_000, 10_000, 5_000, 2_000];
const panel = document.getElementById("live"), button = document.getElementById("follow");
let watch = null, screen_lock = null, trip = null, tell = null, aloud = false;

export const following = () => watch !== null;

// tell: { ask(question), here(lon, lat, accuracy_m), shown(of_stop), left() }: the page's ways to ask anew, move the map, drop what is behind.
export function startLive(ways) {
  tell = ways;
  button.addEventListener("click", () => (following() ? stop() : start()));
  document.addEventListener("visibilitychange", () => { if (following() && !document.hidden) awake(); });
}

// A new answer: what is followed now. `question` is what was asked, `ladder` what the plan says of driving time (or null).
export function follow(answer, question, ladder) {
  const { route, features } = answer;
  const stops = features.map((stop, i) => ({ n: i + 1, p: stop.properties })).sort((a, b) => passing(a.p) - passing(b.p));
  trip = { route, question, ladder, stops, line: measured(route.geometry.coordinates, route.distance_m),
    seconds: timed(route, features.map((stop) => stop.properties)), at_m: null, since: Date.parse(route.depart), off: 0, asked: trip?.asked ?? 0, said: new Set() };
  button.disabled = false;
  if (following()) panel.replaceChildren(el("p.quiet", {}, t("page.waiting_fix")));
}

export function forget() {
  trip = null;
  button.disabled = true;
  if (following()) stop();
}

const passing = (p) => p.leave_m ?? p.offset_m;

function start() {
  if (!window.isSecureContext || !navigator.geolocation) return say(t("page.position_needs_https"));
  say("");
  watch = navigator.geolocation.watchPosition(fixed, failed, { enableHighAccuracy: true, maximumAge: 2_000, timeout: 60_000 });
  button.setAttribute("aria-pressed", "true");
  document.body.dataset.live = "yes";
  panel.hidden = false;
  panel.replaceChildren(el("p.quiet", {}, t("page.waiting_fix")));
  awake();
}

function stop() {
  navigator.geolocation.clearWatch(watch);
  watch = null;
  if (trip) trip.at_m = null;
  button.setAttribute("aria-pressed", "false");
  delete document.body.dataset.live;
  panel.hidden = true;
  screen_lock?.release().catch(() => {});
  screen_lock = null;
  window.speechSynthesis?.cancel();
  tell.left();
}

async function awake() {
  try {
    screen_lock = await navigator.wakeLock?.request("screen");
  } catch {                                          // a low battery forbids it; following goes on
    screen_lock = null;
  }
}

function failed(error) {
  if (error.code === 1) stop();
  say(t(error.code === 1 ? "page.position_denied" : "page.position_unknown"));
}

function fixed({ coords, timestamp }) {
  if (!trip) return;
  const { longitude: lon, latitude: lat, accuracy } = coords;
  tell.here(lon, lat, accuracy);
  if (accuracy > VAGUE_M) return panel.dataset.vague = "yes";
  delete panel.dataset.vague;
  say("");
  const found = locate(trip.line, [lon, lat], trip.at_m);
  if (found.off_m > OFF_M + accuracy) return strayed(lon, lat, timestamp);
  trip.off = 0;
  if (trip.at_m === null) trip.since = timestamp - trip.seconds(found.at_m) * 1000;      // he is here now, whenever he left
  trip.at_m = found.at_m;
  draw(timestamp);
  tell.shown((p) => ({ gone: passing(p) <= found.at_m, left_m: passing(p) - found.at_m, at_ms: timestamp + coming({ p }) * 1000 }));
}

// Off the route: after a few fixes a new one from here. The vias he has passed are behind him.
function strayed(lon, lat, now) {
  trip.off += 1;
  if (trip.off < OFF_FIXES || now - trip.asked < ASK_EVERY_MS) return;
  trip.asked = now;
  trip.off = 0;
  panel.replaceChildren(el("p", { role: "status" }, t("page.off_route")));
  const { file, ...question } = trip.question, at = trip.route.geometry.coordinates.at(-1);
  const driven = question.driven_min === undefined ? {} : { driven_min: question.driven_min + Math.max(0, Math.round((now - Date.parse(trip.route.depart)) / 60_000)) };
  tell.ask({ ...question, ...driven, from: `${lon.toFixed(5)}, ${lat.toFixed(5)}`, to: file ? at.join(", ") : question.to,
    via: (question.via ?? []).filter((via) => ahead(via)), depart: undefined, start_m: 0 });
}

function ahead(via) {
  const pair = via.match(/^\s*(-?[\d.]+)\s*[,，]\s*(-?[\d.]+)\s*$/);
  return !pair || trip.at_m === null || locate(trip.line, [Number(pair[1]), Number(pair[2])]).at_m > trip.at_m;
}

// Seconds of driving still to come to a stop.
const coming = ({ p }) => Math.max(0, p.reach_s - trip.seconds(trip.at_m));

// Driving time he has in hand on arrival there, now: what the plan said, less what he has lost since.
function spare(rung, now) {
  const late_s = (now - trip.since) / 1000 - trip.seconds(trip.at_m);
  return rung.spare_s - Math.max(0, late_s);
}

function draw(now) {
  const next = trip.stops.filter(({ p }) => passing(p) > trip.at_m);
  const left_m = trip.route.distance_m - trip.at_m, left_s = trip.route.duration_s - trip.seconds(trip.at_m);
  const last = (trip.ladder ?? []).find((rung) => rung.last_safe), safe = last && next.find((one) => one.n === last.stop + 1);
  const shown = [next[0], safe].filter((one, i, all) => one && all.indexOf(one) === i);
  panel.replaceChildren(...[
    el("div.live-head", {}, el("strong", {}, far(left_m).join(" ")), el("span", {}, `${span(left_s)} · ${t("page.arrive", { at: clockAt(now + left_s * 1000, trip.route.depart, now) })}`),
      el("button.tool", { type: "button", "aria-pressed": String(aloud), onclick: () => { aloud = !aloud; draw(now); if (aloud) speak(t("page.speech_on")); } }, t(aloud ? "page.speech_is_on" : "page.speech_off"))),
    ...shown.map((one) => row(one, one === safe ? last : null, now)),
    shown.length ? null : el("p.quiet", {}, t("page.none_ahead"))].filter(Boolean));
  if (safe) remind(safe, last, now);
}

function row(one, rung, now) {
  const { p } = one, s = coming(one), left = rung && spare(rung, now);
  return el(rung ? "div.live-row.last-safe" : "div.live-row", {}, el("span.live-what", {}, t(rung ? "page.last_safe" : "page.next_stop")), el("b", {}, place(p)),
    el("span.live-far", {}, far(passing(p) - trip.at_m).join(" ")), el("span", {}, t("page.arrive", { at: clockAt(now + s * 1000, trip.route.depart, now) })),
    rung && el(left < 0 ? "span.tag.closed" : "span.tag.free", {}, left < 0 ? t("page.too_late") : t("page.spare", { span: span(left) })));
}

// The last safe stop, spoken as it comes nearer: once at each of a few distances.
function remind(one, rung, now) {
  const m = passing(one.p) - trip.at_m, mark = SPOKEN_M.filter((step) => m <= step).at(-1);
  if (mark === undefined || trip.said.has(mark)) return;
  trip.said.add(mark);
  const text = t("page.spoken", { far: far(m).join(" "), place: place(one.p), span: span(Math.max(0, spare(rung, now))) });
  document.getElementById("aloud").textContent = text;
  if (aloud) speak(text);
}

function speak(text) {
  if (!window.speechSynthesis) return;
  window.speechSynthesis.speak(Object.assign(new SpeechSynthesisUtterance(text), { lang: told.lang === "zh" ? "zh-CN" : "en" }));
}
