// Looks over time: a bar for each stretch, what failed at its foot, with a pattern as well as a colour.

import { html, useMemo, useRef } from "../core/html.js";
import { clock } from "../core/time.js";
import { words } from "../core/words.js";
import { useWidth } from "../parts/width.js";

const [HEIGHT, LEFT, BOTTOM] = [150, 44, 22];
const BAR_PX = 14;
const LABEL_PX = 110;

/** Counts of rows in so many stretches of equal length from `since` to `until`: `{from, to, all, failed}`. */
export function stretches(rows, since, until, count) {
  const long = Math.max(1, (until - since) / count);
  const found = Array.from({ length: count }, (_, place) => ({ from: since + place * long, to: since + (place + 1) * long, all: 0, failed: 0 }));
  for (const { scheduled_at: at, ok } of rows) {
    const stretch = found[Math.min(count - 1, Math.max(0, Math.floor((Date.parse(at) - since) / long)))];
    stretch.all += 1;
    if (!ok) stretch.failed += 1;
  }
  return found;
}

/** The chart of all rows. */
export function Chart({ rows, since, until }) {
  const box = useRef(null);
  const width = useWidth(box);
  const count = Math.max(8, Math.floor((width - LEFT) / BAR_PX));
  const bars = useMemo(() => stretches(rows, since, until, count), [rows, since, until, count]);
  const most = Math.max(1, ...bars.map(({ all }) => all));
  const failed = bars.reduce((sum, bar) => sum + bar.failed, 0);
  const wide = (width - LEFT) / count;
  const high = (number) => ((HEIGHT - BOTTOM - 6) * number) / most;
  const foot = HEIGHT - BOTTOM;
  const labels = Math.max(1, Math.min(6, Math.floor((width - LEFT) / LABEL_PX)));
  return html`
    <svg class="chart looks-chart" ref=${box} viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-label=${words.explore.chart(rows.length, failed)}>
      <defs><pattern id="failed" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="bad" width="5" height="5" /><path class="stripe" d="M0 0V5" /></pattern></defs>
      ${[0, most].map((number) => html`<g key=${number}><path class="rule" d=${`M${LEFT} ${foot - high(number)}H${width}`} /><text x=${LEFT - 8} y=${foot - high(number) + 4} text-anchor="end">${words.explore.count(number)}</text></g>`)}
      ${bars.map((bar, place) => html`<${Bar} key=${place} bar=${bar} x=${LEFT + place * wide} wide=${wide} high=${high} foot=${foot} />`)}
      ${Array.from({ length: labels + 1 }, (_, number) => number / labels).map((share) => html`
        <text key=${`t${share}`} x=${LEFT + (width - LEFT) * share} y=${HEIGHT - 3} text-anchor=${share === 0 ? "start" : share === 1 ? "end" : "middle"}>${clock(since + (until - since) * share)}</text>`)}
    </svg>
    <ul class="key"><li><i class="good"></i>${words.explore.states.true}</li><li><i class="bad"></i>${words.explore.states.false}</li></ul>`;
}

function Bar({ bar, x, wide, high, foot }) {
  const [all, failed] = [high(bar.all), bar.failed ? Math.max(2, high(bar.failed)) : 0];
  return html`<g data-all=${bar.all} data-failed=${bar.failed} data-tip=${words.explore.bar(clock(bar.from, true), clock(bar.to, true), bar.all, bar.failed)}>
    <rect class="all" x=${(x + 1).toFixed(1)} y=${(foot - all).toFixed(1)} width=${(wide - 2).toFixed(1)} height=${all.toFixed(1)} />
    ${failed > 0 && html`<rect class="failed" x=${(x + 1).toFixed(1)} y=${(foot - failed).toFixed(1)} width=${(wide - 2).toFixed(1)} height=${failed.toFixed(1)} />`}</g>`;
}

/** One group's failures over the same time, small enough for a cell of a table. */
export function Trend({ rows, since, until, name }) {
  const bars = stretches(rows, since, until, 24);
  const failed = bars.reduce((sum, bar) => sum + bar.failed, 0);
  return html`<svg class="trend" viewBox="0 0 120 18" preserveAspectRatio="none" role="img" aria-label=${words.explore.groupTrend(name, failed, rows.length)}>
    ${bars.filter(({ all }) => all > 0).map((bar) => {
      const high = bar.failed ? Math.max(4, (16 * bar.failed) / bar.all) : 1.5;
      return html`<rect key=${bar.from} class=${bar.failed ? "failed" : "all"} x=${((120 * (bar.from - since)) / Math.max(1, until - since)).toFixed(1)} y=${17 - high} width="4" height=${high} />`;
    })}</svg>`;
}
