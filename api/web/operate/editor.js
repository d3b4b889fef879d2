// The configuration in force as a text that can be changed: first what would change, then the change.

import { Trouble, ask } from "../core/ask.js";
import { html, useEffect, useState } from "../core/html.js";
import { root } from "../core/router.js";
import { words } from "../core/words.js";
import { act } from "./acting.js";
import { Refused, useDoing } from "./controls.js";
import { Diff } from "./diff.js";

const YAML = { "content-type": "application/yaml" };
const PATIENCE_MS = 20_000;

/** `current` is the version in force; what somebody typed stays when another one comes. */
export function Editor({ current, changed }) {
  const [open, set] = useState(null);
  const [seen, see] = useState(null);
  const [takes, take] = useState(false);
  const doing = useDoing();
  const said = words.configuration;
  const load = async () => {
    const found = await doing.run(inForce);
    if (!found) return;
    set(found);
    see(null);
  };
  useEffect(() => {
    if (open && open.text === open.loaded && open.version !== current) load();
  }, [current]);
  const path = (dry) => `v1/config?${new URLSearchParams({ dry_run: String(dry), take_over: String(takes) })}`;
  const headers = () => (open.version ? { ...YAML, "if-match": `"v${open.version}"` } : YAML);
  const dry = async () => {
    const found = await doing.run(() => act("PUT", path(true), open.text, headers()));
    see(found ? { text: open.text, takes, changes: found.document.changes } : null);
  };
  const apply = async () => {
    const found = await doing.run(() => act("PUT", path(false), open.text, headers()));
    if (!found) return;
    await load();
    changed();
  };
  const fresh = seen !== null && seen.text === open?.text && seen.takes === takes;
  return html`
    <section aria-labelledby="config-title">
      <h2 id="config-title">${said.title} <small>${current ? said.version(current) : said.none}</small></h2>
      <p class="quiet">${said.help}</p>
      ${!open ? html`<p><button type="button" class="plain" disabled=${doing.busy} onClick=${load}>${said.edit}</button></p>` : html`
        <label class="unseen" for="config-text">${said.text}</label>
        <textarea id="config-text" spellcheck="false" rows="20" value=${open.text} onInput=${(event) => set({ ...open, text: event.target.value })}></textarea>
        <p class="fields"><label class="tick"><input type="checkbox" checked=${takes} onChange=${(event) => take(event.target.checked)} /> ${said.takeOver}</label></p>
        ${open.version !== current && html`<p class="quiet">${said.stale}</p>`}
        <p class="choices"><button type="button" disabled=${doing.busy} onClick=${dry}>${said.dryRun}</button>
          <button type="button" disabled=${doing.busy} onClick=${load}>${said.reload}</button></p>`}
      <${Refused} trouble=${doing.trouble} />
      ${fresh && html`<${Diff} title=${said.would} changes=${seen.changes} />
        ${seen.changes.length > 0 && html`<p class="choices"><button type="button" disabled=${doing.busy} onClick=${apply}>${said.apply}</button></p>`}`}
    </section>`;
}

/** What is in force, letter by letter: what is shown elsewhere has no invisible marks, and this goes back. */
async function inForce() {
  const answer = await fetch(new URL("v1/config", root), { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => {
    throw new Trouble(words.noAnswer);
  });
  if (!answer.ok) await ask("v1/config"); // which says what is wrong
  const { version, document } = await answer.json();
  const text = JSON.stringify(document, null, 2);
  return { version, text, loaded: text };
}
