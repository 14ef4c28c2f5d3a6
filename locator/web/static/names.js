// A field that completes names of places, by hand or by keyboard (ARIA combobox).
import { names } from "./ask.js";
import { el } from "./dom.js";

const PAUSE_MS = 160;
const list = document.getElementById("names");
let field = null, timer = 0, chosen = -1, done = () => {};

export function completes(input, whenChosen) {
  input.addEventListener("input", () => later(input, whenChosen));
  input.addEventListener("keydown", keyed);
  input.addEventListener("blur", () => setTimeout(() => field === input && close(), 150));
}

function later(input, whenChosen) {
  clearTimeout(timer);
  [field, done] = [input, whenChosen];
  const typed = input.value.trim();
  if (!typed || /^[-+\d.,，\s]+$/.test(typed)) return close();
  timer = setTimeout(async () => {
    try {
      const found = await names(typed);
      if (field === input && input.value.trim() === typed) show(input, found);
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  }, PAUSE_MS);
}

function show(input, found) {
  if (!found.length) return close();
  chosen = -1;
  list.replaceChildren(...found.map((one, i) => el("li", {
    role: "option", id: `name-${i}`, "aria-selected": "false", onpointerdown: (event) => { event.preventDefault(); take(i); },
  }, (document.documentElement.lang === "en" && one.name_en) || one.name)));
  const leg = input.closest(".leg").getBoundingClientRect(), form = list.parentElement.getBoundingClientRect();
  list.style.top = `${leg.bottom - form.top + 4}px`;
  list.hidden = false;
  input.setAttribute("aria-expanded", "true");
}

function close() {
  list.hidden = true;
  field?.setAttribute("aria-expanded", "false");
  field?.removeAttribute("aria-activedescendant");
}

function take(i) {
  field.value = list.children[i].textContent;
  close();
  done();
}

function keyed(event) {
  if (list.hidden) return;
  const last = list.children.length - 1;
  if (event.key === "ArrowDown") chosen = chosen >= last ? 0 : chosen + 1;
  else if (event.key === "ArrowUp") chosen = chosen <= 0 ? last : chosen - 1;
  else if (event.key === "Escape") return close();
  else if (event.key === "Enter" && chosen >= 0) { event.preventDefault(); return take(chosen); }
  else return;
  event.preventDefault();
  [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === chosen)));
  list.children[chosen].scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", `name-${chosen}`);
}
