// A button that copies a text, where the browser lets a page do that.

import { html, useState } from "../core/html.js";

const COPIED_MS = 2000;

/** `said` has the words of the button, before and after (`copy`, `copied`); `about` says to those who do not see it what is copied. */
export function Copy({ text, said, about, plain = false }) {
  const [copied, set] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    set(true);
    setTimeout(set, COPIED_MS, false);
  };
  return navigator.clipboard && html`<button type="button" class=${plain ? "plain" : undefined} aria-label=${about && `${said.copy}: ${about}`} onClick=${copy}>${copied ? said.copied : said.copy}</button>`;
}
