// Signs this browser in: by a token, by a link that is good once (its secret stands behind the #, which
// no server and no log is told), or by way of the provider.

import { words } from "./core/words.js";
import { say, show } from "./dom.js";

globalThis.begun?.();
const $ = (id) => document.getElementById(id);

/** Where somebody came from to sign in: a view of the page, and no other address. */
const BACK = `./${/^operate(\/[a-z]+)?$/.exec(new URLSearchParams(location.search).get("to") ?? "")?.[0] ?? ""}`;

for (const element of document.querySelectorAll("[data-word]")) say(element, words.signing[element.dataset.word]);
document.title = `${words.signing.title} · ${words.product}`;

/** Ask the API; the sentence of its problem is the error. */
async function ask(method, body, csrf) {
  const headers = { "content-type": "application/json", ...(csrf ? { "x-outscope-csrf": csrf } : {}) };
  const answer = await fetch("./v1/session", { method, headers, body: body && JSON.stringify(body) });
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  const problem = await answer.json().catch(() => ({}));
  throw new Error(problem.detail || words.signing.refused(answer.status));
}

/** Sign in and go to the page; or say why not. */
async function signIn(by) {
  try {
    await ask("POST", by);
    location.replace(BACK);
  } catch (error) {
    say($("said"), error.message);
  }
}

/** Say who is signed in, and offer what can be done. */
async function begin() {
  const told = await ask("GET");
  say($("said"), told.signed_in ? words.signing.as(told.who, told.scopes.join(words.comma)) : " ");
  show($("provider"), told.by_provider);
  show($("out"), told.signed_in);
  $("out").addEventListener("click", async () => {
    await ask("DELETE", undefined, told.csrf);
    location.reload();
  });
}

$("by-token").addEventListener("submit", (event) => {
  event.preventDefault();
  signIn({ token: $("token").value.trim() });
});
const link = location.hash.slice(1);
if (link) {
  history.replaceState(null, "", "./sign-in");
  signIn({ link });
} else {
  begin().catch((error) => say($("said"), error.message));
}
