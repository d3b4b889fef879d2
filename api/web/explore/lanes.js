// Incidents of two judges on one axis, and in sentences what one says and the other does not.

import { html, useRef } from "../core/html.js";
import { clock, length } from "../core/time.js";
import { words } from "../core/words.js";
import { useWidth } from "../parts/width.js";

const [LANE, LABEL_PX, BOTTOM] = [18, 110, 20];
const MATTERS_MS = 30_000;

/** For each service that had any: what was said above, what the replay says below, on one axis. */
export function Lanes({ ours, theirs, span, names, told }) {
  const services = [...new Set([...ours, ...theirs].map(({ service }) => service))].sort();
  if (services.length === 0) return html`<p>${words.replay.none}</p>`;
  return html`
    <div class="lanes">${services.map((service) => {
      const both = [ours, theirs].map((all) => all.filter((one) => one.service === service));
      return html`<div key=${service} data-service=${service}><h3>${names.get(service) ?? service}</h3>
        <${Axis} both=${both} span=${span} label=${words.replay.lane(names.get(service) ?? service, both[0].length, both[1].length, told)} /></div>`;
    })}</div>
    <ul class="key"><li><i class="ours"></i>${words.replay.ours}</li><li><i class="theirs"></i>${told}</li></ul>`;
}

function Axis({ both, span, label }) {
  const box = useRef(null);
  const width = useWidth(box);
  const [since, until] = [Date.parse(span.since), Date.parse(span.until)];
  const x = (ms) => (width * (Math.min(until, Math.max(since, ms)) - since)) / (until - since);
  const high = 2 * LANE + BOTTOM + 4;
  const marks = Math.max(1, Math.min(6, Math.floor(width / LABEL_PX)));
  return html`<svg class="chart" ref=${box} viewBox="0 0 ${width} ${high}" role="img" aria-label=${label}>
    ${[0, 1].map((lane) => html`<path key=${lane} class="rule" d=${`M0 ${lane * (LANE + 4) + LANE / 2}H${width}`} />`)}
    ${both.map((incidents, lane) => incidents.map((one) => {
      const [from, to] = [x(Date.parse(one.started_by)), x(one.end ? Date.parse(one.end) : until)];
      return html`<rect key=${`${lane} ${one.id}`} class=${lane ? "theirs" : "ours"} x=${from.toFixed(1)} y=${lane * (LANE + 4)} width=${Math.max(3, to - from).toFixed(1)} height=${LANE} rx="2" data-tip=${line(one)} />`;
    }))}
    ${Array.from({ length: marks + 1 }, (_, number) => number / marks).map((share) => html`
      <text key=${share} x=${width * share} y=${high - 3} text-anchor=${share === 0 ? "start" : share === 1 ? "end" : "middle"}>${clock(since + (until - since) * share)}</text>`)}
  </svg>`;
}

function line(one) {
  const [scope, begin] = [words.scopes[one.peak] ?? one.peak, clock(one.started_by, true)];
  return one.end ? words.replay.incident(scope, begin, clock(one.end, true)) : words.replay.goesOn(scope, begin);
}

/** Sentences on what differs, in order of time; one that says so when nothing does. */
export function differences(ours, theirs, span, names, told) {
  const left = new Set(theirs);
  const found = [];
  for (const one of ours) {
    const other = [...left].filter((its) => its.service === one.service && together(one, its, span)).sort((a, b) => apart(one, a) - apart(one, b))[0];
    const name = names.get(one.service) ?? one.service;
    if (other) left.delete(other);
    found.push([one, other ? unlike(name, one, other, told) : words.replay.missing(name, line(one), told)]);
  }
  for (const one of left) found.push([one, words.replay.added(names.get(one.service) ?? one.service, line(one), told)]);
  return found.sort(([one], [other]) => Date.parse(one.started_by) - Date.parse(other.started_by)).map(([, sentence]) => sentence).concat(found.length ? [] : [words.replay.quiet]);
}

const endOf = (one, span) => (one.end ? Date.parse(one.end) : Date.parse(span.until));

function together(one, other, span) {
  return Date.parse(one.started_by) <= endOf(other, span) && Date.parse(other.started_by) <= endOf(one, span);
}

function apart(one, other) {
  return Math.abs(Date.parse(one.started_by) - Date.parse(other.started_by));
}

/** What two judges say of the same disruption that is not the same. */
function unlike(name, one, other, told) {
  const { replay } = words;
  const opened = Date.parse(other.opened_at) - Date.parse(one.opened_at);
  const ended = one.end && other.end ? Date.parse(other.end) - Date.parse(one.end) : 0;
  const parts = [
    Math.abs(opened) >= MATTERS_MS && (opened > 0 ? replay.later : replay.earlier)(length(Math.abs(opened))),
    one.peak !== other.peak && replay.reach(words.scopes[one.peak] ?? one.peak, words.scopes[other.peak] ?? other.peak),
    Math.abs(ended) >= MATTERS_MS && (ended > 0 ? replay.endedLater : replay.endedEarlier)(length(Math.abs(ended))),
    Boolean(one.end) !== Boolean(other.end) && (one.end ? replay.stillOpen : replay.alreadyOver),
  ].filter(Boolean);
  return parts.length ? replay.unlike(name, line(one), told, parts) : replay.alike(name, line(one));
}
