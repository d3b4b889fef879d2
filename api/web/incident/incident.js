// One incident: how far it reached when, by every clock, and how we know. Its address is permanent.

import { useAsked } from "../core/ask.js";
import { html, useState } from "../core/html.js";
import { address, root, useRoute } from "../core/router.js";
import { severityState } from "../core/states.js";
import { Moment, length } from "../core/time.js";
import { words } from "../core/words.js";
import { Ending, Incident as Line, often, reach } from "../overview/incidents.js";
import { Because, Cascades, Work } from "../parts/circumstances.js";
import { Copy } from "../parts/copy.js";
import { doubt, useTitle } from "../parts/frame.js";
import { Original } from "../parts/original.js";
import { Reason } from "../parts/sentence.js";
import { Shape } from "../parts/shape.js";
import { Clocks } from "./clocks.js";
import { Evidence, Parts } from "./evidence.js";
import { Looks } from "./looks.js";
import { save } from "./picture.js";
import { Replay } from "./replay.js";
import "./words.js";

/** The view of the incident `id`. */
export function Incident({ id, live }) {
  const { params } = useRoute();
  const at = `v1/incidents/${encodeURIComponent(id)}`;
  const { found: incident, trouble } = useAsked(at, live.changes, 30_000);
  const evidence = useAsked(`${at}/evidence`, live.changes, 30_000).found;
  const service = useAsked(incident && `v1/services/${encodeURIComponent(incident.service)}`, live.changes).found;
  const [chosen, choose] = useState(null);
  const name = service?.name ?? incident?.service;
  const title = incident && `${name}: ${words.incidentScopes[incident.resolved_at ? incident.peak : incident.scope] ?? incident.scope}`;
  const state = !incident || doubt(live) ? "unknown" : incident.resolved_at ? "well" : severityState(incident);
  useTitle(state, doubt(live) ? words.outOfDate : title ?? id);
  if (trouble?.status === 404) return html`<main id="main"><${Back} /><h1>${words.incident.none(id)}</h1></main>`;
  if (!incident || !evidence || !live.board) return html`<main id="main" aria-busy="true"><${Back} /><h1>${trouble ? trouble.message : words.looking}</h1></main>`;
  const names = new Map(live.board.regions.map((region) => [region.id, region.name]));
  const services = new Map(live.board.services.map((one) => [one.id, one]));
  return html`
    <main id="main" class="incident-view">
      <div class="head"><${Back} /><${Said} incident=${incident} title=${title} state=${state} service=${service} names=${names} services=${services} live=${live} /></div>
      <section aria-labelledby="clocks-title"><h2 id="clocks-title">${words.incident.clocks}</h2><${Clocks} incident=${incident} now=${live.now} /></section>
      <section aria-labelledby="how-title">
        <h2 id="how-title">${words.incident.how}</h2>
        <${Replay} evidence=${evidence} service=${service} regions=${live.board.regions} step=${params.get("step")} chosen=${chosen} onCell=${(component, region) => choose({ component, region })} />
      </section>
      <section aria-labelledby="looks-title"><h2 id="looks-title">${words.incident.looks}</h2><${Looks} incident=${incident} chosen=${chosen} now=${live.now} /></section>
      <section aria-labelledby="parts-title"><h2 id="parts-title">${words.incident.where}</h2><${Parts} incident=${incident} names=${{ regions: names, components: evidence.names.components }} now=${live.now} /></section>
      <${Evidence} evidence=${evidence} service=${service} regions=${live.board.regions} />
      ${incident.alike.length > 0 && html`<section class="incidents" aria-labelledby="alike-title"><h2 id="alike-title">${words.incident.alike}</h2>
        ${incident.alike.map((one) => html`<${Line} key=${one.id} incident=${one} services=${services} regions=${names} now=${live.now} />`)}</section>`}
    </main>`;
}

function Back() {
  return html`<p class="back"><a href=${address("incidents")}>${words.backIncidents}</a></p>`;
}

function Said({ incident, title, state, service, names, services, live }) {
  const end = incident.ended_by ?? incident.resolved_at;
  const lasted = length((end ? Date.parse(end) : live.now) - Date.parse(incident.started_by));
  const share = incident.failing_share;
  return html`
    <div class="summary said" data-state=${state}>
      <${Shape} state=${state} large=${true} />
      <div>
        <p class="kicker"><a href=${address("services", incident.service)}>${service?.name ?? incident.service}</a> · ${incident.id} · ${incident.resolved_at ? words.incident.over : words.incident.open}</p>
        <h1 id="headline">${title}</h1>
        <p class="verdict"><${Moment} at=${incident.started_by} /> – ${end ? html`<${Moment} at=${end} />` : words.incident.open}${words.comma}${words.lasts(lasted)}. ${incident.resolved_at && words.incident.peak(words.scopes[incident.peak] ?? incident.peak)}</p>
        ${!incident.resolved_at && html`<p class="reached">${reach(incident, service, names)}</p>`}
        <p class="reason">${incident.withdrawn ? html`${words.incident.withdrawn} <${Original} text=${incident.reason} />` : html`<${Reason} line=${incident} service=${service} regions=${live.board.regions} />`}</p>
        <${Because} cause=${incident.probably_caused_by} services=${services} />
        <${Cascades} cascades=${live.board.cascades.filter((one) => one.incident === incident.id)} services=${services} own=${incident.id} />
        ${incident.maintenance && html`<p><${Work} work=${incident.maintenance} /></p>`}
        ${share && html`<p class="quiet">${words.incident.share(share.bad, share.looks, share.low, share.high)}</p>`}
        <${Ending} incident=${incident} />
        ${incident.intermittent && html`<p class="quiet">${words.intermittent}${often(incident)}.</p>`}
        <${Tools} incident=${incident} title=${title} />
      </div>
    </div>`;
}

function Tools({ incident, title }) {
  return html`<p class="actions">
    <${Copy} text=${location.href} said=${words.incident} plain />
    <button type="button" class="plain" onClick=${() => save(`${incident.id}.svg`, title)}>${words.incident.save}</button>
    <a class="plain" download=${`${incident.id}.png`} href=${new URL(`v1/incidents/${encodeURIComponent(incident.id)}/picture.png`, root).href}>${words.incident.savePng}</a>
    <button type="button" class="plain" onClick=${() => print()}>${words.incident.print}</button></p>`;
}
