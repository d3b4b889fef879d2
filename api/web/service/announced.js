// The maintenance of one service that goes on, or comes within 31 days: a line for each window.

import { html } from "../core/html.js";
import { Moment } from "../core/time.js";
import { words } from "../core/words.js";
import { goesOn, touches, workReach } from "../parts/circumstances.js";

/** `announced` as useAnnounced tells it. */
export function Announced({ service, announced, regions, now }) {
  const { found, trouble } = announced;
  if (!found) return html`<p class="quiet">${trouble ? trouble.message : words.looking}</p>`;
  const windows = new Map();
  for (const work of found.items.filter((one) => touches(one, service.id))) {
    const key = `${work.source} ${work.window}`;
    windows.set(key, [...(windows.get(key) ?? []), work]);
  }
  if (windows.size === 0) return html`<p class="quiet">${words.work.none}</p>`;
  return html`<ul class="works">${[...windows].map(([key, times]) => html`<${Line} key=${key} times=${times} service=${service} regions=${regions} now=${now} />`)}</ul>`;
}

/** A window: its first time, and the others for who asks. */
function Line({ times: [first, ...others], service, regions, now }) {
  const [kind, ...id] = first.source.split(":");
  const by = words.work.by[kind]?.(id.join(":")) ?? first.source;
  return html`<li>
    <span class="when"><${Time} work=${first} />${goesOn(first, now) && html` <strong>${words.work.now}</strong>`}</span>
    <div class="what">${first.title} <span class="quiet">${[workReach(first, service, regions) || words.work.all, by].join("; ")}</span>
      ${others.length > 0 && html`<details><summary>${words.work.again(others.length)}</summary><ul>${others.map((work) => html`<li key=${work.since}><${Time} work=${work} /></li>`)}</ul></details>`}</div></li>`;
}

function Time({ work }) {
  return html`<${Moment} at=${work.since} /> – <${Moment} at=${work.until} />`;
}
