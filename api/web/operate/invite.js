// Inviting a worker: one line to copy, shown once; and the invitations that nobody used yet.

import { useAsked } from "../core/ask.js";
import { html, useState } from "../core/html.js";
import { root } from "../core/router.js";
import { clock } from "../core/time.js";
import { words } from "../core/words.js";
import { act } from "./acting.js";
import { Act, Once, Refused, fieldsOf, useDoing } from "./controls.js";

const OPEN_MS = 30_000;

/** The form, what it made, and what is open. */
export function Invite({ regions, again, changed }) {
  const [made, set] = useState(null);
  const doing = useDoing();
  const open = useAsked("v1/invitations", again, OPEN_MS).found;
  const said = words.workers;
  const make = async (event) => {
    const { region, expires, network, api } = fieldsOf(event);
    const found = await doing.run(() => act("POST", "v1/invitations", { region, expires, api, ...(network && { network }) }));
    if (!found) return;
    set(found.document);
    changed();
  };
  return html`
    <section class="invite" aria-labelledby="invite-title">
      <h2 id="invite-title">${said.invite}</h2>
      <p class="quiet">${said.inviteHelp}</p>
      <form class="fields" onSubmit=${make}>
        <label>${said.region} <select name="region" required>${regions.filter(({ via }) => !via).map(({ id, name }) => html`<option value=${id}>${name} (${id})</option>`)}</select></label>
        <label>${said.expires} <input name="expires" defaultValue="1h" size="6" required /></label>
        <label>${said.network} <input name="network" placeholder="203.0.113.0/24" /></label>
        ${open && html`<label class="wide">${said.api} <input name="api" type="url" defaultValue=${open.api ?? root.href.replace(/\/$/, "")} required /></label>`}
        <button disabled=${doing.busy || !open}>${said.makeLine}</button>
      </form>
      <${Refused} trouble=${doing.trouble} />
      ${made && html`<${Once} key=${made.line} title=${said.line(made.region, clock(made.expires_at, true))} text=${made.line}
        note=${made.note && said.note(made.note)} done=${() => set(null)} />`}
      ${open?.items.length > 0 && html`<h3>${said.open}</h3>
        <ul class="open">${open.items.map((one) => html`<li key=${one.id}>${told(one)}
          <${Act} label=${said.withdraw} about=${told(one)} run=${async () => {
            await act("DELETE", `v1/invitations/${one.id}`);
            changed();
          }} /></li>`)}</ul>`}
    </section>`;
}

function told({ region, worker, network, expires_at: until }) {
  const said = words.workers;
  const found = worker ? said.openRenewal(region, worker, clock(until, true)) : said.openOne(region, clock(until, true));
  return network ? `${found}${said.onlyFrom(network)}` : found;
}
