// What a phone shows: the list, or the map over everything; the form open, or one line that says the trip. And day or night.
const body = document.body, trip = document.getElementById("trip"), fields = document.getElementById("fields");
const NARROW = matchMedia("(max-width: 899px)");
const tabs = { list: document.getElementById("see-list"), map: document.getElementById("see-map") };
let opened = () => {};

export function startViews(whenMapOpens) {
  opened = whenMapOpens;
  for (const [view, tab] of Object.entries(tabs)) tab.addEventListener("click", () => see(view));
  trip.addEventListener("click", () => unfold(fields.hidden));
  document.getElementById("theme").addEventListener("click", () => window.locatorTheme.turn());
}

export const isNarrow = () => NARROW.matches;

export function see(view) {
  body.dataset.view = view;
  for (const [name, tab] of Object.entries(tabs)) tab.setAttribute("aria-pressed", String(name === view));
  if (view === "map") opened();
  else if (NARROW.matches) scrollTo({ top: 0 });
}

// The trip in one line, and the fields away, so that the answer begins at the top.
export function fold(said) {
  document.getElementById("trip-said").textContent = said;
  unfold(!NARROW.matches);
}

export function unfold(open = true) {
  fields.hidden = !open;
  trip.hidden = open;
  trip.setAttribute("aria-expanded", String(open));
}
