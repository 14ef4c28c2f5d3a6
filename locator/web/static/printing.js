// Printed by the browser, a map keeps the size it has on the screen and is shrunk as a whole to the paper: nothing is cut off,
// and no tile has to be drawn anew while the printer waits.
const PAPER_PX = { width: 700, height: 960 };          // A4 less its margins, at 96 px an inch

function measure() {
  if (!matchMedia("screen").matches) return;           // a map that is already laid out for paper says nothing new
  for (const map of document.querySelectorAll(".map")) {
    const { width, height } = map.getBoundingClientRect();
    if (!width || !height) continue;
    const zoom = Math.min(PAPER_PX.width / width, (PAPER_PX.height * 0.6) / height, 1.6);
    map.style.setProperty("--map-width", `${Math.round(width)}px`);
    map.style.setProperty("--map-height", `${Math.round(height)}px`);
    map.style.setProperty("--map-zoom", zoom.toFixed(4));
  }
}

// Measured beforehand: the browser lays out for paper before it says that it will print.
addEventListener("load", measure);
new ResizeObserver(measure).observe(document.body);
for (const map of document.querySelectorAll(".map")) new ResizeObserver(measure).observe(map);
