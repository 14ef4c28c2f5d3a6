// Here & help: where he is, what is near, who looks after it. Whom to call stands in the page already.
import { el } from "./dom.js";
import { clock, far, named, place, span, t, told } from "./words.js";

const form = document.getElementById("ask"), mine = document.getElementById("mine"), answer = document.getElementById("answer");
const WECHAT = /MicroMessenger/i.test(navigator.userAgent);
const say = (text) => { document.getElementById("state").textContent = text; };

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const at = form.elements.at.value.replace(/\s+/g, " ").trim();
  if (at) look(at);
});
mine.addEventListener("click", () => {
  if (!window.isSecureContext || !navigator.geolocation) return say(t("page.position_needs_https"));
  busy(true);
  navigator.geolocation.getCurrentPosition(({ coords }) => look(`${coords.longitude.toFixed(6)},${coords.latitude.toFixed(6)}`), (error) => {
    busy(false);
    say(t(error.code === 1 ? "page.position_denied" : "page.position_unknown"));
  }, { enableHighAccuracy: true, timeout: 20_000, maximumAge: 30_000 });
});

const busy = (yes) => { if (yes) mine.setAttribute("aria-busy", "true"); else mine.removeAttribute("aria-busy"); };

async function look(at) {
  say("");
  busy(true);
  try {
    const query = new URLSearchParams({ at, lang: told.lang, region: told.region }), to = new URLSearchParams(location.search).get("to");
    if (to) query.set("to", to);
    const response = await fetch(`/api/here?${query}`), body = await response.json();
    if (!response.ok) return say(body.detail);
    show(body);
    history.replaceState(null, "", `?${new URLSearchParams({ at, lang: told.lang, ...(to ? { to } : {}) })}`);
  } catch {
    say(`${t("page.offline")} ${t("page.offline_hint")}`);
  } finally {
    busy(false);
  }
}

function show(body) {
  answer.replaceChildren(...[near(body.features), cell(body.cell), events(body)].filter(Boolean));
  document.getElementById("credits").textContent = body.attribution;
  answer.focus({ preventScroll: true });
}

function near(features) {
  const list = el("ul.near", {}, ...features.map(one));
  return el("section", {}, el("h2", {}, t("here.near")), features.length ? list : el("p.quiet", {}, t("here.nothing")));
}

function one({ properties: p }) {
  const [figure, unit] = far(p.drive_m ?? p.distance_m);
  return el("li", {}, el("div.row", {}, el("span.kind", {}, named("kind", p.kind)), el("b", {}, place(p)),
    el("span.time", {}, `${p.approximate ? "≈" : ""}${span(p.drive_s)}`)),
    el("p.line", {}, opened(p), ` · ${figure} ${unit}`), ...acts(p));
}

function opened(p) {
  if (p.open_at_eta === null) return el("span", {}, t("open.null"));
  const until = p.closes ?? p.opens, said = t(p.open_at_eta ? "open.true" : "open.false");
  return el(p.open_at_eta ? "span.open" : "span.shut", {}, until ? t(p.open_at_eta ? "here.until" : "here.opens", { said, at: clock(until, p.eta) }) : said);
}

// Nobody is sent to, or told to call, a place whose position is only about right.
function acts(p) {
  if (!p.navigable) return [el("p.why-not", {}, t(p.position_accuracy === "invented" ? "page.no_acts_schematic" : "page.no_acts"))];
  const app = told.country === "CN" || WECHAT ? "amap" : "geo";
  return [el("div.acts", {}, el("a.main", { href: p.links[app] }, t(`page.app_${app}`)), p.phone && call(p.phone))];
}

const call = (phone) => el("a", { href: `tel:${phone.replace(/[^+\d]/g, "")}` }, `${t("page.call")} ${phone}`);

function cell(found) {
  if (!found) return null;
  const s = found.station, open = s && s.open_now !== null ? t(s.open_now ? "here.station_open" : "here.station_shut") : null;
  const title = (p) => (told.lang === "en" && p.name_en) || p.name || p.name_en || p.id;
  return el("section", {}, el("h2", {}, t("here.cell")), el("div.cell", {}, el("b", {}, title(found)),
    s && el("p", {}, t("here.station", { name: title(s) })), open && el("p.quiet", {}, open),
    s?.phone && el("div.acts", {}, call(s.phone)), s && !s.navigable && el("p.why-not", {}, t("here.no_phone"))));
}

function events(body) {
  if (!body.events.length) return null;
  return el("section", {}, el("h2", {}, t("here.events")), el("ul.events", {}, ...body.events.map((event) => {
    const [figure, unit] = far(event.offset_m ?? event.off_m), when = event.starts.length > 10 ? clock(event.starts) : "";
    return el("li", {}, el("b", {}, (told.lang === "en" && event.name_en) || event.name || named("event", event.what)),
      el("p.quiet", {}, [when, `${figure} ${unit}`].filter(Boolean).join(" · ")));
  })));
}

const asked = new URLSearchParams(location.search).get("at");
if (asked) {
  form.elements.at.value = asked;
  look(asked);
} else navigator.permissions?.query({ name: "geolocation" }).then((one) => { if (one.state === "granted") mine.click(); }).catch(() => {});
