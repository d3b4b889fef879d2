// Open incidents: what, between which two looks it began, for how long, and what it may have to do with others.

import { html } from "../core/html.js";
import { list } from "../core/language.js";
import { address } from "../core/router.js";
import { severityState } from "../core/states.js";
import { Moment, length } from "../core/time.js";
import { words } from "../core/words.js";
import { Because, Work } from "../parts/circumstances.js";
import { Shape } from "../parts/shape.js";

/** Those of the board; `now` is the server's time in ms. */
export function OpenIncidents({ board, now }) {
  const services = new Map(board.services.map((service) => [service.id, service]));
  const regions = new Map(board.regions.map((region) => [region.id, region.name]));
  return html`
    <section class="incidents" aria-labelledby="incidents-title">
      <h2 id="incidents-title">${words.openIncidents}</h2>
      ${board.incidents.length === 0 && html`<p class="quiet">${words.none}</p>`}
      ${board.incidents.map((incident) => html`<${Incident} key=${incident.id} incident=${incident} services=${services} regions=${regions} now=${now} />`)}
    </section>`;
}

/** One incident in a few lines; over or not. `heading` is h3 below a title of its own, h2 else. */
export function Incident({ incident, services, regions, now, heading = "h3" }) {
  const service = services.get(incident.service);
  const calm = !incident.resolved_at && service?.state === "well";
  const name = service?.name ?? incident.service;
  const scope = incident.resolved_at ? incident.peak : incident.scope;
  const end = incident.ended_by ?? incident.resolved_at;
  return html`
    <article class="incident" data-key=${incident.id}>
      <${Shape} state=${calm || incident.resolved_at ? "well" : severityState(incident)} />
      <div>
        <${heading} class="title"><a href=${address("incidents", incident.id)}>${name}: ${words.incidentScopes[scope] ?? scope}</a><//>
        <p class="quiet"><${Began} incident=${incident} />${words.comma}<span class="lasts">${words.lasts(length((end ? Date.parse(end) : now) - Date.parse(incident.started_by)))}</span></p>
        <p class="reached">${reach(incident, service, regions)}</p>
        ${incident.intermittent && html`<p class="quiet">${words.intermittent}${often(incident)}.</p>`}
        ${incident.cause && html`<p class="quiet">${words.sharesCause(html`<a href=${address("incidents", incident.cause.id)}>${words.incidentOf(services.get(incident.cause.service)?.name ?? incident.cause.service)}</a>`)}</p>`}
        <${Because} cause=${incident.probably_caused_by} services=${services} />
        ${incident.maintenance && html`<p><${Work} work=${incident.maintenance} /></p>`}
        <${Ending} incident=${incident} />
        ${calm && html`<p class="quiet">${words.calm}</p>`}
      </div>
    </article>`;
}

/** Began between the last good look and the first bad one. */
export function Began({ incident }) {
  const [after, by] = [incident.started_after, incident.started_by].map((at) => at && html`<${Moment} at=${at} precise=${true} />`);
  return words.began(after, by);
}

/** Since when an open one probably is over, and how likely that is; nothing while it goes on. */
export function Ending({ incident }) {
  const end = incident.probably_over;
  if (!end) return null;
  const [after, by] = [end.after, end.by].map((at) => html`<${Moment} at=${at} precise=${true} />`);
  return html`<p class="quiet ending">${words.probablyOver(after, by, Math.round(100 * end.probability))}</p>`;
}

/** For how much of the time it fails and how often, once that is known. */
export function often(incident) {
  if (!incident.duty_cycle || !incident.period_ms) return "";
  const share = Math.max(5, 10 * Math.round(10 * incident.duty_cycle));
  return words.often(share, Math.max(1, Math.round(incident.period_ms / 60_000)));
}

/** Which components fail in which regions, by name. */
export function reach(incident, service, regions) {
  const names = new Map(service?.components.map((component) => [component.id, component.name]));
  const what = words.many(incident.components.map((id) => names.get(id) ?? id), 6);
  const where = words.many(incident.regions.map((id) => regions.get(id) ?? id), 10);
  return words.reach(list(what), list(where));
}
