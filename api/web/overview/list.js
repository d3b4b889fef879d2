// All services, a line each: searched, grouped by what matters, and never moved while somebody is at them.

import { html, memo, useMemo, useRef, useState } from "../core/html.js";
import { number } from "../core/language.js";
import { address, choose } from "../core/router.js";
import { rank } from "../core/states.js";
import { Moment } from "../core/time.js";
import { words } from "../core/words.js";
import { Work, causeName } from "../parts/circumstances.js";
import { Headline } from "../parts/sentence.js";
import { Shape } from "../parts/shape.js";
import { Strip } from "../parts/strip.js";
import { vendorSentence } from "../parts/vendor.js";

const FEW = 12; // no more than so many are all seen at once: no groups, no search, and they keep their places

/** The list, with its search. `strips` and `here` may not be there yet; `around` is `{causes, works, byId, regions}`. */
export function Services({ services, strips, here, vendors, around, chosen, params }) {
  const [held, hold] = useState(false);
  const many = services.length > FEW;
  const query = (params.get("q") ?? "").toLowerCase();
  const wrong = params.get("only") === "wrong";
  const group = useGroups(services, held && many);
  const spans = useMemo(() => new Map(strips?.items.map((one) => [one.service, one.spans])), [strips]);
  const concerns = useMemo(() => new Map(here?.services.map((one) => [one.id, one.concerns])), [here]);
  const shown = services.filter((one) => (!query || `${one.name} ${one.id}`.toLowerCase().includes(query)) && (!wrong || one.state !== "well"));
  const groups = many ? ["wrong", "unknown", "well"].map((name) => [name, shown.filter((one) => group.get(one.id) === name)]) : [["", shown]];
  const since = strips ? Date.parse(strips.since) : 0;
  const until = strips ? Date.parse(strips.until) : 1;
  return html`
    <section id="services" class="services" aria-label=${words.services} tabindex="-1"
      onPointerEnter=${() => hold(true)} onPointerLeave=${() => hold(false)} onFocusIn=${() => hold(true)} onFocusOut=${() => hold(false)}>
      ${many && html`<${Tools} query=${params.get("q") ?? ""} wrong=${wrong} shown=${shown.length} all=${services.length} />`}
      ${shown.length === 0 && html`<p class="quiet">${query ? words.noneFound : words.noneWrong}</p>`}
      ${groups.filter(([, some]) => some.length).map(([name, some]) => html`
        ${name && html`<h2 class="group" key=${`h${name}`}>${words.groups[name]} <small>${number(some.length)}</small></h2>`}
        <ul class="rows" key=${name}>
          ${some.map((one) => html`<${Row} key=${one.id} service=${one} spans=${spans.get(one.id)} since=${since} until=${until}
            concerns=${concerns.get(one.id)} vendor=${vendors.get(one.id)}
            cause=${around.causes.get(one.id)} because=${around.causes.has(one.id) ? causeName(around.causes.get(one.id), around.byId) : ""} works=${around.works.get(one.id)} regions=${around.regions} looking=${around.looking} chosen=${one.id === chosen} />`)}
        </ul>`)}
    </section>`;
}

function Tools({ query, wrong, shown, all }) {
  return html`
    <div class="tools" role="search">
      <input type="search" id="search" placeholder=${words.search} aria-label=${words.search} value=${query} onInput=${(event) => choose({ q: event.target.value })} />
      <label><input type="checkbox" checked=${wrong} onChange=${(event) => choose({ only: event.target.checked ? "wrong" : "" })} /> ${words.onlyWrong}</label>
      <span class="quiet" role="status">${words.counted(shown, all)}</span>
    </div>`;
}

const Row = memo(({ service, spans, since, until, concerns, vendor, cause, because, works, regions, looking, chosen }) => html`
  <li class="row" data-key=${service.id} data-state=${service.state} data-chosen=${chosen ? "" : null}>
    <${Shape} state=${service.state} />
    <a class="name" href=${address("services", service.id)}>${service.name}</a>
    <button type="button" class="says" aria-pressed=${String(chosen)} title=${words.showOnMap(service.name)} onClick=${() => choose({ service: service.id })}>
      <span class="said"><${Headline} service=${service} regions=${looking} /></span>${service.since && html`<span class="since"> ${words.since(html`<${Moment} at=${service.since} />`)}</span>`}
    </button>
    <span class="notes">${service.state !== "well" && html`<span class="concerns" data-concerns=${concerns ?? "unknown"}>${words.concerns[concerns] ?? ""}</span>`}
      ${(service.state !== "well" || vendor?.state === "incident") && html`<span class="vendor">${vendorSentence(vendor, service.state)}</span>`}
      ${cause && service.state !== "well" && html` <a class="because" href=${address("incidents", cause.incident)}>${words.because.line(because)}</a>`}
      ${works?.map((work) => html` <${Work} key=${work.window} work=${work} service=${service} regions=${regions} />`)}</span>
    ${spans ? html`<${Strip} spans=${spans} since=${since} until=${until} name=${service.name} />` : html`<span class="strip"></span>`}
  </li>`);

/** In which group each service is; while `held`, those that are there stay where they are. */
function useGroups(services, held) {
  const before = useRef(new Map());
  const found = new Map();
  for (const { id, state } of services) {
    const fresh = rank(state) < rank("unknown") ? "wrong" : state === "unknown" ? "unknown" : "well";
    found.set(id, (held && before.current.get(id)) || fresh);
  }
  before.current = found;
  return found;
}
