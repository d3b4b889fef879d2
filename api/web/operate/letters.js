// What was left behind: reports that could not be taken in, and messages that nobody took.

import { ask, useAsked } from "../core/ask.js";
import { html, useState } from "../core/html.js";
import { number } from "../core/language.js";
import { Moment } from "../core/time.js";
import { words } from "../core/words.js";
import { Original } from "../parts/original.js";
import { act } from "./acting.js";
import { Act, Cell, Refused, useDoing } from "./controls.js";

const EVERY_MS = 5000;

/** The view. */
export function Letters({ live }) {
  const [acted, set] = useState(0);
  const again = `${live.changes} ${acted}`;
  const changed = () => set((count) => count + 1);
  return html`<${Reports} again=${again} changed=${changed} /><${Messages} again=${again} changed=${changed} />`;
}

function Reports({ again, changed }) {
  const { found, trouble } = useAsked("v1/dead-letters", again, EVERY_MS);
  const said = words.letters;
  return html`
    <section aria-labelledby="reports-title">
      <h2 id="reports-title">${said.reports}</h2><p class="quiet">${said.reportsHelp}</p>
      <${Refused} trouble=${trouble} />
      ${found && (found.items.length === 0 ? html`<p>${said.noReports}</p>` : html`
        <table class="cards"><caption class="unseen">${said.reports}</caption>
          <thead><tr>${Object.values(said.columns).map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
          <tbody>${found.items.map((one) => html`<${Report} key=${one.id} letter=${one} changed=${changed} />`)}</tbody></table>`)}
    </section>`;
}

function Report({ letter, changed }) {
  const { columns, retry, discard, discardAsk, reading } = words.letters;
  const path = `v1/dead-letters/${letter.id}`;
  const doing = (method, where) => async () => {
    await act(method, where);
    changed();
  };
  return html`<tr data-key=${letter.id}>
    <th scope="row" data-label=${columns.report}><div>${letter.id}<small>${letter.region}</small></div></th>
    <${Cell} label=${columns.why}><strong>${letter.reason}</strong> <${Original} text=${letter.example} /><${Body} path=${path} id=${letter.id} /><//>
    <${Cell} label=${columns.times}>${number(letter.count)}<//>
    <${Cell} label=${columns.last}><${Moment} at=${letter.last_at} precise=${true} /><//>
    <${Cell} class="acts" label=${columns.acts}>${letter.again ? html`<span class="quiet">${reading}</span>`
      : letter.task !== "" && html`<${Act} label=${retry} about=${letter.id} run=${doing("POST", `${path}/retry`)} />`}
      <${Act} label=${discard} about=${letter.id} question=${discardAsk(letter.id)} danger=${true} run=${doing("DELETE", path)} /><//>
  </tr>`;
}

/** The message itself, once somebody wants to see it. */
function Body({ path, id }) {
  const [text, set] = useState(null);
  const doing = useDoing();
  const show = async (event) => {
    if (!event.target.open || text !== null) return;
    const found = await doing.run(() => ask(path));
    if (found) set(found.document.body);
  };
  return html`<details onToggle=${show}><summary aria-label=${`${words.letters.show}: ${id}`}>${words.letters.show}</summary>
    ${text !== null && html`<pre tabindex="0"><${Original} text=${text} /></pre>`}<${Refused} trouble=${doing.trouble} /></details>`;
}

function Messages({ again, changed }) {
  const { found, trouble } = useAsked("v1/notices?state=given_up&limit=100", again, EVERY_MS);
  const said = words.letters;
  return html`
    <section aria-labelledby="messages-title">
      <h2 id="messages-title">${said.messages}</h2><p class="quiet">${said.messagesHelp}</p>
      <${Refused} trouble=${trouble} />
      ${found && (found.items.length === 0 ? html`<p>${said.noMessages}</p>` : html`
        <table class="cards"><caption class="unseen">${said.messages}</caption>
          <thead><tr>${Object.values(said.messageColumns).map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
          <tbody>${found.items.map((one) => html`<${Message} key=${one.id} message=${one} changed=${changed} />`)}</tbody></table>`)}
    </section>`;
}

function Message({ message, changed }) {
  const { messageColumns: columns, send } = words.letters;
  const again = async () => {
    await act("POST", `v1/notices/${message.id}/again`);
    changed();
  };
  return html`<tr data-key=${message.id}>
    <th scope="row" data-label=${columns.message}><${Original} text=${message.title} /></th>
    <${Cell} label=${columns.channel}>${message.channel}<//>
    <${Cell} label=${columns.at}><${Moment} at=${message.at} precise=${true} /><//>
    <${Cell} label=${columns.why}><${Original} text=${message.why} /><//>
    <${Cell} class="acts" label=${columns.acts}><${Act} label=${send} about=${message.title} run=${again} /><//>
  </tr>`;
}
