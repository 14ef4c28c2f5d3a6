// The form: what it asks, written to and read from the page's address so that an answer can be shared.
import { el } from "./dom.js";
import { startInputs, track } from "./inputs.js";
import { completes } from "./names.js";
import { t, told } from "./words.js";

const form = document.getElementById("ask"), vias = document.getElementById("vias");
const SINGLE = ["from", "to", "vehicle", "height_m", "mass_t", "depart", "max_detour_s", "max_opposite_s", "min_accuracy", "max_age_days", "start_m", "limit",
  "rule", "driven_min", "driven_today_min", "duty_start"];
const CHECKED = ["kind", "service", "open_at_eta", "want"];
let count = 0;

export function start(whenAsked) {
  for (const name of ["from", "to"]) completes(form.elements[name], () => changed(whenAsked));
  form.addEventListener("submit", (event) => { event.preventDefault(); whenAsked(); });
  form.addEventListener("change", (event) => {
    if (event.target.closest(".leg")) return;
    measures();
    chosen();
    changed(whenAsked);
  });
  document.getElementById("swap").addEventListener("click", () => {
    const { from, to } = form.elements;
    [from.value, to.value] = [to.value, from.value];
    const turned = [...vias.querySelectorAll("input")].map((input) => input.value).reverse();
    vias.querySelectorAll("input").forEach((input, i) => { input.value = turned[i]; });
    changed(whenAsked);
  });
  document.getElementById("add-via").addEventListener("click", () => addVia("", whenAsked).focus());
  startInputs((role, text) => put(role, text, whenAsked), () => changed(whenAsked));
  measures();
}

// Ask again by itself only when the trip is complete.
function changed(whenAsked) {
  if (complete()) whenAsked();
}

const complete = () => Boolean(track() || (form.elements.from.value.trim() && form.elements.to.value.trim()));

export function addVia(value, whenAsked, before = null) {
  const id = `via-${count += 1}`;
  const input = el("input", { id, name: "via", role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false",
    "aria-controls": "names", maxlength: 2000, placeholder: t("page.place_hint") });
  input.value = value;
  const drop = el("button.drop", { type: "button", "aria-label": t("page.drop_via"), title: t("page.drop_via"),
    onclick: () => { leg.remove(); changed(whenAsked); } }, "×");
  const leg = el("div.leg", { "data-role": "via" }, el("label", { for: id }, t("page.via")), input, drop);
  vias.insertBefore(leg, before);
  completes(input, () => changed(whenAsked));
  return input;
}

// A via goes behind the `after` first of `of` that were asked; where others stand in the form by now, behind them all.
export function put(role, text, whenAsked, after = 0, of = -1) {
  const legs = [...vias.children].filter((leg) => leg.querySelector("input").value.trim());
  if (role === "via") addVia(text, whenAsked, legs.length === of ? legs[after] ?? null : null);
  else form.elements[role].value = text;
  changed(whenAsked);
}

// A lorry's usual measures stand in the empty fields as a hint.
function measures() {
  for (const part of form.querySelectorAll("[data-rules]")) part.hidden = !part.dataset.rules.split(" ").includes(form.elements.rule.value);
  const preset = form.elements.vehicle.selectedOptions[0].dataset;
  form.elements.height_m.placeholder = preset.height;
  form.elements.mass_t.placeholder = preset.mass;
}

// The closed options say what is chosen.
function chosen() {
  const { vehicle, max_detour_s: most, height_m: height, mass_t: mass, depart } = form.elements;
  const said = [vehicle.selectedOptions[0].textContent, height.value && `${height.value} m`, mass.value && `${mass.value} t`,
    t("page.at_most", { span: most.selectedOptions[0].textContent }), depart.value ? depart.value.replace("T", " ") : t("page.now"),
    ...[...form.querySelectorAll(".chip input:checked + span")].map((span) => span.textContent)];
  document.getElementById("chosen").textContent = said.filter(Boolean).join(" · ");
}

const values = (name) => new FormData(form).getAll(name).map((value) => value.trim()).filter(Boolean);

const number = (said) => (said ? Number(said) : null);

export function question() {
  const one = Object.fromEntries(SINGLE.map((name) => [name, values(name)[0]]));
  const trip = track() ? { file: track() } : { from: one.from, to: one.to, via: values("via") };
  return {
    ...trip, depart: one.depart, kinds: values("kind"), services: values("service"),
    max_detour_s: Number(one.max_detour_s), max_opposite_s: number(one.max_opposite_s), max_age_days: number(one.max_age_days),
    min_accuracy: one.min_accuracy ?? null, open_at_eta: values("open_at_eta").length > 0, limit: number(one.limit), start_m: number(one.start_m) ?? 0,
    rule: one.rule, driven_min: Number(one.driven_min), want: values("want"), ...day(one),
    vehicle: { preset: one.vehicle, height_m: number(one.height_m), mass_t: number(one.mass_t) },
  };
}

// What is behind him today, where the rules ask for it.
function day({ rule, driven_today_min: driven, duty_start: since }) {
  return rule === "eu" || rule === "us" ? { driven_today_min: Math.max(Number(driven ?? 0), Number(form.elements.driven_min.value)), duty_start: since } : {};
}

export function toAddress() {
  const said = new URLSearchParams();
  for (const name of SINGLE) if (values(name)[0] || name === "rule") said.set(name, values(name)[0] ?? "");
  for (const name of ["via", ...CHECKED]) for (const value of values(name)) said.append(name, value);
  const asked = new URLSearchParams(location.search);
  for (const name of ["lang", "region"]) if (asked.get(name)) said.set(name, asked.get(name));
  history.replaceState(null, "", `?${said}`);
  const other = document.getElementById("other-language");
  said.set("lang", other.hreflang);
  other.href = `/?${said}`;
}

// True when the address, or a region's first trip, names a complete trip.
export function fromAddress(whenAsked) {
  const said = new URLSearchParams(location.search);
  if (!said.get("from") && !said.get("to") && told.first) for (const [name, value] of Object.entries(told.first)) said.set(name, value);
  for (const name of SINGLE) {
    const field = form.elements[name];
    if ((said.get(name) || (name === "rule" && said.has(name))) && (field.tagName !== "SELECT" || [...field.options].some((o) => o.value === said.get(name)))) field.value = said.get(name);
  }
  for (const value of said.getAll("via")) addVia(value, whenAsked);
  for (const box of form.querySelectorAll(".chip input")) box.checked = said.getAll(box.name).includes(box.value);
  measures();
  chosen();
  return complete();
}

// The trip in one line.
export function trip() {
  if (track()) return track().name;
  const short = (text) => (text.length > 24 ? `${text.slice(0, 23)}…` : text);
  return [form.elements.from.value, ...values("via"), form.elements.to.value].map(short).join(" → ");
}

// Point at the field a problem names.
export function blame(field) {
  form.querySelectorAll("[aria-invalid]").forEach((input) => input.removeAttribute("aria-invalid"));
  if (!field) return;
  const named = form.elements[field.split(".").pop()];
  const input = named instanceof RadioNodeList ? named[0] : named;
  if (!input) return;
  input.setAttribute("aria-invalid", "true");
  if (!input.closest(".leg")) document.getElementById("more").open = true;
}
