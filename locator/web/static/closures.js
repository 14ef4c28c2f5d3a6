// Closed and limited roads on the map. Their notes are text somebody wrote: text nodes only.
import { closures } from "./ask.js";
import { el } from "./dom.js";
import { named, t } from "./words.js";

let drawn = null, shown = "";

export async function showClosures(map) {
  let found;
  try {
    found = await closures();
  } catch {
    return;                                          // the answer does not wait for them, nor fail with them
  }
  if (shown === JSON.stringify(found.features)) return;          // an open popup stays open
  shown = JSON.stringify(found.features);
  const lines = found.features.filter((one) => one.geometry && one.properties.state !== "over");
  drawn?.remove();
  drawn = L.layerGroup(lines.map((one) => line(one))).addTo(map);
}

function line(one) {
  const p = one.properties, parts = one.geometry.coordinates.map((part) => part.map(([lon, lat]) => [lat, lon]));
  const drawn = L.polyline(parts, { color: "#8C1D2F", weight: 6, dashArray: "2 9", opacity: p.state === "in_force" ? 0.95 : 0.5 });
  return drawn.bindPopup(() => el("div.closure", {}, el("b", {}, t(`closure.${p.what}`)), el("span", {}, p.name ?? p.road), el("br"),
    el("span.quiet", {}, [named("closure", p.state), ...Object.entries(p.limits).map(([name, value]) => `${name} ${value}`),
      p.from ? `${p.from.slice(0, 16).replace("T", " ")} →` : null, p.until ? `→ ${p.until.slice(0, 16).replace("T", " ")}` : null]
      .filter((part) => part).join(" · ")), p.note ? el("p", {}, p.note) : null));
}
