// What the operators' views are made of: buttons that act, what is shown once, and what was refused.

import { html, useEffect, useRef, useState } from "../core/html.js";
import { root } from "../core/router.js";
import { words } from "../core/words.js";
import { Copy } from "../parts/copy.js";
import { Original } from "../parts/original.js";

/** Where somebody signs in, and comes back from to where they are. */
function signInAddress() {
  const found = new URL("sign-in", root);
  found.searchParams.set("to", location.pathname.slice(root.pathname.length));
  return found.href;
}

/** The link to where somebody signs in. */
export function SignIn() {
  return html`<a class="sign-in" href=${signInAddress()}>${words.operate.signIn}</a>`;
}

/** Why something was not done or cannot be read; with the way to sign in where that is why. */
export function Refused({ trouble }) {
  if (!trouble) return null;
  const access = trouble.status === 401 || trouble.status === 403;
  return html`<div class="refused" role="alert"><p><${Original} text=${trouble.message} /> ${access && html`<${SignIn} />`}</p>
    ${trouble.errors?.length > 1 && html`<ul>${trouble.errors.map((one) => html`<li><${Original} text=${one.message} /></li>`)}</ul>`}</div>`;
}

/** What happens while something is done: `{busy, trouble, run}`. */
export function useDoing() {
  const [state, set] = useState({ busy: false, trouble: null });
  const run = async (work) => {
    set({ busy: true, trouble: null });
    try {
      const found = await work();
      set({ busy: false, trouble: null });
      return found;
    } catch (trouble) {
      if (!(trouble instanceof Error) || trouble.status === undefined) throw trouble;
      set({ busy: false, trouble });
      return undefined;
    }
  };
  return { ...state, run };
}

/**
 * A button that does something to what `about` names; with a `question` it asks first. What is wrong with
 * it stands beside it.
 */
export function Act({ label, about, question = null, danger = false, run }) {
  const doing = useDoing();
  const [asking, set] = useState(false);
  const go = async () => {
    await doing.run(run);
    set(false);
  };
  return html`<span class="act"><button type="button" class=${danger ? "plain danger" : "plain"} disabled=${doing.busy}
      aria-label=${`${label}: ${about}`} onClick=${() => (question ? set(true) : go())}>${label}</button>
    ${asking && html`<${Question} text=${question} label=${label} danger=${danger} busy=${doing.busy} yes=${go} no=${() => set(false)} />`}
    <${Refused} trouble=${doing.trouble} /></span>`;
}

function Question({ text, label, danger, busy, yes, no }) {
  const dialog = useRef(null);
  useEffect(() => dialog.current.showModal(), []);
  return html`<dialog ref=${dialog} class="question" aria-label=${text} onClose=${no}>
    <p>${text}</p>
    <p class="choices"><button type="button" class=${danger ? "danger" : ""} disabled=${busy} onClick=${yes}>${label}</button>
      <button type="button" autofocus onClick=${() => dialog.current.close()}>${words.operate.cancel}</button></p>
  </dialog>`;
}

/** A line to take along; `about` says what it is. */
export function Line({ text, about }) {
  return html`<span class="line"><code tabindex="0" aria-label=${about}>${text}</code>
    <${Copy} text=${text} said=${words.operate} about=${about} /></span>`;
}

/** What is shown once: the page forgets it with the button, or when one leaves. */
export function Once({ title, text, note = "", done }) {
  const box = useRef(null);
  useEffect(() => box.current.focus(), []);
  return html`<div class="once" ref=${box} tabindex="-1" role="group" aria-label=${title}>
    <p>${title}</p><p><${Line} text=${text} about=${title} /></p>
    <p class="quiet">${words.operate.once} ${note}</p>
    <p><button type="button" class="plain" onClick=${done}>${words.operate.kept}</button></p></div>`;
}

/** The value of each field of a form, by name. */
export function fieldsOf(event) {
  event.preventDefault();
  return Object.fromEntries(new FormData(event.target));
}

/** A cell of a table whose rows become cards where it is narrow: there `label` stands before it. */
export function Cell({ label, children, class: name = null }) {
  return html`<td class=${name} data-label=${label}><div>${children}</div></td>`;
}
