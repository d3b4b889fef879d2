// Checks: what is looked at, when next from where, and a look right now.

import { useAsked } from "../core/ask.js";
import { html, memo, useState } from "../core/html.js";
import { choose, useRoute } from "../core/router.js";
import { Moment, length } from "../core/time.js";
import { words } from "../core/words.js";
import { Cell, Refused } from "./controls.js";
import { LookNow } from "./look.js";

const EVERY_MS = 10_000;
const SOME = 200;
const MOST = 1000;

/** The view; of one service, as the address says. */
export function Checks({ live, may }) {
  const { params } = useRoute();
  const [limit, set] = useState(SOME);
  const service = params.get("service") ?? "";
  const query = new URLSearchParams({ limit: String(limit), ...(service && { service }) });
  const { found, trouble } = useAsked(`v1/checks?${query}`, null, EVERY_MS);
  const said = words.checks;
  const names = new Map((live.board?.regions ?? []).map((one) => [one.id, one.name]));
  const services = live.board?.services ?? [];
  return html`
    <section aria-label=${words.operate.parts.checks}>
      <div class="tools"><label>${said.service} <select value=${service} onChange=${(event) => choose({ service: event.target.value })}>
        <option value="">${said.all}</option>${services.map((one) => html`<option value=${one.id}>${one.name}</option>`)}</select></label></div>
      <${Refused} trouble=${trouble} />
      ${may && service && html`<${LookNow} key=${service} asked=${{ service }} label=${said.lookAtAll} about=${service} names=${names} />`}
      ${!found ? html`<p class="quiet">${words.operate.loading}</p>` : found.items.length === 0 ? html`<p class="quiet">${said.nothing}</p>` : html`
        <table class="cards"><caption class="unseen">${words.operate.parts.checks}</caption>
          <thead><tr>${Object.values(said.columns).map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
          <tbody>${found.items.map((one) => html`<${Check} key=${one.id} check=${one} names=${names} may=${may} />`)}</tbody>
        </table>`}
      ${found?.next && (limit < MOST ? html`<p><button type="button" class="plain" onClick=${() => set(MOST)}>${said.more}</button></p>` : html`<p class="quiet">${said.tooMany}</p>`)}
    </section>`;
}

const Check = memo(({ check, names, may }) => {
  const { columns } = words.checks;
  return html`<tr data-key=${check.id}>
    <th scope="row" data-label=${columns.check}><div>${check.id}<small>${check.kind}</small></div></th>
    <${Cell} label=${columns.of}>${check.service}/${check.component}<//>
    <${Cell} label=${columns.interval}>${length(check.interval_ms)}<//>
    <${Cell} label=${columns.next}><${Next} next=${check.next} names=${names} /><//>
    <${Cell} class="looks-now" label=${columns.now}>${may && check.votes ? html`<${LookNow} asked=${{ check: check.id }} label=${words.checks.lookNow} about=${check.id} names=${names} />` : words.operate.none}<//>
  </tr>`;
});

function Next({ next, names }) {
  if (next.length === 0) return words.checks.nowhere;
  const [first, ...others] = next;
  const told = ({ region, at }) => html`<${Moment} at=${at} precise=${true} /> ${names.get(region) ?? region}`;
  return html`${told(first)}${others.length > 0 && html`<details><summary>${words.checks.others(others.length)}</summary>
    <ul>${others.map((one) => html`<li key=${one.region}>${told(one)}</li>`)}</ul></details>`}`;
}
