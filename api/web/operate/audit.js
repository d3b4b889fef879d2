// The audit log in pages: who did what, when and from where. It grows only when somebody says so.

import { ask, useAsked } from "../core/ask.js";
import { html, useEffect, useState } from "../core/html.js";
import { choose, useRoute } from "../core/router.js";
import { Moment } from "../core/time.js";
import { words } from "../core/words.js";
import { Original } from "../parts/original.js";
import { Cell, Refused, fieldsOf, useDoing } from "./controls.js";

const PAGE = 50;

/** The view. */
export function Audit() {
  const { params } = useRoute();
  const about = params.get("about") ?? "";
  const [turn, set] = useState(0);
  const path = `v1/audit?${new URLSearchParams({ limit: String(PAGE), ...(about && { about }) })}`;
  const { found, trouble } = useAsked(path, turn);
  const [earlier, add] = useState({ items: [], next: undefined });
  const doing = useDoing();
  useEffect(() => add({ items: [], next: undefined }), [path, turn]);
  const said = words.audit;
  const next = earlier.next === undefined ? found?.next : earlier.next;
  const more = async () => {
    const page = await doing.run(() => ask(`${path}&cursor=${encodeURIComponent(next)}`));
    if (page) add({ items: [...earlier.items, ...page.document.items], next: page.document.next });
  };
  const search = (event) => choose({ about: fieldsOf(event).about });
  return html`
    <section aria-label=${words.operate.parts.audit}>
      <form class="fields" role="search" onSubmit=${search}>
        <label>${said.about} <input type="search" name="about" defaultValue=${about} maxlength="100" /></label>
        <button>${said.search}</button>
        <button type="button" class="plain" onClick=${() => set(turn + 1)}>${said.anew}</button>
      </form>
      <${Refused} trouble=${trouble} />
      ${found && (found.items.length === 0 ? html`<p class="quiet">${said.nothing}</p>` : html`
        <table class="cards"><caption class="unseen">${words.operate.parts.audit}</caption>
          <thead><tr>${Object.values(said.columns).map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
          <tbody>${[...found.items, ...earlier.items].map((one) => html`<${Line} key=${one.number} line=${one} />`)}</tbody></table>`)}
      ${next && html`<p><button type="button" class="plain" disabled=${doing.busy} onClick=${more}>${said.earlier}</button></p>`}
      <${Refused} trouble=${doing.trouble} />
    </section>`;
}

function Line({ line }) {
  const { columns } = words.audit;
  return html`<tr data-key=${line.number}>
    <th scope="row" data-label=${columns.at}><${Moment} at=${line.at} precise=${true} /></th>
    <${Cell} label=${columns.who}><${Original} text=${line.who} /><//>
    <${Cell} label=${columns.what}><${Original} text=${line.what} /><//>
    <${Cell} label=${columns.about}><${Original} text=${line.about} />${line.after_digest && html`<details><summary>${words.audit.digests}</summary><code>${line.before_digest || words.operate.none} → ${line.after_digest}</code></details>`}<//>
    <${Cell} label=${columns.from}><${Original} text=${line.from} /><//>
  </tr>`;
}
