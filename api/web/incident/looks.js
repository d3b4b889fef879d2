// The looks behind a cell: what was really seen, as the result records say it.

import { useAsked } from "../core/ask.js";
import { html } from "../core/html.js";
import { reasonName } from "../core/states.js";
import { Moment, quick } from "../core/time.js";
import { words } from "../core/words.js";
import { Original } from "../parts/original.js";
import { Shape } from "../parts/shape.js";

const MOST = 50;
const AROUND_MS = 120_000;

/** `chosen` is `{component, region}`, or null. */
export function Looks({ incident, chosen, now }) {
  const path = chosen && pathOf(incident, chosen, now);
  const { found, trouble } = useAsked(path);
  if (!chosen) return html`<p class="quiet">${words.incident.choose}</p>`;
  const items = found?.items ?? [];
  return html`
    <h3>${words.incident.looksOf(chosen.component.name, chosen.region.name)}</h3>
    ${trouble && html`<p class="quiet">${trouble.message}</p>`}
    ${found && items.length === 0 && html`<p class="quiet">${words.incident.noLooks}</p>`}
    ${items.length > 0 && html`
      <div class="scroll" tabindex="0" role="group" aria-label=${words.incident.looks}><table class="figures looks">
        ${items.length === MOST && html`<caption>${words.incident.more}</caption>`}
        <thead><tr>${words.incident.lookColumns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
        <tbody>${items.map((look) => html`<${Look} key=${look.id} look=${look} />`)}</tbody>
      </table></div>`}`;
}

function Look({ look }) {
  return html`<tr>
    <th scope="row"><${Moment} at=${look.scheduled_at} precise=${true} /></th>
    <td><span class="share"><${Shape} state=${look.ok ? "well" : "bad"} /> ${reasonName(look.reason)}</span></td>
    <td class="detail"><${Original} text=${look.detail} /></td>
    <td>${look.total_ms === null ? words.nothing : quick(look.total_ms)}</td></tr>`;
}

function pathOf(incident, { component, region }, now) {
  const since = Date.parse(incident.started_after ?? incident.started_by) - AROUND_MS;
  const until = (incident.ended_by ? Date.parse(incident.ended_by) : now) + AROUND_MS;
  const query = new URLSearchParams({ service: incident.service, component: component.id, region: region.id, limit: String(MOST) });
  query.set("since", new Date(since).toISOString());
  if (incident.ended_by) query.set("until", new Date(until).toISOString());
  return `v1/results?${query}`;
}
