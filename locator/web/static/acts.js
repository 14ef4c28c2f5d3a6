// What one can do with a stop: navigate, call, share, pass through it. Nobody is sent to a place whose position is only about right.
import { el, picture } from "./dom.js";
import { place, t, told } from "./words.js";

const agent = navigator.userAgent;
const WECHAT = /MicroMessenger/i.test(agent), IPHONE = /iPhone|iPad|iPod/.test(agent);
const PICTURES = {
  navigate: "M12 2l8 19-8-4.5L4 21z", call: "M6.6 3l3 4.5-2 2.2c1 2.6 3.6 5.2 6.2 6.2l2.2-2 4.5 3-.8 4c-8.6 1-17.6-8-16.7-17z",
  share: "M15 5a3 3 0 113 3c-.9 0-1.6-.4-2.2-1L9 11l.1 1v1l6.7 4a3 3 0 11-.7 1.6L8.4 14.7a3 3 0 110-5.4L15 5.5z", via: "M11 4h2v7h7v2h-7v7h-2v-7H4v-2h7z",
  map: "M9 4L3 6.5V20l6-2.5 6 2.5 6-2.5V4l-6 2.5z", copy: "M8 3h12v14h-3v4H4V7h4zm2 2v2h7v8h1V5z" };

// The apps of this phone, the likeliest first. WeChat's own browser opens no app scheme.
function apps(links) {
  const china = ["amap", "baidu", "tencent"], scheme = IPHONE || WECHAT ? [] : ["geo"];
  const order = told.country === "CN" ? [...china, ...scheme] : [...scheme, ...china];
  const first = remembered();
  return order.filter((app) => links[app]).sort((a, b) => (b === first) - (a === first));
}

const remembered = () => { try { return localStorage.getItem("app"); } catch { return null; } };
const remember = (app) => { try { localStorage.setItem("app", app); } catch { /* not kept */ } };

const button = (what, label, onclick, more = {}) => el("button", { type: "button", onclick, ...more }, picture(PICTURES[what]), label);
const link = (what, label, href, more = {}) => el("a", { href, ...more }, picture(PICTURES[what]), label);

export function acts(stop, tell) {
  const p = stop.properties, map = button("map", t("page.on_map"), () => tell.show(stop), { class: "to-map" });
  if (!p.navigable) return el("div.acts", {}, map, el("p.why-not", {}, t(p.position_accuracy === "invented" ? "page.no_acts_schematic" : "page.no_acts")));
  const said = el("span.said", { role: "status" });
  return el("div.acts", {}, ...navigating(stop, said),
    p.phone && link("call", t("page.call"), `tel:${p.phone.replace(/[^+\d]/g, "")}`),
    button("share", t("page.share"), () => share(stop, said)),
    button("via", t("page.as_via"), () => tell.via(stop)), map, said);
}

function navigating(stop, said) {
  const links = stop.properties.links, [first, ...others] = apps(links);
  const app = (name) => link("navigate", t(`page.app_${name}`), links[name], { "data-app": name, onclick: () => remember(name) });
  const copy = button("copy", t("page.copy"), () => put(address(stop), said), WECHAT ? { class: "main" } : {});
  const more = el("div.apps", { hidden: true }, ...others.map(app), WECHAT ? null : copy);
  const open = button("navigate", t("page.other_apps"), () => { more.hidden = !more.hidden; open.setAttribute("aria-expanded", String(!more.hidden)); }, { "aria-expanded": "false" });
  if (WECHAT) return [copy, el("p.why-not", {}, t("page.wechat")), open, more];
  if (!first) return [Object.assign(copy, { className: "main" })];
  const main = app(first);
  main.classList.add("main");
  return [main, open, more];
}

// What another app understands when it is pasted: the name, the coordinates in the datum China's maps read, a link.
export function address(stop) {
  const p = stop.properties, [lon, lat] = stop.geometry.coordinates;
  if (told.country !== "CN") return `${place(p)}\n${lat.toFixed(6)}, ${lon.toFixed(6)}`;
  const [gcjLon, gcjLat] = new URL(p.links.amap).searchParams.get("to").split(",");
  return `${place(p)}\n${gcjLat},${gcjLon} (GCJ-02)\n${p.links.amap}`;
}

async function share(stop, said) {
  const here = new URL(location.href);
  here.searchParams.set("stop", stop.id);
  const p = stop.properties, text = `${place(p)} · ${t(`kind.${p.kind}`)}`;
  if (navigator.share) {
    try {
      await navigator.share({ title: place(p), text, url: here.href });
      return;
    } catch (error) {
      if (error.name === "AbortError") return;       // he thought better of it
    }
  }
  put(`${text}\n${here.href}`, said);
}

async function put(text, said) {
  try {
    await navigator.clipboard.writeText(text);
    said.textContent = t("page.copied");
  } catch {                                          // no secure page, or the browser forbids: mark it for him to copy
    const field = el("textarea", { readonly: true, rows: 3, "aria-label": t("page.copy") });
    field.value = text;
    said.replaceChildren(field);
    field.select();
    if (document.execCommand?.("copy")) said.textContent = t("page.copied");
  }
}

