// Regions and their workers: who looks from where, how each does, and how its time begins and ends.

import { useAsked } from "../core/ask.js";
import { html, useState } from "../core/html.js";
import { words } from "../core/words.js";
import { Refused } from "./controls.js";
import { Invite } from "./invite.js";
import { Region } from "./region.js";

const EVERY_MS = 5000;

/** The view. `may` is whether whoever is here may act. */
export function Workers({ live, may }) {
  const [acted, set] = useState(0);
  const again = `${live.changes} ${acted}`;
  const heard = useAsked("v1/workers", again, EVERY_MS);
  const joined = useAsked(may ? "v1/workers/joined" : null, again, EVERY_MS);
  const flow = useAsked("v1/coordinator", again, EVERY_MS);
  const changed = () => set((count) => count + 1);
  const regions = live.board?.regions ?? [];
  if (!heard.found || !live.board) return html`<p class="quiet">${words.operate.loading}</p><${Refused} trouble=${heard.trouble} />`;
  const everybody = together(heard.found.items, joined.found?.items ?? []);
  const queues = new Map((flow.found?.regions ?? []).map((one) => [one.region, one]));
  return html`
    <${Refused} trouble=${heard.trouble ?? joined.trouble} />
    ${may && html`<${Invite} regions=${regions} again=${again} changed=${changed} />`}
    ${regions.length === 0 && html`<p class="quiet">${words.workers.noRegions}</p>`}
    ${regions.map((region) => html`<${Region} key=${region.id} region=${region} queue=${queues.get(region.id)} may=${may} changed=${changed}
      workers=${everybody.filter((one) => one.region === region.id)} hosts=${everybody} />`)}`;
}

/** Whoever was heard, and whoever joined, as one list in the order of their names: nobody changes places. */
function together(heard, joined) {
  const found = new Map(joined.map((one) => [nameOf(one), { ...one, joined: one }]));
  for (const one of heard) found.set(nameOf(one), { ...one, joined: found.get(nameOf(one))?.joined ?? null });
  return [...found.values()].sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
}

function nameOf({ region, worker }) {
  return `${region}/${worker}`;
}
