// What was said of a service over a time, as one line: the taller, the worse, so that it reads without colour.

import { html } from "../core/html.js";
import { clock } from "../core/time.js";
import { words } from "../core/words.js";

const HEIGHT = { well: 4, degraded: 9, bad: 16, unknown: 2, none: 1 };
const MOST_TOLD = 4;

/** Spans as `{state, from, to}` in ms, those of one state joined. */
export function spansOf(spans, since, until) {
  const found = [];
  spans.forEach((span, number) => {
    const from = Math.max(since, Date.parse(span.since ?? span.at));
    const next = spans[number + 1];
    const to = next ? Date.parse(next.since ?? next.at) : until;
    const last = found.at(-1);
    if (last?.state === span.state) last.to = to;
    else if (to > from) found.push({ state: span.state, from, to });
  });
  return found;
}

/** What the strip says, in words. */
export function told(spans) {
  if (spans.length === 0) return words.stripNothing;
  const wrong = spans.filter(({ state }) => state !== "well");
  if (wrong.length === 0) return words.stripQuiet;
  const parts = wrong.slice(-MOST_TOLD).map(({ state, from, to }) =>
    words.stripPart(words.states[state], clock(from), clock(to)));
  return [...(wrong.length > MOST_TOLD ? [words.more(wrong.length - MOST_TOLD)] : []), ...parts].join("; ");
}

/** The line. `since` and `until` in ms are its ends, `name` whose it is. */
export function Strip({ spans, since, until, name }) {
  const found = spansOf(spans, since, until);
  const width = until - since;
  return html`
    <svg class="strip" viewBox="0 0 1000 20" preserveAspectRatio="none" role="img" aria-label=${words.stripName(name, told(found))}>
      ${found.map(({ state, from, to }) => {
        const height = HEIGHT[state];
        const x = (1000 * (from - since)) / width;
        const long = Math.max((1000 * (to - from)) / width, state === "well" ? 0 : 4);
        return html`<rect data-state=${state} x=${x.toFixed(1)} y=${18 - height} width=${long.toFixed(1)} height=${height} />`;
      })}
    </svg>`;
}
