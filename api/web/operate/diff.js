// A diff of the configuration: thing by thing and value by value.

import { html } from "../core/html.js";
import { words } from "../core/words.js";

const SIGNS = { added: "+", changed: "~", removed: "−" };

/** What changes, or would. */
export function Diff({ title, changes }) {
  const said = words.configuration;
  return html`<div class="diff" role="group" aria-label=${title}><p>${title}</p>
    ${changes.length === 0 ? html`<p class="quiet">${said.nothing}</p>` : html`
      <ul>${changes.map((one) => html`<li key=${`${one.what} ${one.id}`} data-verb=${one.verb}><span aria-hidden="true">${SIGNS[one.verb]}</span>
        <div>${said.verbs[one.verb]} ${one.what} <code>${one.id}</code>
          ${one.fields.map((field) => html`<p class="quiet">${field.name}: <del><code>${field.old || words.operate.none}</code></del> → <ins><code>${field.new || words.operate.none}</code></ins></p>`)}</div></li>`)}</ul>`}</div>`;
}
