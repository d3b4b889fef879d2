// All incidents, the newest first; of one service, or only those that go on, as the address says.

import { ask, useAsked } from "../core/ask.js";
import { html, useEffect, useState } from "../core/html.js";
import { choose, useRoute } from "../core/router.js";
import { words } from "../core/words.js";
import { Incident } from "../overview/incidents.js";
import { doubt, useTitle } from "../parts/frame.js";
import "./words.js";

/** The view. */
export function Incidents({ live }) {
  const { params } = useRoute();
  const [service, open] = [params.get("service") ?? "", params.get("open") === "true"];
  const query = new URLSearchParams({ limit: "50", ...(service && { service }), ...(open && { open: "true" }) });
  const path = `v1/incidents?${query}`;
  const { found, trouble } = useAsked(path, live.changes, 30_000);
  const [earlier, set] = useState({ path, items: [], next: undefined });
  useEffect(() => set({ path, items: [], next: undefined }), [path]);
  useTitle(doubt(live) ? "unknown" : live.board?.state ?? "unknown", words.incident.list);
  if (!found || !live.board) return html`<main id="main" aria-busy="true"><h1>${trouble ? trouble.message : words.looking}</h1></main>`;
  const services = new Map(live.board.services.map((one) => [one.id, one]));
  const regions = new Map(live.board.regions.map((region) => [region.id, region.name]));
  const next = earlier.next === undefined ? found.next : earlier.next;
  const more = async () => {
    const { document } = await ask(`${path}&cursor=${encodeURIComponent(next)}`);
    set({ path, items: [...earlier.items, ...document.items], next: document.next });
  };
  return html`
    <main id="main">
      <h1>${words.incident.list}</h1>
      <div class="tools">
        <label>${words.incident.service} <select value=${service} onChange=${(event) => choose({ service: event.target.value })}>
          <option value="">${words.incident.all}</option>${live.board.services.map((one) => html`<option value=${one.id}>${one.name}</option>`)}</select></label>
        <label><input type="checkbox" checked=${open} onChange=${(event) => choose({ open: event.target.checked ? "true" : "" })} /> ${words.incident.onlyOpen}</label>
      </div>
      ${found.items.length === 0 && html`<p class="quiet">${words.none}</p>`}
      ${[...found.items, ...earlier.items].map((incident) => html`<${Incident} heading="h2" key=${incident.id} incident=${incident} services=${services} regions=${regions} now=${live.now} />`)}
      ${next && html`<p><button type="button" class="plain" onClick=${more}>${words.incident.next}</button></p>`}
    </main>`;
}
