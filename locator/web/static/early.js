// In the page's head: asks the first question while the page is still coming; on one bar of signal that is most of a second.
// It is put as the untouched form would put it. Where the form's own (first.js) is another, this one is given up (ask.js).
window.locatorAsks = function ({ url, first, rule, max_detour_s, preset }) {
if (navigator.serviceWorker?.controller) return;                 // the page is here already, whole
const said = new URLSearchParams(location.search), get = (name, usual = "") => said.get(name) || usual, number = (name, usual) => Number(get(name, usual));
const known = ["lang", "region", "stop", "from", "to", "via", "rule", "driven_min", "vehicle", "max_detour_s", "kind", "service", "want"];
const ends = get("from") || get("to") || !first ? { from: get("from"), to: get("to") } : first, law = said.get("rule") ?? rule;
if (!ends.from || !ends.to || !law || [...said].some(([name, value]) => value && value !== "0" && !known.includes(name))) return;
const driven_min = number("driven_min", 0);
const body = JSON.stringify({ ...ends, via: said.getAll("via").filter(Boolean), kinds: said.getAll("kind"), services: said.getAll("service"),
  max_detour_s: number("max_detour_s", max_detour_s), max_opposite_s: null, max_age_days: null, min_accuracy: null, open_at_eta: false, limit: null, start_m: 0,
  rule: law, driven_min, want: said.getAll("want"), ...(law === "eu" || law === "us" ? { driven_today_min: driven_min } : {}),
  vehicle: { preset: get("vehicle", preset), height_m: null, mass_t: null } });
const control = new AbortController();
const response = fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body, signal: control.signal });
response.catch(() => {});
window.locatorEarly = { url, body, control, response };
};
