// How the planner's figures are said, and what belongs to another region.
import { el } from "./dom.js";
import { t, told } from "./words.js";

export const percent = (share) => (share === null || share === undefined ? "—" : `${(100 * share).toFixed(share >= 0.9995 || share <= 0.0005 ? 0 : 1)} %`);

export const km = (metres) => (metres === null || metres === undefined ? "—" : t("planner.km", { km: (metres / 1000).toFixed(metres < 99_500 ? 1 : 0) }));

export const minutes = (seconds) => (seconds === null || seconds === undefined ? "—" : t("planner.min", { min: Math.round(seconds / 60) }));

// A figure by its name: shares in percent, metres in kilometres.
export function figure(name, value) {
  if (value === null || value === undefined) return "—";
  if (name.includes("share")) return percent(value);
  return name.endsWith("_m") ? km(value) : String(Number(value.toPrecision(8)));
}

export function figureName(name) {
  const band = name.match(/^share_([\d.]+)_min$/);
  return band ? t("figure.share_band", { min: band[1] }) : told.words[`figure.${name}`] ?? name;
}

export const when = (iso) => (iso ? new Date(iso).toLocaleString(told.lang === "zh" ? "zh-CN" : "en-GB", { timeZone: told.tz, dateStyle: "short", timeStyle: "short" }) : "—");

export const short = (value) => {
  const text = typeof value === "string" ? value : JSON.stringify(value ?? null);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
};

// What was kept of another region is shown on that region's page; null where it is this one.
export const elsewhere = ({ region }, tab) => (region === told.region ? null
  : el("a.quick", { href: `/planner?${new URLSearchParams({ lang: told.lang, region })}#${tab}` }, t("planner.there", { region })));
