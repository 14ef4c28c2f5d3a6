// All places of the layers as dots under the stops, when the driver wants them: what is near that is on no list.
import { items, layers } from "./ask.js";
import { el } from "./dom.js";
import { colour } from "./stops.js";
import { named, place, t, told } from "./words.js";

const FROM_ZOOM = 9;              // farther out they would be a carpet
let dots = null, wanted = false, seen = "";

export function showPlaces(map) {
  const box = el("input", { type: "checkbox" });
  box.addEventListener("change", () => { wanted = box.checked; refresh(map); });
  const control = L.control({ position: "topleft" });
  control.onAdd = () => {
    const label = el("label.all-places", {}, box, t("page.all_places"));
    L.DomEvent.disableClickPropagation(label);
    return label;
  };
  control.addTo(map);
  map.on("moveend", () => refresh(map));
}

async function refresh(map) {
  if (!wanted || map.getZoom() < FROM_ZOOM) {
    seen = "";
    dots?.remove();
    return;
  }
  const bounds = map.getBounds();
  const bbox = [Math.floor(bounds.getWest() * 10) / 10, Math.floor(bounds.getSouth() * 10) / 10, Math.ceil(bounds.getEast() * 10) / 10, Math.ceil(bounds.getNorth() * 10) / 10];
  if (seen === bbox.join()) return;
  seen = bbox.join();
  try {
    const kinds = (await layers()).layers.filter((layer) => layer.items && told.looks.kinds[layer.kind]);
    const found = await Promise.all(kinds.map((layer) => items(layer.name, bbox)));
    dots?.remove();
    dots = L.layerGroup(found.flatMap((one) => one.features.filter((f) => f.geometry).map(dot))).addTo(map);
  } catch {
    seen = "";                                       // another time, when there is a network
  }
}

function dot(one) {
  const p = one.properties, [lon, lat] = one.geometry.coordinates;
  const made = L.circleMarker([lat, lon], { radius: 6, weight: 2, color: "#fff", fillColor: colour(p), fillOpacity: 0.85 });
  return made.bindPopup(() => el("div", {}, el("b", {}, place(p)), el("span", {}, named("kind", p.kind)), p.hours ? el("p.quiet", {}, p.hours) : null));
}
