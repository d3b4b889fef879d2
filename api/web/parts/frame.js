// What every view has around it: name, ways, whether we are connected, and what the shapes mean.

import { useAsked } from "../core/ask.js";
import { html, useEffect } from "../core/html.js";
import { LANGUAGES, spoken } from "../core/language.js";
import { address, choose } from "../core/router.js";
import { clock, length } from "../core/time.js";
import { change, words } from "../core/words.js";
import { Shape } from "./shape.js";

const LEGEND = ["well", "degraded", "bad", "unfit", "silent", "unknown", "none"];

/** The line at the top. */
export function Top({ view, live }) {
  const ways = ["overview", "incidents", "explore", "operate"].map((name) => [name, words.nav[name]]);
  return html`
    <a class="skip" href="#main">${words.skip}</a>
    <header class="top">
      <a class="brand" href=${address("overview")}>${words.product}</a>
      <nav aria-label=${words.product}>
        ${ways.map(([name, said]) => html`<a href=${address(name)} aria-current=${name === view ? "page" : null}>${said}</a>`)}
      </nav>
      ${live.trouble?.status === 401 ? html`<a id="sign-in" href=${new URL("sign-in", address("overview")).href}>${words.signIn}</a>` : html`<${Who} />`}
      <${Language} />
      <${Connection} live=${live} />
    </header>`;
}

/** Who is signed in; asked once, for whoever signs in or out loads the page anew. */
function Who() {
  const session = useAsked("v1/session").found;
  if (!session?.signed_in) return null;
  const who = words.signedIn(session.who);
  return html`<a id="who" class="who" href=${new URL("sign-in", address("overview")).href} aria-label=${`${who}. ${words.signedInHelp}`} data-tip=${words.signedInHelp}>${who}</a>`;
}

/** In which language all of it is. A language that the address asks for goes, so that the choice holds. */
function Language() {
  const turn = async (event) => {
    await change(event.target.value);
    choose({ lang: "" });
  };
  return html`<select id="language" aria-label=${words.language} onChange=${turn}>
    ${LANGUAGES.map(([code, { name }]) => html`<option key=${code} value=${code} lang=${code} selected=${code === spoken.code}>${name}</option>`)}</select>`;
}

/** Whether changes come by themselves. */
function Connection({ live }) {
  const state = live.failures > 1 ? "gone" : live.stream;
  return html`<span class="connection" id="connection" role="status" data-stream=${state} data-tip=${words.streamHelp[state]} tabindex="0">
    <i aria-hidden="true"></i>${words.stream[state]}</span>`;
}

/** Why what is shown is not of now; null when it is. */
export function doubt({ board, now, heardAt, failures, trouble }) {
  if (failures > 1 || (failures && !board)) {
    const since = heardAt ? ` ${words.from(clock(heardAt, true))}` : "";
    return `${trouble.message}${since} ${words.again}`;
  }
  if (!board) return null;
  const { heard_at: heard, silent_after_ms: patience, silent } = board.coordinator;
  const silence = heard === null ? 0 : now - Date.parse(heard);
  return silent || silence > patience ? words.silentSince(length(silence), clock(heard, true)) : null;
}

/** The notice over everything, with what is shown in doubt. */
export function Notice({ sentence }) {
  useEffect(() => {
    document.body.toggleAttribute("data-stale", sentence !== null);
  }, [sentence]);
  return html`<div id="notice" role="alert" hidden=${sentence === null}>${sentence}</div>`;
}

/** The line at the bottom. */
export function Bottom() {
  return html`
    <footer>
      <ul class="legend" aria-label=${words.legend}>
        ${LEGEND.map((state) => html`<li><${Shape} state=${state} /> ${words.states[state]}</li>`)}
      </ul>
      <p class="quiet">${words.yours} ${words.forPrograms} <a href=${new URL("v1/board", address("overview")).href}>${words.asJson}</a>${words.comma}<a href=${new URL("docs", address("overview")).href}>${words.theApi}</a>.</p>
    </footer>`;
}

/** The title and icon of the window: the worst there is, also in another tab. */
export function useTitle(state, title) {
  useEffect(() => {
    document.title = `${title} · ${words.product}`;
    const icon = document.getElementById("favicon");
    const href = icon.getAttribute("href").replace(/[a-z]+\.svg$/, `${state}.svg`);
    if (icon.getAttribute("href") !== href) icon.setAttribute("href", href);
  }, [state, title]);
}
