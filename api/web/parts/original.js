// What exists in one language only: a vendor's own words, a target's error, a reason that the server wrote.

import { html } from "../core/html.js";

/** Such a text, marked as English; it keeps its own direction. */
export function Original({ text }) {
  return html`<bdi lang="en">${text}</bdi>`;
}
