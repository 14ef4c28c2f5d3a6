// The drivers' page: form, answer and map brought together.
import { along } from "./ask.js";
import { el } from "./dom.js";
import * as form from "./form.js";
import * as map from "./map.js";
import { draw } from "./stops.js";
import { t, told } from "./words.js";

const WIDE = matchMedia("(min-width: 900px)");
const place = document.getElementById("told"), section = document.getElementById("answer");
let answer = null, trip = null, cheapest = false;

async function ask() {
  const question = form.question();
  form.blame(null);
  form.toAddress();
  busy(true);
  try {
    answer = await along(question);
    trip = { from: question.from, to: question.to };
    notice();
    show();
    map.draw(answer, (n) => choose(n, true));
    busy(false);
  } catch (error) {
    if (error.name === "AbortError") return;          // a newer question is on its way
    trouble(error);
    busy(false);
  }
}

function busy(is) {
  section.classList.toggle("busy", is);
  section.setAttribute("aria-busy", String(is));
  place.querySelector(".bar")?.remove();
  if (is) place.prepend(el("div.bar", { role: "progressbar", "aria-label": t("page.asking") }));
}

function show() {
  place.replaceChildren(...draw(answer, trip, {
    cheapest,
    order: () => { cheapest = !cheapest; show(); },
    choose: (n) => choose(n, false),
    show: (stop) => map.show(answer.features.indexOf(stop) + 1),
  }));
}

// From the list the map follows; from the map the list does.
function choose(n, fromMap) {
  for (const item of place.querySelectorAll(".stop")) item.classList.toggle("chosen", Number(item.dataset.n) === n);
  map.choose(n, !fromMap);
  const item = place.querySelector(`.stop[data-n="${n}"]`);
  if (fromMap && WIDE.matches) item?.scrollIntoView({ block: "nearest", behavior: "smooth" });
}

function notice() {
  const vague = answer.schematic || answer.features.some((stop) => stop.properties.approximate);
  document.getElementById("notice").hidden = !vague;
  document.getElementById("watermark").hidden = !answer.schematic;
  for (const id of ["credit", "sources"]) document.getElementById(id).textContent = answer.attribution;
  if (vague && !answer.schematic) document.getElementById("notice").replaceChildren(el("b", {}, t("page.approximate")), " ", t("page.approximate_note"));
}

function trouble(error) {
  answer = null;
  map.clear();
  const said = error.detail ? [error.title, error.detail] : [t("page.offline"), t("page.offline_hint")];
  place.replaceChildren(el("div.trouble", { role: "alert" }, el("b", {}, said[0]), said[1]));
  form.blame(error.field);
}

addEventListener("DOMContentLoaded", () => {
  map.open((role, at) => form.put(role, at, ask));
  form.start(ask);
  if (form.fromAddress(ask)) ask();
  document.documentElement.dataset.region = told.region;
});
