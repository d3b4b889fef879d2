// The operators' views, each with its own address: what works, and what somebody may do about it.

import { html, useRef } from "../core/html.js";
import { address } from "../core/router.js";
import { words } from "../core/words.js";
import { doubt, useTitle } from "../parts/frame.js";
import { useSession } from "./acting.js";
import { Audit } from "./audit.js";
import { Checks } from "./checks.js";
import { Configuration } from "./configuration.js";
import { SignIn } from "./controls.js";
import { Flow } from "./flow.js";
import { Letters } from "./letters.js";
import { Tokens } from "./tokens.js";
import { Workers } from "./workers.js";
import "./words.js";

/** Each part: its view, the scope that acting in it takes, and whether it can be read without. */
const PARTS = {
  workers: { View: Workers, scope: "operate", open: true },
  checks: { View: Checks, scope: "operate", open: true },
  flow: { View: Flow, scope: "read", open: true },
  letters: { View: Letters, scope: "operate", open: false },
  configuration: { View: Configuration, scope: "write", open: false },
  tokens: { View: Tokens, scope: "operate", open: false },
  audit: { View: Audit, scope: "operate", open: false },
};
const FIRST = "workers";

/** The view. */
export function Operate({ id, live }) {
  const name = id || FIRST;
  const part = PARTS[name];
  const session = useSession();
  const held = useRef(false); // who was let in once keeps what is there, and what was typed, when the session ends
  const { operate } = words;
  const title = `${operate.parts[name] ?? name} · ${operate.title}`;
  useTitle(doubt(live) ? "unknown" : live.board?.state ?? "unknown", title);
  if (!part) return html`<main id="main"><h1>${words.noSuchView}</h1></main>`;
  const may = session?.scopes.includes(part.scope) ?? false;
  held.current ||= may;
  return html`
    <main id="main" class="operate" aria-busy=${session === null}>
      <h1>${operate.title}</h1>
      <nav class="parts" aria-label=${operate.partsName}>
        ${Object.keys(PARTS).map((one) => html`<a href=${address("operate", one === FIRST ? "" : one)} aria-current=${one === name ? "page" : null}>${operate.parts[one]}</a>`)}
      </nav>
      ${session && !may && html`<p class="needs" data-over=${held.current ? "" : null} role="status">${(held.current ? operate.over : part.open ? operate.needs : operate.closed)(part.scope)} <${SignIn} /></p>`}
      ${session && (held.current || part.open) && html`<${part.View} live=${live} may=${held.current} scopes=${session.scopes} />`}
    </main>`;
}
