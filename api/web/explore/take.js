// To take away: exports of what is shown, and the commands that give the same.

import { html } from "../core/html.js";
import { words } from "../core/words.js";
import { Copy } from "../parts/copy.js";
import { commandsOf, exportOf } from "./commands.js";

const FORMATS = { csv: "CSV", ndjson: "NDJSON", parquet: "Parquet" };

/** Links and commands for the looks that are shown. */
export function Take({ now, rows }) {
  const commands = commandsOf(now, rows);
  return html`
    <section class="take" aria-labelledby="take-title">
      <h2 id="take-title">${words.explore.take}</h2>
      <p class="quiet">${words.explore.takeHelp}</p>
      <p class="actions">${Object.entries(FORMATS).map(([format, said]) => html`
        <a key=${format} class="plain" data-format=${format} download href=${exportOf(now, rows, format)}>${words.explore.save(said)}</a>`)}</p>
      ${Object.entries(commands).map(([name, command]) => html`<${Command} key=${name} name=${name} command=${command} title=${words.explore.commands[name]} />`)}
      <p class="quiet">${words.explore.tokens}</p>
    </section>`;
}

/** A command below its title, with a button that copies it. */
export function Command({ name, command, title }) {
  return html`
    <div class="command"><h3 id=${`command-${name}`}>${title}</h3>
      <pre tabindex="0" role="group" aria-labelledby=${`command-${name}`}><code data-command=${name}>${command}</code></pre>
      <${Copy} text=${command} said=${words.explore} about=${title} plain /></div>`;
}
