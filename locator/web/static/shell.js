// Folium's shell of the map: its scripts and styles are fetched when there is time for them, in order, once.
import { told } from "./words.js";

export class Unreached extends Error {}              // the network did not give a file of the map

let wanted = null;

export const sparing = () => Boolean(navigator.connection?.saveData);

// The Leaflet map, when it is there. Rejects when the network does not give it.
export function theMap() {
  wanted ??= load().catch((error) => { wanted = null; throw error; });
  return wanted;
}

async function load() {
  const { name, scripts, styles, print } = told.map;
  await Promise.all([...styles.map((href) => style(href)), ...(print ? [style(print, "print")] : []), ...scripts.map(script)]);
  if (!(window[name] instanceof L.Map)) window.locatorShell();      // before, it is the element of that id
  return window[name];
}

function style(href, media = "all") {
  return arrives(Object.assign(document.createElement("link"), { rel: "stylesheet", href, media }));
}

function script(src) {
  const made = document.querySelector(`script[src="${src}"]`);
  return made?.dataset.here ? null : arrives(Object.assign(document.createElement("script"), { src, async: false }));
}

function arrives(element) {
  return new Promise((done, failed) => {
    element.onload = () => { element.dataset.here = "yes"; done(); };
    element.addEventListener("error", () => { element.remove(); failed(new Unreached(element.src || element.href)); });
    document.head.append(element);
  });
}
