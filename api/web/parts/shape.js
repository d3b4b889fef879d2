// The shape of a state, for eyes that do not see its colour. The same forms mark places on the map.

import { html } from "../core/html.js";

/** Drawn in a box of 16: strokes only. */
export const PATHS = {
  well: "M4 8.4 6.9 11.2 12.2 5.2",
  degraded: "M8 3.2 14 13H2Z",
  bad: "M4.4 4.4 11.6 11.6M11.6 4.4 4.4 11.6",
  unknown: "M5.7 6.1a2.3 2.3 0 1 1 3.4 2c-.8.5-1.1.9-1.1 1.7M8 12.3v.1",
  none: "M6.5 8h3",
  unfit: "M8 4v5M8 11.9v.1",
  silent: "M5 8h.1M8 8h.1M11 8h.1",
};

/** A state as a small picture; `large` for the one of a heading. */
export function Shape({ state = "unknown", large = false }) {
  return html`<svg class=${large ? "shape big" : "shape"} data-state=${state} viewBox="0 0 16 16" aria-hidden="true"><path d=${PATHS[state] ?? PATHS.unknown} /></svg>`;
}
