// How looks are ordered and taken in: who leads, how late it is, and what waits where.

import { useAsked } from "../core/ask.js";
import { html } from "../core/html.js";
import { number } from "../core/language.js";
import { Moment } from "../core/time.js";
import { words } from "../core/words.js";
import { Original } from "../parts/original.js";
import { Cell, Refused } from "./controls.js";

const EVERY_MS = 3000;
const DELAYS = ["order_lag_p99_ms", "ingest_lag_p50_ms", "ingest_lag_p99_ms", "judge_p99_ms"];
const COUNTS = ["looks_ordered", "looks_lost", "gaps", "reports", "results", "repeats", "refused"];

/** The view. */
export function Flow({ live }) {
  const { found, trouble } = useAsked("v1/coordinator", live.changes, EVERY_MS);
  if (!found) return html`<p class="quiet">${words.operate.loading}</p><${Refused} trouble=${trouble} />`;
  const said = words.flow;
  const names = new Map((live.board?.regions ?? []).map((one) => [one.id, one.name]));
  return html`
    <${Refused} trouble=${trouble} />
    <section aria-labelledby="coordinator-title">
      <h2 id="coordinator-title">${said.coordinator}</h2>
      <dl class="figures-of">${leading(found).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
    </section>
    <section aria-labelledby="delays-title">
      <h2 id="delays-title">${said.delays}</h2><p class="quiet">${said.delaysHelp}</p>
      <dl class="figures-of large">${DELAYS.map((name) => html`<div data-key=${name}><dt>${said.delayNames[name]}</dt><dd>${delay(found.delays[name])}</dd></div>`)}
        <div><dt>${said.waiting}</dt><dd>${count(found.waiting_reports)}</dd></div>
        <div><dt>${said.outstanding}</dt><dd>${count(found.outstanding_looks)}</dd></div></dl>
    </section>
    <section aria-labelledby="counts-title">
      <h2 id="counts-title">${said.counts}</h2>
      <dl class="figures-of">${COUNTS.map((name) => html`<div data-key=${name}><dt>${said.countNames[name]}</dt><dd>${count(found.counts[name])}</dd></div>`)}</dl>
      ${found.writers.map((one) => html`<p key=${one.name}>${said.writer(one.name, one.reports, one.results)}</p>`)}
      ${found.notices.map((one) => html`<p key=${one.rule}>${said.notices(one.rule, one.waiting)} <${Moment} at=${one.since} /></p>`)}
    </section>
    <section aria-labelledby="queues-title">
      <h2 id="queues-title">${said.queues}</h2>
      <table class="cards"><caption class="unseen">${said.queues}</caption>
        <thead><tr>${Object.values(said.columns).map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
        <tbody>${found.regions.map((one) => html`<${Queue} key=${one.region} queue=${one} name=${names.get(one.region) ?? one.region} />`)}</tbody></table>
    </section>`;
}

function leading({ coordinator, connected, ordered_until: ordered, newest_result_at: newest, started_at: started, configuration }) {
  const said = words.flow;
  const moment = (at) => (at ? html`<${Moment} at=${at} precise=${true} />` : words.operate.none);
  return [
    [said.leader, coordinator.leader ?? said.nobody],
    [said.heard, moment(coordinator.heard_at)],
    [said.started, moment(started)],
    [said.broker, connected === null ? words.operate.none : connected ? said.connected : said.away],
    [said.configuration, configuration ?? words.operate.none],
    [said.ordered, moment(ordered)],
    [said.newest, moment(newest)],
    [said.standbys, coordinator.standbys.map(({ process }) => process).join(", ") || words.operate.none],
  ];
}

function Queue({ queue, name }) {
  const { columns } = words.flow;
  const refused = Object.entries(queue.refused).map(([reason, times]) => `${reason}: ${number(times)}`).join(", ");
  return html`<tr data-key=${queue.region}>
    <th scope="row" data-label=${columns.region}>${name}</th>
    <${Cell} label=${columns.waiting}>${number(queue.waiting)}<//>
    <${Cell} label=${columns.oldest}>${queue.waiting ? words.units.seconds(Math.round(queue.waiting_s)) : words.operate.none}<//>
    <${Cell} label=${columns.messages}>${number(queue.messages)}<//>
    <${Cell} label=${columns.refused}>${refused || words.operate.none}<//>
    <${Cell} label=${columns.trouble}>${queue.trouble ? html`<${Original} text=${queue.trouble_why || queue.trouble} />` : words.operate.none}<//>
  </tr>`;
}

function count(value) {
  return value === null || value === undefined ? words.operate.none : number(value);
}

function delay(ms) {
  if (ms === null) return words.operate.none;
  return ms < 1000 ? words.units.milliseconds(Math.round(ms)) : words.units.exactly(ms / 1000);
}
