// Long runs: how far each has come, cancel, take the result.
import * as asks from "./planner_asks.js";
import { el } from "./dom.js";
import { elsewhere, when } from "./planner_says.js";
import { named, t, told } from "./words.js";

const place = document.getElementById("jobs-told");
const EVERY_MS = 1_500;
let timer = null, open = () => {}, keep = () => {};

export function start(whenOpened, whenKept) {
  open = whenOpened;
  keep = whenKept;
}

export async function show() {
  clearTimeout(timer);
  const { jobs, state } = await asks.jobs();
  place.replaceChildren(el("p.quiet", {}, t(state === "on" ? "planner.jobs_about" : "planner.jobs_off")),
    jobs.length ? el("ul.jobs", {}, ...jobs.map(item)) : el("p.quiet", {}, t("planner.no_jobs")));
  if (jobs.some((one) => one.state === "running" || one.state === "waiting")) timer = setTimeout(() => show().catch(() => {}), EVERY_MS);
}

export const stop = () => clearTimeout(timer);

const FORMS = { pdf: "PDF", xlsx: "XLSX", gpkg: "GeoPackage" };
const files = (job) => Object.entries(FORMS).map(([form, name]) => el("a.quick.file", { href: `/api/jobs/${encodeURIComponent(job.id)}/report.${form}?lang=${told.lang}`, download: true }, name));

function item(job) {
  const alive = job.state === "running" || job.state === "waiting";
  const button = (key, onclick, props = {}) => el("button.quick", { type: "button", onclick, ...props }, t(key));
  return el("li.job", { "data-state": job.state, "data-id": job.id },
    el("div", {}, el("b", {}, named("question", job.question)), el("span.state", {}, t(`job_state.${job.state}`))),
    el("small.quiet", {}, `${job.region} · ${when(job.made)}`, job.ended ? ` → ${when(job.ended)}` : ""),
    alive ? el("progress", { max: "1", value: job.state === "running" ? String(job.share) : null, "aria-label": t("planner.progress") }) : null,
    job.detail ? el("p.trouble", {}, job.detail) : null,
    el("p.acts", {}, ...(job.has_result && job.question === "report" ? files(job) : []), job.has_result ? elsewhere(job, "jobs") ?? button("planner.open", () => open(job)) : null, job.has_result ? button("planner.keep", () => keep(job)) : null,
      button(alive ? "planner.cancel" : "planner.forget", () => end(job))));
}

async function end(job) {
  await asks.endJob(job.id);
  await show();
}
