// Siting: where the next sites go; the coverage before and after, what each adds, how much better the best could be.
import * as asks from "./planner_asks.js";
import { el } from "./dom.js";
import * as map from "./planner_map.js";
import { km, percent } from "./planner_says.js";
import { named, place as called, t, told } from "./words.js";

const form = document.getElementById("siting-form"), place = document.getElementById("siting-told");
const EVERY_MS = 1_000;
let cover = () => ({}), keep = () => {}, run = null, timer = null;

export function start(question, whenKept) {
  cover = question;
  keep = whenKept;
  form.addEventListener("submit", (event) => { event.preventDefault(); begin().catch(trouble); });
}

const trouble = (error) => error.name === "AbortError" || place.replaceChildren(el("p.trouble", { role: "alert" }, error.detail ?? t("planner.unreached")));

async function begin() {
  const { limit_s, direction, kinds, services, vehicle } = cover();
  clearTimeout(timer);
  if (run) await asks.endJob(run.id).catch(() => {});
  run = await asks.startJob("siting", { limit_s, direction, kinds, services, vehicle, model: form.model.value, apart_m: 1000 * Number(form.apart.value), seconds: 60,
    ...(form.model.value === "cover" ? {} : { k: Number(form.k.value) }) });
  await follow();
}

async function follow() {
  run = await asks.get("siting", `/api/jobs/${run.id}`);
  if (run.state === "done") return show(await asks.jobResult(run.id), run);
  if (run.state !== "running" && run.state !== "waiting") {
    place.replaceChildren(el("p.trouble", { role: "alert" }, run.detail ?? t(`job_state.${run.state}`)));
    return null;
  }
  place.replaceChildren(el("p.quiet", {}, t(`job_state.${run.state}`)), el("progress", { max: "1", value: run.state === "running" ? String(run.share) : null, "aria-label": t("planner.progress") }),
    el("button.quick", { type: "button", onclick: () => { clearTimeout(timer); asks.endJob(run.id).then(follow).catch(trouble); } }, t("planner.cancel")));
  timer = setTimeout(() => follow().catch(trouble), EVERY_MS);
  return null;
}

export function show(found, job = null) {
  const sites = found.features;
  place.replaceChildren(...[
    el("p.big", {}, el("b", {}, `${percent(found.before.share)} → ${percent(found.after.share)}`)),
    el("p.quiet", {}, t("planner.sited", { n: sites.length, min: found.limit_s / 60, before: km(found.before.covered_m), after: km(found.after.covered_m), gaps: found.gaps_left })),
    el("p", {}, found.proven ? t("planner.proven") : found.gap === null ? t("planner.no_bound") : t("planner.gap_left", { gap: percent(found.gap) })),
    found.approximate ? el("p.warn", {}, t("planner.approximate")) : null,
    sites.length ? el("ol.gaps", {}, ...sites.map(item)) : el("p.quiet", {}, t("planner.no_sites")),
    job ? el("p.acts", {}, el("button.quick", { type: "button", onclick: () => keep({ job: job.id }) }, t("planner.keep"))) : null].filter(Boolean));
  draw(found);
}

// Its name; a generated spot by what it is and the roads there.
const siteName = (p) => p.name || p.name_en ? called(p) : [told.words[`siting.spot.${p.kind}`] ?? named("kind", p.kind), ...p.refs].join(" · ");

function item(site) {
  const p = site.properties;
  return el("li", {}, el("button.gap", { type: "button", onclick: () => map.point(site, told.gap) }, el("span.rank", {}, String(p.order)),
    el("span", {}, el("b", {}, siteName(p)), el("small", {}, t("planner.then_covered", { share: percent(p.share) }))), el("span.length", {}, p.gain_share === null ? "" : `+${percent(p.gain_share)}`)));
}

async function draw(found) {
  map.clear("chosen");
  await map.put("sites", found.features, () => ({ radius: 10, color: "#fff", weight: 3, fillColor: told.gap, fillOpacity: 1 }),
    (one) => map.say(...one.geometry.coordinates, [`${one.properties.order} · ${siteName(one.properties)}`, t("planner.then_covered", { share: percent(one.properties.share) })]));
}
