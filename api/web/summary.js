// The top of the page, its title and icon: the worst there is, in one sentence.

import { mark, reshape, say, show } from "./dom.js";
import { tell, timeElement } from "./time.js";

const headline = document.getElementById("headline");
const advice = document.getElementById("advice");
const judged = document.getElementById("judged");
const shape = document.getElementById("summary-shape").parentElement;
const favicon = document.getElementById("favicon");
const judgedAt = timeElement();

// Fetched now, so that the icon can still change when the server is gone.
for (const state of ["well", "degraded", "bad", "unknown"]) new Image().src = `web/${state}.svg`;

/** Show what the overview says as a whole. */
export function summarise(overview) {
  say(headline, overview.headline);
  say(advice, overview.advice);
  show(advice, overview.advice !== "");
  reshape(shape, overview.state);
  sign(overview.state, overview.headline);
  if (overview.judged_at) {
    if (!judgedAt.isConnected) judged.replaceChildren("Last judged at ", judgedAt);
    tell(judgedAt, overview.judged_at, true);
  } else say(judged, "Not judged yet");
}

/** Say in place of the headline what was true some time ago, and nothing of how it is. */
export function doubt(sentence) {
  say(headline, sentence);
  reshape(shape, "unknown");
}

/** Let title, icon and frame of the page tell a state. */
export function sign(state, sentence) {
  const title = `${sentence} · Outscope`;
  if (document.title !== title) document.title = title;
  mark(document.body, "data-state", state);
  mark(favicon, "href", `web/${state}.svg`);
}
