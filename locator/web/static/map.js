// The map: Folium's shell, filled with the route and its stops. Popups are built of text nodes.
import { showClosures } from "./closures.js";
import { el } from "./dom.js";
import { colour, vague } from "./stops.js";
import { clock, place, span, t, told } from "./words.js";

let map = null, drawn = null, pins = new Map();
const night = matchMedia("(prefers-color-scheme: dark)").matches;

export function open(whenPicked) {
  map = window[told.map];
  if (told.bbox.length) map.fitBounds([[told.bbox[1], told.bbox[0]], [told.bbox[3], told.bbox[2]]], { animate: false });
  L.control.zoom({ position: "bottomright", zoomInTitle: t("page.zoom_in"), zoomOutTitle: t("page.zoom_out") }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  showClosures(map);
  map.on("click", (event) => {
    const at = `${event.latlng.lng.toFixed(5)}, ${event.latlng.lat.toFixed(5)}`;
    const button = (role) => el("button", { type: "button", onclick: () => { map.closePopup(); whenPicked(role, at); } }, t(`page.as_${role}`));
    L.popup({ closeButton: false }).setLatLng(event.latlng).setContent(el("div", {}, el("span.quiet", {}, at),
      el("div.pick", {}, button("from"), button("via"), button("to")))).openOn(map);
  });
}

export function clear() {
  drawn?.remove();
  pins = new Map();
}

export function draw(answer, whenChosen) {
  clear();
  showClosures(map);
  const line = answer.route.geometry.coordinates.map(([lon, lat]) => [lat, lon]);
  const route = told.looks.route[night ? "night" : "day"];
  const ends = [[line[0], t("page.start_mark")], [line.at(-1), t("page.end_mark")]];
  drawn = L.layerGroup([
    L.polyline(line, { color: night ? "#14191b" : "#fff", weight: 10, opacity: 0.9, interactive: false }),
    L.polyline(line, { color: route, weight: 5.5, interactive: false }),
    ...ends.map(([at, mark]) => L.marker(at, { icon: icon(el("div.pin.end", {}, mark)), interactive: false, keyboard: false, zIndexOffset: -500 })),
    ...answer.features.map((stop, i) => pin(stop, i + 1, answer.route, whenChosen)),
  ]).addTo(map);
  // The whole route; the stops beside it too where that does not make it smaller.
  const routeBox = L.latLngBounds(line), whole = L.latLngBounds(line), edge = L.point(1, 1).multiplyBy(map.getSize().y * 0.045);
  answer.features.forEach((stop) => whole.extend([...stop.geometry.coordinates].reverse()));
  const zoom = (box) => map.getBoundsZoom(box, false, edge.multiplyBy(2));
  map.fitBounds(zoom(whole) < zoom(routeBox) ? routeBox : whole, { padding: edge, maxZoom: 15, animate: false });
}

const icon = (html) => L.divIcon({ html, className: "", iconSize: [30, 30], iconAnchor: [15, 15], popupAnchor: [0, -16] });

function pin(stop, n, route, whenChosen) {
  const p = stop.properties, [lon, lat] = stop.geometry.coordinates;
  const dot = el("div.pin", { colour: colour(p) }, String(n));
  if (vague(p)) dot.classList.add("vague");
  const marker = L.marker([lat, lon], { icon: icon(dot), title: place(p), alt: `${n} ${place(p)}`, riseOnHover: true });
  marker.bindPopup(() => el("div", {}, el("b", {}, place(p)), el("span", {}, t(`kind.${p.kind}`)), el("br"),
    el("span.quiet", {}, `${t("page.arrive", { at: clock(p.eta, route.depart) })} · ${t("page.detour", { span: span(p.detour_s) })}`)));
  marker.on("click", () => whenChosen(n));
  pins.set(n, { marker, dot });
  return marker;
}

export function choose(n, move = false) {
  for (const [other, one] of pins) {
    one.dot.classList.toggle("chosen", other === n);
    one.marker.setZIndexOffset(other === n ? 1000 : 0);
  }
  const at = move && pins.get(n)?.marker.getLatLng();
  if (at && !map.getBounds().pad(-0.05).contains(at)) map.panTo(at);
}

export function show(n) {
  choose(n);
  map.getContainer().scrollIntoView({ block: "center", behavior: "smooth" });
  pins.get(n).marker.openPopup();
}
