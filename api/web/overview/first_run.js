// The first run: what to do when nobody looks but this machine, said kindly.

import { html } from "../core/html.js";
import { root } from "../core/router.js";
import { words } from "../core/words.js";
import { Copy } from "../parts/copy.js";
import "./words.js";

const HERE = "here";

/** Whether nothing but this machine looks. */
export function isAlone({ configuration, regions }) {
  return configuration !== null && regions.every(({ id }) => id === HERE);
}

/** The three ways on. */
export function FirstRun({ board }) {
  const offline = board.regions.some(({ fitness }) => fitness === "unfit");
  const { alone } = words;
  const ways = [
    [alone.invite, `outscope region add eu-west --name Ireland --country IE && outscope worker invite --region eu-west --url ${root.origin}`],
    [alone.borrow, "outscope up --globalping"],
    [alone.demo, "outscope demo"],
  ];
  return html`
    <section class="first-run" aria-labelledby="alone-title">
      <h2 id="alone-title">${alone.title}</h2>
      <p>${offline ? alone.offline : alone.why}</p>
      <ol>${(offline ? ways.toReversed() : ways).map(([said, line]) => html`<li key=${line}><span>${said}</span><${Line} text=${line} said=${said} /></li>`)}</ol>
    </section>`;
}

function Line({ text, said }) {
  return html`<span class="line"><code tabindex="0">${text}</code>
    <${Copy} text=${text} said=${words.alone} about=${said} /></span>`;
}
