// The first question is on its way before the rest of the page has come: on a slow network that is half a second.
import { along } from "./ask.js";
import * as form from "./form.js";

export const later = { ask() {} };                    // page.js puts its own in here

form.start(() => later.ask());

// What the address, or the region's first trip, asks: the question and its answer to come, or null.
export const first = form.fromAddress(() => later.ask()) ? started(form.question()) : null;

function started(question) {
  const answer = along(question);
  answer.catch(() => {});                             // page.js hears of it when it is there
  return { question, answer };
}
