// The configuration: what is in force, what a change would do, and the way back to a former version.

import { useAsked } from "../core/ask.js";
import { html, useState } from "../core/html.js";
import { Moment } from "../core/time.js";
import { words } from "../core/words.js";
import { act } from "./acting.js";
import { Refused, useDoing } from "./controls.js";
import { Diff } from "./diff.js";
import { Editor } from "./editor.js";

const EVERY_MS = 10_000;
const SHOWN = 10;

/** The view. */
export function Configuration({ live }) {
  const [acted, set] = useState(0);
  const again = `${live.board?.configuration} ${acted}`;
  const changed = () => set((count) => count + 1);
  const { found, trouble } = useAsked("v1/config/versions", again, EVERY_MS);
  const current = found?.items[0]?.version ?? 0;
  return html`
    <${Refused} trouble=${trouble} />
    ${found && html`<${Editor} current=${current} changed=${changed} /><${Versions} versions=${found.items} current=${current} changed=${changed} />`}`;
}

function Versions({ versions, current, changed }) {
  const [all, show] = useState(false);
  const said = words.configuration;
  return html`
    <section aria-labelledby="versions-title">
      <h2 id="versions-title">${said.versions}</h2><p class="quiet">${said.versionsHelp}</p>
      <ul class="versions">${(all ? versions : versions.slice(0, SHOWN)).map((one) => html`<${Version} key=${one.version} version=${one} current=${current} changed=${changed} />`)}</ul>
      ${versions.length > SHOWN && !all && html`<button type="button" class="plain" onClick=${() => show(true)}>${said.allVersions(versions.length)}</button>`}
    </section>`;
}

/** A version, with what would change if it were put back; that is seen before it is done. */
function Version({ version: { version, applied_at: at }, current, changed }) {
  const [seen, set] = useState(null);
  const doing = useDoing();
  const said = words.configuration;
  const path = `v1/config/versions/${version}/restore`;
  const compare = async () => {
    const found = await doing.run(() => act("POST", `${path}?dry_run=true`));
    if (found) set({ changes: found.document.changes, of: current });
  };
  const restore = async () => {
    const found = await doing.run(() => act("POST", path, undefined, { "if-match": `"v${seen.of}"` }));
    if (!found) return;
    set(null);
    changed();
  };
  const stale = seen !== null && seen.of !== current;
  return html`<li data-key=${version}><p><strong>${said.version(version)}</strong> <${Moment} at=${at} precise=${true} /> ${version === current ? html`<em>${said.inForce}</em>`
      : html`<button type="button" class="plain" aria-label=${`${said.compare}: ${said.version(version)}`} disabled=${doing.busy} onClick=${compare}>${said.compare}</button>`}</p>
    ${seen && version !== current && html`<${Diff} title=${said.wouldChange(version)} changes=${seen.changes} />
      ${stale ? html`<p class="quiet">${said.stale}</p>` : html`<p class="choices"><button type="button" disabled=${doing.busy || seen.changes.length === 0} onClick=${restore}>${said.restore(version)}</button>
        <button type="button" onClick=${() => set(null)}>${words.operate.cancel}</button></p>`}`}
    <${Refused} trouble=${doing.trouble} /></li>`;
}
