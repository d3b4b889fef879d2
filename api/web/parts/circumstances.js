// What is around a disruption: what it probably goes back to, and the maintenance that is announced.

import { useAsked } from "../core/ask.js";
import { html } from "../core/html.js";
import { list } from "../core/language.js";
import { address } from "../core/router.js";
import { Moment } from "../core/time.js";
import { words } from "../core/words.js";
import { cascadeOf } from "./sentence.js";

const EVERY_MS = 60_000;
const MOST_CASCADES = 3;
const MOST_PARTS = 3;

/** All announced maintenance that goes on, or comes within 31 days: `{found, trouble}`. */
export function useAnnounced() {
  return useAsked("v1/maintenance", null, EVERY_MS);
}

/** What an incident goes back to, by name, such as `Claude API`; `services` are the board's by id. */
export function causeName({ service: id, components }, services) {
  const service = services.get(id);
  const name = service?.name ?? id;
  const names = new Map(service?.components.map((component) => [component.id, component.name]));
  if (components.length === 0 || components.length === names.size) return name;
  const whole = (part) => (part.toLowerCase().startsWith(name.toLowerCase()) ? part : `${name} ${part}`);
  return list(words.many(components.map((part) => whole(names.get(part) ?? part)), MOST_PARTS));
}

/** By service, the most probable cause of its incidents. */
export function causesOf(incidents) {
  const found = new Map();
  for (const { service, probably_caused_by: cause } of incidents) {
    if (cause && !(found.get(service)?.probability >= cause.probability)) found.set(service, cause);
  }
  return found;
}

/** A sentence for a view: because of what, how probably, and what that goes back to in turn. */
export function Because({ cause, services }) {
  if (!cause) return null;
  const { root } = cause;
  return html`<p class="because">${words.because.said(html`<a href=${address("incidents", cause.incident)}>${causeName(cause, services)}</a>`, Math.min(99, Math.round(cause.probability * 100)))}
    ${root.incident !== cause.incident && words.because.root(html`<a href=${address("incidents", root.incident)}>${words.incidentOf(services.get(root.service)?.name ?? root.service)}</a>`)}</p>`;
}

/** What else is down because of something: a sentence each, the largest first. `own` is the incident that is shown. */
export function Cascades({ cascades, services, own = null }) {
  if (cascades.length === 0) return null;
  const more = cascades.length - MOST_CASCADES;
  return html`<ul class="cascades">
    ${cascades.slice(0, MOST_CASCADES).map((cascade) => html`<li key=${cascade.incident}>${cascade.incident === own ? cascadeOf(cascade, services) : html`<a href=${address("incidents", cascade.incident)}>${cascadeOf(cascade, services)}</a>`}</li>`)}
    ${more > 0 && html`<li class="quiet">${words.more(more)}</li>`}</ul>`;
}

/** Whether announced maintenance touches a service, or a component of it. */
export function touches({ services }, id) {
  return services.length === 0 || services.some((one) => one === id || one.startsWith(`${id}/`));
}

/** Whether it goes on at a moment in ms. */
export function goesOn({ since, until }, now) {
  return Date.parse(since) <= now && now < Date.parse(until);
}

/** The maintenance to speak of at a service: what goes on, and in which its incidents began. */
export function worksOf(id, incidents, announced, now) {
  const found = new Map();
  const put = (one, state) => found.set(`${one.source} ${one.window}`, { ...found.get(`${one.source} ${one.window}`), ...one, state });
  for (const one of announced) if (touches(one, id) && goesOn(one, now)) put(one, "within");
  for (const { service, maintenance: one } of incidents) if (one && service === id) put(one, one.state);
  return [...found.values()];
}

/** In a sentence: within it until when, or since when outlasted. */
export function Work({ work, service, regions }) {
  const reach = service && work.services ? workReach(work, service, regions) : "";
  return html`<span class="work" data-work=${work.state}>${words.work[work.state](html`<${Moment} at=${work.until} />`, work.title)}${reach && ` (${reach})`}</span>`;
}

/** Which components of a service it is about, and where; empty when it is all of it. */
export function workReach({ services, regions: ids }, service, regions) {
  const names = new Map(service.components.map((component) => [`${service.id}/${component.id}`, component.name]));
  const what = services.includes(service.id) ? [] : services.filter((one) => names.has(one)).map((one) => names.get(one));
  const where = words.many(ids.map((id) => regions.get(id) ?? id), 6);
  return words.where(list(words.many(what, 6)), list(where));
}
