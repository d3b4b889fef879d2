// When it began and ended by every clock, on one axis: what lies between two looks is a bar, a moment is a line.

import { useAsked } from "../core/ask.js";
import { html } from "../core/html.js";
import { Moment, clock } from "../core/time.js";
import { words } from "../core/words.js";
import { Original } from "../parts/original.js";

const EDGE = 0.04;
const WIDTH = 1000;

/** Ours, and the vendor's where they are known. */
export function Clocks({ incident, now }) {
  const told = useAsked(`v1/incidents/${encodeURIComponent(incident.id)}/acknowledgements`, incident).found;
  const rows = [...ours(incident), ...vendors(told)].filter((row) => row.to || row.open);
  const moments = rows.flatMap(({ from, to }) => [from, to]).filter(Boolean).map((at) => Date.parse(at));
  const last = Math.max(...moments, incident.resolved_at ? 0 : now);
  const first = Math.min(...moments);
  const room = Math.max(60_000, last - first) * EDGE;
  const place = (at) => (WIDTH * (Date.parse(at) - first + room)) / (last - first + 2 * room);
  return html`
    <dl class="clocks" id="clocks">
      ${rows.map((row) => html`
        <div key=${`${row.whose} ${row.name} ${row.to}`} data-whose=${row.whose}><dt>${row.name}</dt>
          <dd><svg viewBox="0 0 ${WIDTH} 24" preserveAspectRatio="none" aria-hidden="true"><path class="axis" d="M0 12H${WIDTH}" />${mark(row, place)}</svg>
            <span>${said(row)}</span></dd></div>`)}
    </dl>
    <p class="quiet">${words.incident.clocksHelp}</p>
    ${(told?.items ?? []).map((one) => html`<p class="vendor" key=${one.id} data-says="incident"><${Original} text=${one.sentence} /></p>`)}`;
}

function ours(incident) {
  const { clock: names } = words.incident;
  const over = Boolean(incident.resolved_at);
  return [
    { whose: "ours", name: names.began, from: incident.started_after, to: incident.started_by },
    { whose: "ours", name: names.opened, to: incident.opened_at, moment: true },
    { whose: "ours", name: names.ended, from: incident.ended_after, to: incident.ended_by, open: !over },
    { whose: "ours", name: names.resolved, to: incident.resolved_at, moment: true },
  ];
}

/** The vendor's clocks, as far as the answer has them. */
function vendors(told) {
  const { vendor } = words.incident;
  return (told?.items ?? []).filter(({ state }) => state === "acknowledged").flatMap((one) => [
    { whose: "vendor", name: vendor.said, to: one.claimed_start, moment: true },
    { whose: "vendor", name: vendor.published, to: one.published_at, moment: true },
    { whose: "vendor", name: vendor.seen, from: one.seen_after, to: one.seen_by },
    { whose: "vendor", name: vendor.ended, to: one.vendor?.resolved_at, moment: true },
  ]);
}

function mark({ from, to }, place) {
  if (!to) return null;
  const end = place(to);
  const begin = from ? place(from) : end;
  return html`<rect class="interval" x=${begin.toFixed(1)} y="5" width=${Math.max(3, end - begin).toFixed(1)} height="14" />`;
}

function said({ from, to, moment }) {
  if (!to) return words.incident.notYet;
  if (moment) return html`<${Moment} at=${to} precise=${true} />`;
  if (!from) return words.incident.until(clock(to, true));
  return html`<${Moment} at=${from} precise=${true} /> – <${Moment} at=${to} precise=${true} />`;
}
