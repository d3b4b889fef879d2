// Is it me? Where you seem to be, and what is seen from near there.

import { html } from "../core/html.js";
import { intl } from "../core/language.js";
import { words } from "../core/words.js";
import { Shape } from "../parts/shape.js";

/** `here` is the document of /v1/here; until it comes its room is kept, so that nothing jumps. */
export function Here({ here }) {
  if (!here) return html`<p class="here awaited" aria-hidden="true">${words.hereUnknown}</p>`;
  if (!here.country) return html`<p class="here quiet" id="here">${words.hereUnknown}</p>`;
  const network = here.asn ? `${country(here.country)} (AS${here.asn})` : country(here.country);
  const concerned = here.services.filter(({ concerns }) => concerns === "region" || concerns === "everybody");
  const near = here.near.map(({ name }) => name);
  const meaning = concerned.length ? words.hereConcerned(concerned.map(({ name }) => name)) : near.length ? words.hereWell : "";
  return html`<p class="here" id="here"><${Shape} state=${concerned.length ? "bad" : near.length ? "well" : "unknown"} />
    <span>${words.here(network, near)} ${meaning}</span></p>`;
}

function country(code) {
  try {
    return words.countries?.[code] ?? intl("DisplayNames", { type: "region" }).of(code);
  } catch {
    return code;
  }
}
