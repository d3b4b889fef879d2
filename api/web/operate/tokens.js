// Tokens of the API: who may ask, made here and shown once, and revoked.

import { useAsked } from "../core/ask.js";
import { html, useState } from "../core/html.js";
import { Moment } from "../core/time.js";
import { words } from "../core/words.js";
import { act } from "./acting.js";
import { Act, Cell, Once, Refused, fieldsOf, useDoing } from "./controls.js";

const EVERY_MS = 10_000;
const SCOPES = ["read", "write", "operate", "export"];

/** The view. `scopes` are those of whoever is here, who gives no others. */
export function Tokens({ live, scopes }) {
  const [acted, set] = useState(0);
  const { found, trouble } = useAsked("v1/tokens", `${live.changes} ${acted}`, EVERY_MS);
  const changed = () => set((count) => count + 1);
  const said = words.tokens;
  return html`
    <${Make} scopes=${scopes} changed=${changed} />
    <section aria-labelledby="tokens-title">
      <h2 id="tokens-title">${words.operate.parts.tokens}</h2>
      <${Refused} trouble=${trouble} />
      ${found && (found.items.length === 0 ? html`<p>${said.nothing}</p>` : html`
        <table class="cards"><caption class="unseen">${words.operate.parts.tokens}</caption>
          <thead><tr>${Object.values(said.columns).map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
          <tbody>${found.items.map((one) => html`<${Token} key=${one.id} token=${one} now=${live.now} changed=${changed} />`)}</tbody></table>`)}
    </section>`;
}

function Make({ scopes, changed }) {
  const [made, set] = useState(null);
  const doing = useDoing();
  const said = words.tokens;
  const make = async (event) => {
    const form = event.target;
    const { name, expires, networks } = fieldsOf(event);
    const body = { name, expires, scopes: new FormData(form).getAll("scope"), networks: networks.split(/[\s,]+/).filter(Boolean) };
    const found = await doing.run(() => act("POST", "v1/tokens", body));
    if (!found) return;
    form.reset();
    set(found.document);
    changed();
  };
  return html`
    <section aria-labelledby="make-title">
      <h2 id="make-title">${said.make}</h2>
      <form class="fields" onSubmit=${make}>
        <label>${said.name} <input name="name" required maxlength="64" autocomplete="off" /></label>
        <label>${said.expires} <input name="expires" defaultValue="90d" size="6" required /></label>
        <label>${said.networks} <input name="networks" placeholder="203.0.113.0/24" /></label>
        <fieldset><legend>${said.scopes}</legend>${SCOPES.map((scope) => html`<label class="tick" data-tip=${said.meaning[scope]}><input type="checkbox" name="scope" value=${scope} disabled=${!scopes.includes(scope)} defaultChecked=${scope === "read"} aria-label=${`${scope}: ${said.meaning[scope]}`} /> ${scope}</label>`)}</fieldset>
        <button disabled=${doing.busy}>${said.makeIt}</button>
      </form>
      <${Refused} trouble=${doing.trouble} />
      ${made && html`<${Once} key=${made.id} title=${said.made(made.name)} text=${made.token} done=${() => set(null)} />`}
    </section>`;
}

function Token({ token, now, changed }) {
  const said = words.tokens;
  const { columns } = said;
  const over = token.revoked_at !== null || (token.expires_at !== null && Date.parse(token.expires_at) <= now);
  const revoke = async () => {
    await act("DELETE", `v1/tokens/${token.id}`);
    changed();
  };
  const until = token.revoked_at ? html`${said.revoked} <${Moment} at=${token.revoked_at} />` : token.expires_at ? html`<${Moment} at=${token.expires_at} />` : said.never;
  return html`<tr data-key=${token.id} data-over=${over ? "" : null}>
    <th scope="row" data-label=${columns.name}><div>${token.name}<small>${token.id}</small></div></th>
    <${Cell} label=${columns.scopes}>${token.scopes.join(", ")}${token.networks.length > 0 && html`<p class="quiet">${said.from(token.networks)}</p>`}<//>
    <${Cell} label=${columns.made}><${Moment} at=${token.made_at} /> ${token.made_by}<//>
    <${Cell} label=${columns.until}>${until}<//>
    <${Cell} label=${columns.used}>${token.last_used_at ? html`<${Moment} at=${token.last_used_at} precise=${true} /> ${said.uses(token.uses, token.addresses)}` : said.notUsed}<//>
    <${Cell} class="acts" label=${columns.acts}>${over ? words.operate.none : html`<${Act} label=${said.revoke} about=${token.name} question=${said.revokeAsk(token.name)} danger=${true} run=${revoke} />`}<//>
  </tr>`;
}
