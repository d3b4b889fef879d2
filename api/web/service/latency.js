// Latency by phase over time: medians of phases stacked, and the 95th percentile of the whole above them.

import { useAsked } from "../core/ask.js";
import { html, useRef } from "../core/html.js";
import { choose } from "../core/router.js";
import { Moment, day, quick, time } from "../core/time.js";
import { words } from "../core/words.js";
import { useWidth } from "../parts/width.js";

const PHASES = ["dns_ms", "connect_ms", "tls_ms", "ttfb_ms", "rest_ms"];
const RESOLUTION = { "24h": "hour", "90d": "day" };
const [HEIGHT, LEFT, BOTTOM] = [200, 52, 24];
const LABEL_PX = 90;
const MOST_ROWS = 48;

/** For all regions, or the one that is chosen. */
export function Latency({ id, regions, region, span }) {
  const only = regions.some((one) => one.id === region) ? `&region=${region}` : "";
  const told = useAsked(`v1/services/${encodeURIComponent(id)}/history?since=${span}&resolution=${RESOLUTION[span]}${only}`, null, 300_000).found;
  const points = told?.points.filter((point) => point.total_ms) ?? [];
  const { latency } = words;
  return html`
    <div class="latency">
      <label class="quiet">${latency.region} <select value=${only ? region : ""} onChange=${(event) => choose({ region: event.target.value })}>
        <option value="">${latency.everywhere}</option>${regions.map((one) => html`<option value=${one.id}>${one.name}</option>`)}</select></label>
      ${told && points.length === 0 && html`<p class="quiet">${latency.none}</p>`}
      ${points.length > 0 && html`
        <p>${latency.figures(...["p50", "p95", "p99"].map((name) => quick(told.whole.total_ms[name])))}</p>
        <${Chart} points=${points} since=${Date.parse(told.since)} until=${Date.parse(told.until)} span=${span} />
        <${Key} />
        <${Table} points=${points} />`}
    </div>`;
}

/** The medians of a point's phases; what is left of the whole is the rest. */
function layers(point) {
  const parts = PHASES.slice(0, -1).map((name) => point[name]?.p50 ?? 0);
  const sum = parts.reduce((total, part) => total + part, 0);
  return [...parts, Math.max(0, point.total_ms.p50 - sum)];
}

function Chart({ points, since, until, span }) {
  const box = useRef(null);
  const width = useWidth(box);
  const labels = Math.min(4, Math.floor((width - LEFT) / LABEL_PX));
  const most = nice(Math.max(...points.map((point) => Math.max(point.total_ms.p95, layers(point).reduce((sum, part) => sum + part, 0)))));
  const x = (point) => LEFT + ((width - LEFT) * (middle(point) - since)) / (until - since);
  const y = (ms) => (HEIGHT - BOTTOM) * (1 - ms / most) + 6;
  const stacks = points.map((point) => layers(point).reduce((sums, part) => [...sums, (sums.at(-1) ?? 0) + part], []));
  const areas = PHASES.map((name, layer) => {
    const up = points.map((point, number) => `${x(point).toFixed(1)} ${y(stacks[number][layer]).toFixed(1)}`);
    const down = points.map((point, number) => `${x(point).toFixed(1)} ${y(layer ? stacks[number][layer - 1] : 0).toFixed(1)}`).toReversed();
    return html`<path key=${name} data-phase=${name} d=${`M${up.join("L")}L${down.join("L")}Z`} />`;
  });
  const line = points.map((point) => `${x(point).toFixed(1)} ${y(point.total_ms.p95).toFixed(1)}`).join("L");
  return html`
    <svg class="chart" ref=${box} viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-label=${words.latency.chart(words.spans[span])}>
      ${[0, 0.5, 1].map((share) => html`<g key=${share}><path class="rule" d=${`M${LEFT} ${y(most * share)}H${width}`} /><text x=${LEFT - 8} y=${y(most * share) + 4} text-anchor="end">${quick(most * share)}</text></g>`)}
      ${areas}<path class="p95" d=${`M${line}`} />
      ${Array.from({ length: labels + 1 }, (_, number) => number / labels).map((share) => {
        const moment = since + (until - since) * share;
        const anchor = share === 0 ? "start" : share === 1 ? "end" : "middle";
        return html`<text key=${`t${share}`} x=${LEFT + (width - LEFT) * share} y=${HEIGHT - 2} text-anchor=${anchor}>${span === "24h" ? time(moment) : day(moment)}</text>`;
      })}
    </svg>`;
}

function middle({ since, until }) {
  return (Date.parse(since) + Date.parse(until)) / 2;
}

/** The next round number. */
function nice(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return [1, 2, 4, 5, 8, 10].map((step) => step * power).find((step) => step >= value);
}

function Key() {
  const { phases, p95 } = words.latency;
  return html`<ul class="key">${PHASES.map((name) => html`<li><i data-phase=${name}></i>${phases[name]}</li>`)}<li><i class="p95"></i>${p95}</li></ul>`;
}

function Table({ points }) {
  const { latency } = words;
  return html`
    <details><summary>${latency.table}</summary>
      <div class="scroll" tabindex="0" role="group" aria-label=${latency.table}><table class="figures">
        <thead><tr><th scope="col">${latency.time}</th>${PHASES.map((name) => html`<th scope="col">${latency.phases[name]}</th>`)}<th scope="col">${latency.median}</th><th scope="col">${latency.p95}</th></tr></thead>
        <tbody>${points.slice(-MOST_ROWS).toReversed().map((point) => html`<tr key=${point.at}><th scope="row"><${Moment} at=${point.at} /></th>
          ${layers(point).map((ms) => html`<td>${quick(ms)}</td>`)}<td>${quick(point.total_ms.p50)}</td><td>${quick(point.total_ms.p95)}</td></tr>`)}</tbody>
      </table></div></details>`;
}
