// Where drivers asked for a stop and there was none: counts as circles and a list.
import * as asks from "./planner_asks.js";
import { el } from "./dom.js";
import * as map from "./planner_map.js";
import { named, t, told } from "./words.js";

const place = document.getElementById("unmet-told");

const what = (code) => told.words[`service.${code}`] ?? told.words[`kind.${code}`] ?? named("missing", code);

export async function show() {
  const { unmet } = await asks.unmet();
  const features = unmet.map((one, i) => ({ type: "Feature", id: i, properties: one, geometry: { type: "Point", coordinates: [one.cell_lon, one.cell_lat] } }));
  const rows = features.map((one) => el("li", {}, el("button.gap", { type: "button", onclick: () => map.point(one, told.gap) },
    el("span.rank", {}, String(one.properties.count)), el("span", {}, el("b", {}, what(one.properties.missing)),
      el("small", {}, [one.properties.road, one.properties.month, `${String(one.properties.hour).padStart(2, "0")}:00`, t(`planner.${one.properties.days}`)].filter(Boolean).join(" · "))))));
  place.replaceChildren(el("p.quiet", {}, t("planner.unmet_about")), rows.length ? el("ol.gaps", {}, ...rows) : el("p.quiet", {}, t("planner.no_unmet")));
  await map.put("unmet", features, (one) => ({ radius: 6 + 4 * Math.log2(one.properties.count), color: told.gap, fillColor: told.gap, fillOpacity: 0.35 }),
    (one) => map.say(one.properties.cell_lon, one.properties.cell_lat, [what(one.properties.missing), t("planner.times", { n: one.properties.count })]));
}
