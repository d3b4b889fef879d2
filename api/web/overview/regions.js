// Where we look from: each region, whether it is fit to speak, and why not.

import { html, memo } from "../core/html.js";
import { words } from "../core/words.js";
import { Original } from "../parts/original.js";
import { Shape } from "../parts/shape.js";

const STATES = { fit: "well", unfit: "unfit", silent: "silent" };

/** All regions. */
export const Regions = memo(({ regions }) => html`
  <section class="regions" aria-labelledby="regions-title">
    <h2 id="regions-title">${words.whereFrom}</h2>
    <p class="quiet">${words.unfitNote}</p>
    <ul>${regions.map((region) => html`<${Region} key=${region.id} region=${region} />`)}</ul>
  </section>`);

const Region = memo(({ region }) => {
  const losing = region.fitness === "fit" && region.why !== "";
  const how = region.via ? words.borrowedFrom(region.via) : region.simulated ? words.simulated : "";
  const noted = notesOf(region);
  return html`
    <li data-fitness=${region.fitness} data-key=${region.id}>
      <${Shape} state=${losing ? "degraded" : STATES[region.fitness] ?? "unknown"} />
      <div><strong>${region.name}</strong><span class="place"> ${[region.id, region.country, how].filter(Boolean).join(words.comma)}</span>
        <p><span class="fitness">${words.fitness[region.fitness]}</span>${region.why && html`: <${Original} text=${region.why} />`}${noted && `; ${noted}`}</p></div>
    </li>`;
});

/** What else there is to know of it. */
function notesOf({ strikes, place, together }) {
  const struck = (strikes ?? []).reduce((sum, strike) => sum + strike.results, 0);
  const elsewhere = place?.agrees === false ? words.elsewhere(place.observed, place.claimed) : "";
  return [struck ? words.struck(struck) : "", elsewhere, together?.length ? words.together(together) : ""].filter(Boolean).join("; ");
}
