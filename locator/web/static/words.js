// What the server told this page, its words, and how figures are said. Knows no element.
export const told = JSON.parse(document.getElementById("page-data").textContent);

export function t(key, params = {}) {
  const sentence = told.words[key];
  if (sentence === undefined) throw new Error(`no words for ${key}`);
  return sentence.replace(/%(?:\((\w+)\)s|%)/g, (whole, name) => (name ? String(params[name] ?? "—") : "%"));
}

// The name of a code in a list that may have grown: the code itself when it is new.
export const named = (room, code) => told.words[`${room}.${code}`] ?? code;

export function far(metres) {
  if (metres < 950) return [String(Math.round(metres / 10) * 10), t("page.unit_m")];
  return [(metres / 1000).toFixed(metres < 99_500 ? 1 : 0), t("page.unit_km")];
}

export function span(seconds) {
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes < 60) return t("page.minutes", { n: minutes });
  return t("page.hours_minutes", { h: Math.floor(minutes / 60), n: String(minutes % 60).padStart(2, "0") });
}

// The clock of the region, as the ISO text says it; later days are marked.
export function clock(iso, since) {
  const days = since ? Math.round((Date.parse(iso.slice(0, 10)) - Date.parse(since.slice(0, 10))) / 86_400_000) : 0;
  return iso.slice(11, 16) + (days > 0 ? t("page.days_later", { n: days }) : "");
}

// The same for a moment, in the offset which that ISO text carries; days are counted from it, or from another moment.
export const clockAt = (moment_ms, like, since_ms = null) => clock(local(moment_ms, like), since_ms === null ? like : local(since_ms, like));

export function local(moment_ms, like) {
  const [, sign, h, m] = like.match(/([+-])(\d\d):(\d\d)$/) ?? [null, "+", "00", "00"];
  return new Date(moment_ms + (sign === "-" ? -1 : 1) * (Number(h) * 60 + Number(m)) * 60_000).toISOString();
}

export const place = (p) => (told.lang === "en" && p.name_en) || p.name || p.name_en || named("kind", p.kind);
