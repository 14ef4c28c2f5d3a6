// The map: Folium's shell, filled with the route and its stops. Popups are built of text nodes.
import { showClosures } from "./closures.js";
import { el } from "./dom.js";
import { showPlaces } from "./places.js";
import { theMap } from "./shell.js";
import { colour, vague } from "./stops.js";
import { clock, place, span, t, told } from "./words.js";

let map = null, drawn = null, me = null, pins = new Map(), last = null;
const night = () => window.locatorTheme.night();

// Fetches the map, once, and shows what the answer was meanwhile. Rejects when it cannot be had.
export async function open(whenPicked) {
  if (map) return map.invalidateSize();
  map = await theMap();
  document.getElementById("map-wait").hidden = true;
  map.invalidateSize();
  if (told.bbox.length) map.fitBounds([[told.bbox[1], told.bbox[0]], [told.bbox[3], told.bbox[2]]], { animate: false });
  L.control.zoom({ position: "bottomright", zoomInTitle: t("page.zoom_in"), zoomOutTitle: t("page.zoom_out") }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  map.on("click", (event) => picking(event, whenPicked));
  document.addEventListener("theme", () => { window.locatorRoads?.redraw(map); again(); });
  showPlaces(map);
  if (last) again();
  else showClosures(map);
  return map;
}

const shown = () => getComputedStyle(document.getElementById("map")).visibility !== "hidden";

const again = () => last && draw(...last);

function picking(event, whenPicked) {
  const at = `${event.latlng.lng.toFixed(5)}, ${event.latlng.lat.toFixed(5)}`;
  const button = (role) => el("button", { type: "button", onclick: () => { map.closePopup(); whenPicked(role, at); } }, t(`page.as_${role}`));
  L.popup({ closeButton: false }).setLatLng(event.latlng).setContent(el("div", {}, el("span.quiet", {}, at),
    el("div.pick", {}, button("from"), button("via"), button("to")))).openOn(map);
}

export function clear() {
  last = null;
  drawn?.remove();
  pins = new Map();
}

export function draw(answer, whenChosen) {
  clear();
  last = [answer, whenChosen];
  if (!map) return;
  showClosures(map);
  const line = answer.route.geometry.coordinates.map(([lon, lat]) => [lat, lon]);
  const route = told.looks.route[night() ? "night" : "day"];
  const ends = [[line[0], t("page.start_mark")], [line.at(-1), t("page.end_mark")]];
  drawn = L.layerGroup([
    L.polyline(line, { color: night() ? "#14191b" : "#fff", weight: 10, opacity: 0.9, interactive: false }),
    L.polyline(line, { color: route, weight: 5.5, interactive: false }),
    ...ends.map(([at, mark]) => L.marker(at, { icon: icon(el("div.pin.end", {}, mark)), interactive: false, keyboard: false, zIndexOffset: -500 })),
    ...answer.features.map((stop, i) => pin(stop, i + 1, answer.route, whenChosen)),
  ]).addTo(map);
  fit(line, answer.features);
}

// The whole route; the stops beside it too where that does not make it smaller.
function fit(line, features) {
  const routeBox = L.latLngBounds(line), whole = L.latLngBounds(line), edge = L.point(1, 1).multiplyBy(map.getSize().y * 0.045);
  features.forEach((stop) => whole.extend([...stop.geometry.coordinates].reverse()));
  const zoom = (box) => map.getBoundsZoom(box, false, edge.multiplyBy(2));
  map.fitBounds(zoom(whole) < zoom(routeBox) ? routeBox : whole, { padding: edge, maxZoom: 15, animate: false });
}

// Where he is. The map goes with him while he follows the route.
export function here(lon, lat, accuracy_m, follow) {
  if (!map) return;
  me ??= L.layerGroup([L.circle([lat, lon], { radius: 1, weight: 1, color: "#1456c4", interactive: false }),
    L.marker([lat, lon], { icon: L.divIcon({ html: el("div.me"), className: "", iconSize: [22, 22] }), interactive: false, keyboard: false, zIndexOffset: 2000 })]).addTo(map);
  const [round, dot] = me.getLayers();
  round.setLatLng([lat, lon]).setRadius(accuracy_m);
  dot.setLatLng([lat, lon]);
  if (follow && shown()) keepInView([lat, lon]);
}

// In the lower half, with the way ahead of him above; moved only when he comes near an edge.
function keepInView(at) {
  const size = map.getSize(), p = map.latLngToContainerPoint(at), zoom = Math.max(map.getZoom(), 13);
  if (zoom === map.getZoom() && p.x > size.x * 0.15 && p.x < size.x * 0.85 && p.y > size.y * 0.45 && p.y < size.y * 0.9) return;
  map.setView(map.unproject(map.project(at, zoom).subtract([0, size.y * 0.18]), zoom), zoom, { animate: false });
}

export function leave() {
  me?.remove();
  me = null;
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
  choose(n, true);
  pins.get(n)?.marker.openPopup();
}
