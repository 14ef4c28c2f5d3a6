// Other ways than typing to say where: the phone's position, what was copied from a map app, a GPX file.
import { t } from "./words.js";

const MOST_BYTES = 8_000_000;
const form = document.getElementById("ask"), file = document.getElementById("file"), shown = document.getElementById("track");
let last = null;                                     // the field he was in

export const track = () => file.files[0] ?? null;

export function startInputs(put, changed) {
  form.addEventListener("focusin", (event) => { if (event.target.closest(".leg input")) last = event.target; });
  form.addEventListener("paste", oneLine);
  document.getElementById("here").addEventListener("click", (event) => position(event.currentTarget, put));
  document.getElementById("paste").addEventListener("click", () => pasted(changed));
  file.addEventListener("change", () => { showTrack(); changed(); });
  document.getElementById("drop-track").addEventListener("click", () => { file.value = ""; showTrack(); changed(); });
}

function showTrack() {
  const chosen = track(), large = chosen && chosen.size > MOST_BYTES;
  if (large) file.value = "";
  shown.hidden = !chosen;
  document.getElementById("track-name").textContent = large ? t("page.too_large") : chosen?.name ?? "";
  document.getElementById("legs").hidden = Boolean(track());
}

// A share text has lines; a field has one. Lines are joined by spaces, not glued.
function oneLine(event) {
  const text = event.clipboardData?.getData("text") ?? "";
  if (!event.target.closest(".leg input") || !/[\r\n]/.test(text)) return;
  event.preventDefault();
  event.target.setRangeText(text.replace(/\s+/g, " ").trim(), event.target.selectionStart, event.target.selectionEnd, "end");
  event.target.dispatchEvent(new Event("input", { bubbles: true }));
}

async function pasted(changed) {
  const field = last?.isConnected ? last : form.elements.from.value ? form.elements.to : form.elements.from;
  field.focus();
  try {
    const text = (await navigator.clipboard.readText()).replace(/\s+/g, " ").trim();
    if (!text) return;
    field.value = text;
    changed();
  } catch {
    say(t("page.paste_by_hand"));                    // the browser wants him to do it; the field is ready
  }
}

function position(button, put) {
  if (!window.isSecureContext || !navigator.geolocation) return say(t("page.position_needs_https"));
  button.setAttribute("aria-busy", "true");
  const done = () => button.removeAttribute("aria-busy");
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    done();
    put("from", `${coords.longitude.toFixed(5)}, ${coords.latitude.toFixed(5)}`);
  }, (error) => {
    done();
    say(t(error.code === 1 ? "page.position_denied" : "page.position_unknown"));
  }, { enableHighAccuracy: true, timeout: 20_000, maximumAge: 30_000 });
}

// A line of state under the head; the screen reader says it too.
export function say(text) {
  const state = document.getElementById("state");
  state.textContent = text;
  state.hidden = !text;
}
