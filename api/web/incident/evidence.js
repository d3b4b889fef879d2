// How we know: the whole life in sentences, each change with the evidence of its moment, and each part's time.

import { html } from "../core/html.js";
import { Moment, length } from "../core/time.js";
import { words } from "../core/words.js";
import { Original } from "../parts/original.js";
import { Reason } from "../parts/sentence.js";

/** Sentences and lines of the evidence. */
export function Evidence({ evidence, service, regions }) {
  return html`
    <section class="evidence" aria-labelledby="lines-title">
      <h2 id="lines-title">${words.incident.lines}</h2>
      <ol class="lines">${evidence.lines.map((line, number) => html`<${Line} key=${number} line=${line} service=${service} regions=${regions} />`)}</ol>
      <details><summary>${words.incident.evidence}</summary>${evidence.sentences.map((sentence, number) => html`<p key=${number}><${Original} text=${sentence} /></p>`)}</details>
    </section>`;
}

function Line({ line, service, regions }) {
  return html`
    <li><p><${Moment} at=${line.at} precise=${true} /> <strong>${words.incident.event[line.event] ?? line.event}</strong>${words.comma}${words.scopes[line.scope] ?? line.scope}. <${Reason} line=${line} service=${service} regions=${regions} /></p>
      ${line.sentences.length > 0 && html`<details><summary>${words.incident.why}</summary>${line.sentences.map((sentence, number) => html`<p class="quiet" key=${number}><${Original} text=${sentence} /></p>`)}</details>`}
    </li>`;
}

/** When it began and ended in each region and for each component. */
export function Parts({ incident, names, now }) {
  const begin = Date.parse(incident.started_by);
  const end = Math.max(begin + 1, ...incident.parts.map(({ until }) => (until ? Date.parse(until) : now)));
  return html`<ul class="parts">${incident.parts.map((part) => {
    const name = part.axis === "region" ? names.regions.get(part.name) : names.components[part.name];
    const since = Date.parse(part.since);
    const until = part.until ? Date.parse(part.until) : now;
    const x = Math.max(0, (1000 * (since - begin)) / (end - begin));
    return html`<li key=${`${part.axis} ${part.name}`} data-axis=${part.axis}><span>${name ?? part.name}</span>
      <svg viewBox="0 0 1000 12" preserveAspectRatio="none" aria-hidden="true"><path class="axis" d="M0 6H1000" /><rect x=${x.toFixed(1)} y="1" height="10" width=${Math.max(4, (1000 * (until - since)) / (end - begin)).toFixed(1)} /></svg>
      <span class="quiet">${part.until ? length(part.lasted_ms) : words.incident.open}</span></li>`;
  })}</ul>`;
}
