// The form: which looks, of which span, grouped by what. All of it is in the address.

import { html, useRef } from "../core/html.js";
import { choose } from "../core/router.js";
import { reasonName } from "../core/states.js";
import { words } from "../core/words.js";
import { FILTERS } from "./looks.js";

const REASONS = ["ok", "dns", "refused", "unreachable", "timeout", "reset", "tls", "status", "content", "slow", "rate_limited", "unauthorized", "protocol", "blocked", "late", "internal"];
const USUAL = "1h";
/** What looks can be grouped by. */
export const GROUPS = ["service", "component", "region", "worker", "reason"];

/** What is chosen: `{filters, since, until, by, sort, query}`; the query is what the API is asked. */
export function chosen(params) {
  const filters = Object.fromEntries(FILTERS.filter((name) => params.get(name)).map((name) => [name, params.get(name)]));
  const since = params.get("since") || USUAL;
  const until = params.get("until") ?? "";
  const by = GROUPS.includes(params.get("by")) ? params.get("by") : "";
  const query = new URLSearchParams({ ...filters, since, ...(until && { until }) }).toString();
  return { filters, since, until, by, sort: params.get("sort") ?? "-scheduled_at", query };
}

/** The form. `board` names services and regions, `rows` the workers and components that were met. */
export function Filters({ now, board, rows, onAsk }) {
  const { filters, since, by } = now;
  const met = useMet(rows, filters.service);
  const also = (name) => [...new Set([...met[name], ...(filters[name] ? [filters[name]] : [])])].sort();
  const set = (name) => (event) => choose({ [name]: event.target.value.trim(), ...(name === "service" && { component: "" }) });
  const field = (name, options, value = filters[name] ?? "") => html`
    <label>${words.explore.filters[name]} <select name=${name} value=${value} onChange=${set(name)}>
      <option value="">${words.explore.any}</option>${options.map(([key, said]) => html`<option key=${key} value=${key} selected=${key === value}>${said}</option>`)}</select></label>`;
  return html`
    <form class="filters" aria-label=${words.explore.form} onSubmit=${(event) => event.preventDefault()}>
      ${field("service", named(board.services, filters.service))}
      ${field("component", also("component").map(same))}
      ${field("region", named(board.regions, filters.region))}
      ${field("worker", also("worker").map(same))}
      ${field("ok", Object.entries(words.explore.states))}
      ${field("reason", REASONS.map((one) => [one, reasonName(one)]))}
      <${Span} now=${now} since=${since} />
      <label>${words.explore.filters.by} <select name="by" value=${by} onChange=${set("by")}>
        <option value="">${words.explore.ungrouped}</option>${GROUPS.map((name) => html`<option key=${name} value=${name} selected=${name === by}>${words.explore.groups[name]}</option>`)}</select></label>
      <button type="button" class="plain" onClick=${onAsk}>${words.explore.ask}</button>
      ${Object.keys(filters).length > 0 && html`<button type="button" class="plain" onClick=${() => choose(Object.fromEntries(FILTERS.map((name) => [name, ""])))}>${words.explore.reset}</button>`}
    </form>`;
}

/** The components (of a service, if one is chosen) and workers that were met since the view was opened. */
function useMet(rows, service) {
  const met = useRef({ component: new Map(), worker: new Set(), read: null });
  const { component, worker, read } = met.current;
  if (read !== rows) {
    for (const row of rows) {
      component.set(`${row.service} ${row.component}`, row);
      worker.add(row.worker);
    }
    met.current.read = rows;
  }
  const components = [...component.values()].filter((row) => !service || row.service === service).map((row) => row.component);
  return { component: new Set(components), worker };
}

const same = (name) => [name, name];

function named(all, also) {
  const found = all.map(({ id, name }) => [id, name]);
  return also && !all.some(({ id }) => id === also) ? [...found, same(also)] : found;
}

/** One of the usual spans, or from one moment to another on the viewer's clock. */
function Span({ now, since }) {
  const usual = since in words.explore.spans;
  const turn = (event) => (event.target.value ? choose({ since: event.target.value, until: "" }) : choose(own(since)));
  const moment = (name) => html`
    <label>${words.explore[name === "since" ? "from" : "to"]} <input type="datetime-local" step="1" name=${name} value=${local(now[name])}
      onChange=${(event) => choose({ [name]: event.target.value && new Date(event.target.value).toISOString() })} /></label>`;
  return html`
    <label>${words.explore.filters.since} <select name="span" value=${usual ? since : ""} onChange=${turn}>
      ${Object.entries(words.explore.spans).map(([key, said]) => html`<option key=${key} value=${key} selected=${key === since}>${said}</option>`)}
      <option value="" selected=${!usual}>${words.explore.ownSpan}</option></select></label>
    ${!usual && [moment("since"), moment("until")]}`;
}

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A usual span as two moments. */
function own(since) {
  const now = Date.now();
  const long = Number.parseInt(since, 10) * (UNIT_MS[since.at(-1)] ?? 0) || UNIT_MS.h;
  return { since: new Date(now - long).toISOString(), until: new Date(now).toISOString() };
}

function local(text) {
  const moment = new Date(text);
  if (!text || Number.isNaN(moment.getTime())) return "";
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
