// What changes something: a write of whoever is signed in, with the proof that our own page asks.

import { Trouble, ask, legible, useAsked } from "../core/ask.js";
import { useEffect, useState } from "../core/html.js";
import { root } from "../core/router.js";
import { words } from "../core/words.js";

const PATIENCE_MS = 20_000;
const SESSION_MS = 60_000;
const listeners = new Set();
let turn = 0;

/** Who is signed in, and what it may do; null until that is known. */
export function useSession() {
  const [again, set] = useState(turn);
  useEffect(() => {
    listeners.add(set);
    set(turn);
    return () => listeners.delete(set);
  }, []);
  return useAsked("v1/session", again, SESSION_MS).found;
}

/** Ask again who is signed in: something was refused. */
function doubtSession() {
  turn += 1;
  for (const listener of listeners) listener(turn);
}

/** Have the API change something: `{document, etag}`; Trouble says why it did not, with its `errors`. */
export async function act(method, path, body = undefined, headers = {}) {
  const { document: session } = await ask("v1/session");
  const proof = session.csrf ? { "x-outscope-csrf": session.csrf } : {};
  const typed = body === undefined ? {} : { "content-type": "application/json" };
  const sent = typeof body === "string" || body === undefined ? body : JSON.stringify(body);
  const answer = await answered(path, { method, headers: { ...typed, ...proof, ...headers }, body: sent });
  const text = legible(await answer.text());
  if (answer.ok) return { document: text ? JSON.parse(text) : null, etag: answer.headers.get("etag") };
  if (answer.status === 401 || answer.status === 403) doubtSession();
  throw troubleOf(text, answer.status);
}

async function answered(path, options) {
  try {
    return await fetch(new URL(path, root), { ...options, cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    throw new Trouble(words.noAnswer);
  }
}

function troubleOf(text, status) {
  let problem = {};
  try {
    problem = JSON.parse(text);
  } catch {
    // no answer of ours, but of something between
  }
  const trouble = new Trouble(problem.detail || problem.title || words.answered(status), status);
  trouble.errors = problem.errors ?? [];
  return trouble;
}
