// How far it reaches: one service in words and on the map.

import { useAsked } from "../core/ask.js";
import { html } from "../core/html.js";
import { address } from "../core/router.js";
import { places } from "../core/states.js";
import { Moment } from "../core/time.js";
import { words } from "../core/words.js";
import { Headline, disruptionOf } from "../parts/sentence.js";
import { Shape } from "../parts/shape.js";
import { Vendor } from "../parts/vendor.js";
import { World } from "../parts/world.js";

/** `service` of the board; its cells are asked for. */
export function Reach({ service, regions, here, vendor, live }) {
  const matrix = useAsked(`v1/services/${encodeURIComponent(service.id)}/matrix`, live.board).found;
  const all = places(regions, matrix?.cells ?? [], service.regions);
  const shown = matrix ? all : all.map((place) => (place.state === "none" ? { ...place, state: "unknown" } : place));
  return html`
    <section class="reach" aria-labelledby="reach-title">
      <div class="said">
        <${Shape} state=${service.state} />
        <div>
          <h2 id="reach-title"><a href=${address("services", service.id)}>${service.name}</a></h2>
          <p class="verdict"><${Headline} service=${service} regions=${regions} />${service.since && html`<span class="since"> ${words.since(html`<${Moment} at=${service.since} />`)}</span>`}</p>
          <${Disruptions} service=${service} regions=${regions} />
          <${Vendor} says=${vendor} state=${service.state} page=${service.status_page} />
        </div>
      </div>
      <${World} places=${shown} you=${here} name=${service.name} />
    </section>`;
}

/** Each of several disruptions that go on at once, in a line of its own. */
export function Disruptions({ service, regions }) {
  const { disruptions } = service;
  if (disruptions.length < 2) return null;
  return html`<ul class="disruptions">${disruptions.map((one) => html`<li><${Shape} state=${one.state} /><span>${disruptionOf(one, service, regions)}</span></li>`)}</ul>`;
}
