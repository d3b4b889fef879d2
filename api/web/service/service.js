// One service: what fails where, now and over time; its days, its incidents, and who answered.

import { useAsked } from "../core/ask.js";
import { html } from "../core/html.js";
import { address, choose, useRoute } from "../core/router.js";
import { Moment } from "../core/time.js";
import { words } from "../core/words.js";
import { Incident } from "../overview/incidents.js";
import { Disruptions } from "../overview/reach.js";
import { Because, Cascades, Work, causesOf, useAnnounced, worksOf } from "../parts/circumstances.js";
import { doubt, useTitle } from "../parts/frame.js";
import { Original } from "../parts/original.js";
import { Headline, basisOf, headlineOf } from "../parts/sentence.js";
import { Shape } from "../parts/shape.js";
import { Vendor, useVendors } from "../parts/vendor.js";
import { Announced } from "./announced.js";
import { Answered } from "./answered.js";
import { Days } from "./days.js";
import { Latency } from "./latency.js";
import { OverTime } from "./over_time.js";
import "./words.js";

const INCIDENTS = 8;
const SPANS = ["24h", "90d"];

/** The view of the service `id`. */
export function Service({ id, live }) {
  const { params } = useRoute();
  const at = `v1/services/${encodeURIComponent(id)}`;
  const { found: service, trouble } = useAsked(at, live.board);
  const incidents = useAsked(`v1/incidents?service=${encodeURIComponent(id)}&limit=${INCIDENTS}`, live.changes, 60_000).found;
  const vendors = useVendors(live.changes);
  const announced = useAnnounced();
  const span = SPANS.includes(params.get("span")) ? params.get("span") : SPANS[0];
  const doubted = doubt(live) !== null;
  useTitle(service && !doubted ? service.state : "unknown", doubted ? words.outOfDate : service ? `${service.name}: ${headlineOf(service, live.board?.regions ?? [])}` : id);
  if (trouble?.status === 404) return html`<main id="main"><${Back} /><h1>${words.noService(id)}</h1></main>`;
  if (!service || !live.board) return html`<main id="main" aria-busy="true"><${Back} /><h1>${trouble ? trouble.message : words.looking}</h1></main>`;
  const regions = live.board.regions.filter((region) => service.regions.includes(region.id));
  const names = new Map(live.board.regions.map((region) => [region.id, region.name]));
  const services = new Map(live.board.services.map((one) => [one.id, one]));
  return html`
    <main id="main">
      <div class="head"><${Back} /><${Said} service=${service} regions=${live.board.regions} vendor=${vendors.get(id)}>
        <${Because} cause=${causesOf(service.incidents).get(id)} services=${services} />
        <${Cascades} cascades=${live.board.cascades.filter((one) => one.service === id)} services=${services} />
        ${worksOf(id, service.incidents, announced.found?.items ?? [], live.now).map((work) => html`<p key=${work.window}><${Work} work=${work} service=${service} regions=${names} /></p>`)}
      <//></div>
      <section aria-labelledby="where-title">
        <div class="bar"><h2 id="where-title">${words.whereAndWhat}</h2><${Spans} span=${span} /></div>
        <${OverTime} service=${service} regions=${regions} span=${span} at=${params.get("at")} live=${live} />
      </section>
      <section aria-labelledby="latency-title">
        <h2 id="latency-title">${words.latency.title}</h2>
        <${Latency} id=${id} regions=${regions} region=${params.get("region") ?? ""} span=${span} />
      </section>
      <section aria-labelledby="days-title">
        <h2 id="days-title">${words.days.title}</h2>
        <${Days} id=${id} chosen=${params.get("day")} changes=${live.changes} />
      </section>
      <section aria-labelledby="works-title">
        <h2 id="works-title">${words.work.title}</h2>
        <${Announced} service=${service} announced=${announced} regions=${names} now=${live.now} />
      </section>
      <section class="incidents" aria-labelledby="incidents-title">
        <div class="bar"><h2 id="incidents-title">${words.incidents}</h2><a class="quiet" href=${address("incidents", "", { service: id })}>${words.allOfThem}</a></div>
        ${incidents?.items.length === 0 && html`<p class="quiet">${words.none}</p>`}
        ${incidents?.items.map((incident) => html`<${Incident} key=${incident.id} incident=${incident} services=${services} regions=${names} now=${live.now} />`)}
      </section>
      <section aria-labelledby="answered-title">
        <h2 id="answered-title">${words.answeredFrom.title}</h2>
        <${Answered} id=${id} looking=${service.regions} names=${names} />
      </section>
    </main>`;
}

function Back() {
  return html`<p class="back"><a href=${address("overview")}>${words.back}</a></p>`;
}

function Said({ service, regions, vendor, children }) {
  const { reason, confidence, scope, at } = service.verdict;
  const why = scope === "none" || at === null || reason === "" ? "" : `${reason[0].toUpperCase()}${reason.slice(1)}${/[.!?]$/.test(reason) ? "" : "."}`;
  const basis = why && basisOf(service.verdict, regions);
  return html`
    <div class="summary said" data-state=${service.state}>
      <${Shape} state=${service.state} large=${true} />
      <div>
        <p class="kicker">${service.name}</p>
        <h1 id="headline" aria-live="polite"><${Headline} service=${service} regions=${regions} />${service.since && html` <span class="since">${words.since(html`<${Moment} at=${service.since} />`)}</span>`}</h1>
        <${Disruptions} service=${service} regions=${regions} />
        ${basis && html`<p class="reason">${basis}</p>`}
        ${why && html`<p class="reason"><${Original} text=${why} />${scope === "unknown" ? "" : ` ${words.confidence(confidence)}`}</p>`}
        ${children}
        <${Vendor} says=${vendor} state=${service.state} page=${service.status_page} />
      </div>
    </div>`;
}

function Spans({ span }) {
  return html`<div class="spans" role="group" aria-label=${words.span}>
    ${SPANS.map((one) => html`<button type="button" aria-pressed=${String(one === span)} onClick=${() => choose({ span: one === SPANS[0] ? "" : one, at: "" })}>${words.spans[one]}</button>`)}</div>`;
}
