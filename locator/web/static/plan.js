// Driving time: where it ends, the last safe stop before that and all others, the plan that keeps the rules, or what would mend it.
import { el } from "./dom.js";
import { clock, far, named, place, span, t } from "./words.js";

// tell: { choose(n) } shows a stop of the list, by its number.
export function drawPlan(answer, tell) {
  if (!answer.rule) return null;
  const stop = (i) => answer.features[i]?.properties ?? null;
  return el("section.law", { "aria-label": t("page.driving_time") }, limit(answer), lastSafe(answer, stop, tell), rungs(answer, stop, tell),
    answer.feasible ? legs(answer, stop, tell) : problem(answer, stop), source(answer));
}

const at = (m) => (m === null ? "—" : far(m).join(" "));

function limit({ limit: one, route }) {
  const which = named("limit", one.which);
  if (one.left_s <= 0) return el("p.law-line.over", { role: "alert" }, t("page.limit_over", { which }));
  if (one.at_m === null || one.at_m >= route.distance_m) return el("p.law-line.enough", {}, t("page.limit_beyond", { span: span(one.left_s) }));
  return el("p.law-line", {}, t("page.limit_left", { span: span(one.left_s), at: at(one.at_m), which }));
}

function lastSafe(answer, stop, tell) {
  const one = answer.ladder.find((rung) => rung.last_safe), short = answer.limit.at_m !== null;
  if (!short) return null;                             // it is enough to the end: nothing is the last
  if (!one) return el("p.law-none", { role: "alert" }, t("page.no_safe"));
  const p = stop(one.stop);
  return el("button.safe", { type: "button", onclick: () => tell.choose(one.stop + 1) },
    el("span.safe-what", {}, t("page.last_safe")), el("b.safe-name", {}, place(p)),
    el("span.safe-far", {}, ...figure(p.leave_m ?? p.offset_m)), early(p) && el("span.safe-leave", {}, [t("page.leave_at"), p.leave_name].filter(Boolean).join(" · ")), el("span", {}, t("page.arrive", { at: clock(one.arrive, answer.depart) })),
    el("span.tag.free", {}, t("page.spare", { span: span(one.spare_s) })), el("span.safe-next", {}, skipped(one, stop)));
}

// He must decide where he leaves the road for it: that is the figure, and it is said where that is well before the stop itself.
const EARLY_M = 200;
const early = (p) => p.leave_m !== null && p.offset_m - p.leave_m >= EARLY_M;
const figure = (m) => { const [value, unit] = far(m); return [value, el("small", {}, ` ${unit}`)]; };

function skipped(rung, stop) {
  if (!rung.next_if_skipped) return t("page.skipped_none");
  const next = stop(rung.next_if_skipped_stop);
  return t("page.skipped", { place: next ? place(next) : rung.next_if_skipped });
}

function rungs(answer, stop, tell) {
  if (!answer.ladder.length) return null;
  const row = (rung) => {
    const p = stop(rung.stop), state = rung.fits ? "fits" : "unfit";
    return el(`li.${state}${rung.last_safe ? ".last" : ""}`, {}, el("button", { type: "button", onclick: () => tell.choose(rung.stop + 1) },
      el("b", {}, place(p)), el("span", {}, t("page.arrive", { at: clock(rung.arrive, answer.depart) })),
      el("span.rung-spare", {}, rung.fits ? t("page.spare", { span: span(rung.spare_s) }) : t("page.unfit")),
      el("small", {}, rung.last_safe ? `${t("page.last_safe")} · ${skipped(rung, stop)}` : rung.fits ? skipped(rung, stop) : named("open", rung.open))));
  };
  return el("details.rungs", {}, el("summary", {}, t("page.rungs", { n: answer.ladder.length + answer.ladder_more })), el("ol", {}, ...answer.ladder.map(row)));
}

function legs(answer, stop, tell) {
  const stays = answer.legs.filter((leg) => leg.stop !== null);
  if (!stays.length) return el("p.law-line.enough", {}, t("page.no_stop_needed"));
  const row = (leg) => el("li", {}, el("span.leg-drive", {}, t("page.drive_for", { span: span(leg.drive_s) })),
    leg.stop === null ? el("span", {}, t("page.arrive_end", { at: clock(leg.arrive, answer.depart) }))
      : el("button", { type: "button", onclick: () => tell.choose(leg.stop + 1) },
        el("b", {}, `${clock(leg.arrive, answer.depart)} ${place(stop(leg.stop))}`),
        el("span", {}, [t("page.rest_for", { span: span(leg.rest_s) }), named("because", leg.because), leg.wait_s >= 60 && t("page.wait_for", { span: span(leg.wait_s) }),
          leg.hours_known === false && t("open.null")].filter(Boolean).join(" · "))));
  return el("div.plan", {}, el("h2", {}, t("page.plan", { n: stays.length })), el("ol.plan-legs", {}, ...answer.legs.map(row)));
}

function problem(answer, stop) {
  const one = answer.problem;
  if (!one) return null;
  const mend = (m) => t(`mend.${m.what}`, { name: (m.stop_id && place({ ...m })) || "—", at: at(m.offset_m), hours: m.hours, by: m.by_s === null ? null : span(m.by_s),
    detour: m.detour_s === null ? null : span(m.detour_s), from: m.from && clock(m.from, answer.depart), to: m.to && clock(m.to, answer.depart) });
  return el("div.plan-none", { role: "alert" }, el("b", {}, t(one.gave_up ? "page.gave_up" : "page.no_plan")),
    el("p", {}, t("page.breaks_at", { at: at(one.at_m), which: named("limit", one.which) })),
    one.mends.length ? el("ul", {}, el("li", {}, t("page.mends")), ...one.mends.map((m) => el("li.mend", {}, mend(m)))) : null);
}

function source({ rule, law, approximate }) {
  return el("p.law-source", {}, `${named("rule", rule)} · ${law.source}`, approximate && ` · ${t("page.approximate")}`, ` · ${t("page.not_advice")}`);
}
