// The planner's map: roads by band, gaps, places, whatever a panel puts there. Popups are built of text nodes.
import { el } from "./dom.js";
import { theMap } from "./shell.js";
import { t, told } from "./words.js";

let map = null, layers = new Map(), chosen = null, wanted = null;

export async function open() {
  if (map) return map;
  wanted ??= theMap().then((found) => {
    map = found;
    document.getElementById("map-wait").hidden = true;
    map.invalidateSize();
    if (told.bbox.length) map.fitBounds([[told.bbox[1], told.bbox[0]], [told.bbox[3], told.bbox[2]]], { animate: false });
    L.control.zoom({ position: "bottomright", zoomInTitle: t("page.zoom_in"), zoomOutTitle: t("page.zoom_out") }).addTo(map);
    L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
    document.addEventListener("theme", () => window.locatorRoads?.redraw(map));
    return map;
  });
  return wanted;
}

export function clear(name) {
  for (const key of name ? [name] : [...layers.keys()]) {
    layers.get(key)?.remove();
    layers.delete(key);
  }
  if (!name || name === "gaps") chosen = null;
}

// GeoJSON under a name; what was there goes. style(feature) as Leaflet's; onpick(feature) when it is clicked.
export async function put(name, features, style, onpick = null) {
  await open();
  clear(name);
  const layer = L.geoJSON({ type: "FeatureCollection", features }, {
    style, interactive: Boolean(onpick), renderer: L.canvas({ padding: 0.3, tolerance: 6 }),
    pointToLayer: (feature, at) => L.circleMarker(at, { radius: 7, weight: 2, ...style(feature) }),
    onEachFeature: (feature, one) => onpick && one.on("click", () => onpick(feature)),
  }).addTo(map);
  layers.set(name, layer);
  return layer;
}

// The map goes where these are, all of them.
export function fit(names) {
  const box = L.latLngBounds([]);
  for (const name of names) if (layers.get(name)) box.extend(layers.get(name).getBounds());
  if (box.isValid()) map.fitBounds(box, { maxZoom: 13, padding: [40, 40], animate: false });
}

// One feature in front of all, and the map goes there.
export async function point(feature, colour) {
  await open();
  chosen?.remove();
  if (!feature) return;
  chosen = L.geoJSON(feature, { interactive: false, style: { color: colour, weight: 9, opacity: 0.85 },
    pointToLayer: (_, at) => L.circleMarker(at, { radius: 13, weight: 4, color: colour, fill: false }) }).addTo(map);
  layers.set("chosen", chosen);
  chosen.bringToBack();
  const box = chosen.getBounds();
  if (box.isValid()) map.fitBounds(box, { maxZoom: 14, padding: [40, 40], animate: false });
}

export async function say(lon, lat, lines) {
  await open();
  L.popup({ closeButton: true }).setLatLng([lat, lon]).setContent(el("div", {}, ...lines.map((line, i) => el(i ? "span.quiet" : "b", {}, line)))).openOn(map);
}

// The places of all layers as dots, in the colour of their kind.
export async function places(features, onpick) {
  const colour = (feature) => (told.looks.kinds[feature.properties.kind] ?? { colour: "#4A5560" }).colour;
  return put("places", features, (feature) => ({ radius: 5, color: "#fff", weight: 1.5, fillColor: colour(feature), fillOpacity: 1 }), onpick);
}
